import { describe, expect, it } from '@jest/globals';
import { engineer } from '#app/training/engineer.ts';
import { prepareSeries } from '#app/training/prepare-series.ts';
import { loadStage, saveRequest, toStored } from '#app/training/stage.ts';
import { validate } from '#app/training/validate.ts';
import { ModelBundleSchema } from '#contracts/artifacts/model-bundle.ts';
import { EngineeredDataSchema } from '#contracts/artifacts/stage-outputs.ts';
import { type Preparation, TrainRequestSchema } from '#contracts/http/train.ts';
import { addMs, HOUR } from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { runPipeline } from '#test/helpers/run-pipeline.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const START = at('2026-03-02T00:00:00Z');
const WEB = 'default#shop#web#*';
const METRIC = 'request_rate';

/** 60 hours around 10 with a hole and a spike in each half: the backtest begins at the 31st. */
const HALF = Array.from({ length: 30 }, (_, i) => 9 + (i % 3));
const FIRST: readonly (number | null)[] = HALF.with(5, 90).map((v, i) => (i === 6 ? null : v));
const SECOND: readonly (number | null)[] = HALF.with(20, 95).map((v, i) => (i === 21 ? null : v));
const VALUES = [...FIRST, ...SECOND];
/** What lies between 9 and 11 has quartiles 9 and 11 and the median 10: fences at 3 and 17. */
const CLEAN = { imputation: 'median', outliers: 'iqr' } as const;
const STATE = { kind: 'preparation', version: 1, fill: 10, lower: 3, upper: 17 };

const seriesFrom = (values: readonly (number | null)[]) =>
  seriesOf(values.map((value) => value ?? Number.NaN));

describe('preparing a series', () => {
  it('is not done unless asked for', () => {
    expect(prepareSeries(seriesFrom(VALUES))).toBeUndefined();
    expect(prepareSeries(seriesFrom(VALUES), { imputation: 'none', outliers: 'none' })).toBe(
      undefined,
    );
    expect(prepareSeries(seriesFrom(VALUES), { max_missing: 0.1 })).toBeUndefined();
  });

  it('fills in and clips everywhere, and counts', () => {
    const prepared = prepareSeries(seriesFrom(VALUES), CLEAN);
    expect(prepared?.applied).toEqual({ state: STATE, filled: 2, clipped: 2 });
    const { values } = prepared?.series ?? seriesOf([]);
    expect([values[5], values[6], values[50], values[51]]).toEqual([17, 10, 17, 10]);
    expect(values[7]).toBe(10);
  });

  it('learns from what precedes the backtest alone', () => {
    const wild = [...FIRST, ...SECOND.map((_, i) => 1_000 * i)];
    const prepared = prepareSeries(seriesFrom(wild), CLEAN);
    expect(prepared?.applied.state).toEqual(STATE);
    const shifted = [...FIRST.map((value) => value && value + 100), ...SECOND];
    expect(prepareSeries(seriesFrom(shifted), CLEAN)?.applied.state.fill).toBe(110);
  });

  it('takes the factor that is asked for', () => {
    const { state } =
      prepareSeries(seriesFrom(VALUES), { ...CLEAN, outlier_factor: 1 })?.applied ?? {};
    expect(state).toEqual({ ...STATE, lower: 7, upper: 13 });
  });
});

/** Services that have observed these hourly values, with a run that was asked to prepare. */
async function observed(values: readonly (number | null)[], preparation?: Preparation) {
  const services = memoryServices(addMs(START, HOUR, values.length));
  await feed(services, { [METRIC]: values }, { start: START });
  await services.runs.create('r1', 'request');
  const request = TrainRequestSchema.parse({ ...(preparation && { preparation }) });
  await saveRequest(services.objects, 'r1', { trigger: 'request', request });
  return services;
}

describe('the engineer stage', () => {
  async function engineered(preparation?: Preparation) {
    const services = await observed(VALUES, preparation);
    const item = await engineer(
      services,
      await validate(services, { run_id: 'r1', workload: WEB }),
    );
    const { metrics } = await loadStage(services.artifacts, EngineeredDataSchema, item.features);
    return metrics[METRIC];
  }

  it('hands on what was observed beside what models learn from', async () => {
    const plain = await engineered();
    expect(plain).not.toHaveProperty('preparation');
    expect(plain).not.toHaveProperty('observed');
    expect(plain?.series.values).toEqual(VALUES);
    const prepared = await engineered(CLEAN);
    expect(prepared?.preparation).toEqual({ state: STATE, filled: 2, clipped: 2 });
    expect(prepared?.observed).toEqual(plain?.series);
    const expected = prepareSeries(seriesFrom(VALUES), CLEAN)?.series ?? seriesOf([]);
    expect(prepared?.series.values).toEqual(toStored(expected).values);
    expect(prepared?.data_sha256).not.toBe(plain?.data_sha256);
  });
});

describe('the validate stage', () => {
  async function refusalOf(values: readonly (number | null)[], preparation: Preparation) {
    const services = await observed(values, preparation);
    const { decision } = await validate(services, { run_id: 'r1', workload: WEB });
    const [detail] = (await services.runs.detail('r1')).details;
    const [refusal] = detail?.refusals ?? [];
    expect(decision).toBe(refusal ? 'refuse' : 'train');
    return refusal && { code: refusal.code, details: refusal.details };
  }

  it('refuses what a gate of the request does not let through', async () => {
    // 58 of 60 values; the last twenty hold the spike.
    expect(await refusalOf(VALUES, { max_missing: 0.05, min_completeness: 0.9 })).toBeUndefined();
    expect(await refusalOf(VALUES, { max_missing: 0.03 })).toMatchObject({ code: 'TOO_MANY_GAPS' });
    expect(await refusalOf(VALUES, { min_completeness: 0.97 })).toEqual({
      code: 'INCOMPLETE',
      details: { have: 58 / 60, need: 0.97, enough_at: null },
    });
    expect(await refusalOf(VALUES, { max_variation: 0.1 })).toMatchObject({ code: 'UNSTABLE' });
    // The last five alternate between 9 and 11 around 10.
    const settled = { max_variation: 0.1, stability_steps: 5 };
    expect(await refusalOf(VALUES, settled)).toBeUndefined();
  });
});

describe('a training with a preparation', () => {
  it('judges by what was observed, and records what was done', async () => {
    const run = async (preparation?: Preparation) => {
      const services = await observed(VALUES);
      await runPipeline(services, {
        request: { model: 'naive', ...(preparation && { preparation }) },
      });
      const subject = { workload: WEB, metric: METRIC };
      const [version] = await services.registry.versions(subject);
      if (!version) throw new Error('nothing was registered');
      const ref = { key: version.artifact_key, sha256: version.sha256 };
      return ModelBundleSchema.parse(await services.artifacts.load(ref.key, ref.sha256));
    };
    const plain = await run();
    const prepared = await run(CLEAN);
    expect(plain.provenance.parameters).not.toHaveProperty('preparation');
    expect(prepared.provenance.parameters.preparation).toEqual({
      state: STATE,
      filled: 2,
      clipped: 2,
    });
    // The naive forecast repeats the last observation, so nothing but what it is judged on could
    // change its errors.
    const maeOf = ({ backtest }: typeof plain) =>
      backtest.candidates.find(({ name }) => name === 'naive')?.pooled.mae;
    expect(maeOf(plain)).toBeGreaterThan(1);
    expect(maeOf(prepared)).toBe(maeOf(plain));
  });
});
