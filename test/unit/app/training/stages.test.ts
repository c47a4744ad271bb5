import { describe, expect, it } from '@jest/globals';
import { engineer } from '#app/training/engineer.ts';
import { fitStatistical } from '#app/training/fit-statistical.ts';
import { fromStored, loadStage, runStage, saveRequest, toStored } from '#app/training/stage.ts';
import {
  EngineeredDataSchema,
  FittedMembersSchema,
  type StoredSeries,
} from '#contracts/artifacts/stage-outputs.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { DAY, type DurationMs, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
const ITEM = { run_id: 'r1', workload: WEB } as const;

function stored(values: readonly (number | null)[], step: DurationMs = HOUR): StoredSeries {
  return { id: `${WEB}/cpu_utilization`, unit: 'ratio', start: 0, step, values: [...values] };
}

async function open(request: TrainRequest = {}): Promise<MemoryServices> {
  const services = memoryServices(NOW);
  await services.runs.create('r1', 'request');
  await saveRequest(services.objects, 'r1', { trigger: 'request', request });
  return services;
}

async function engineered(series: StoredSeries) {
  const services = await open();
  const data = await services.artifacts.save('test', { metrics: { cpu_utilization: series } });
  const item = await engineer(services, { ...ITEM, data });
  const output = await loadStage(services.artifacts, EngineeredDataSchema, item.features);
  const metric = output.metrics.cpu_utilization;
  if (!metric) throw new Error('engineer lost the metric');
  return metric;
}

const seasonOf = async (steps: number, step: DurationMs) =>
  (await engineered(stored(new Array<number>(steps).fill(0.5), step))).seasons;

describe('engineer', () => {
  it('takes out what cannot be true and starts with the first value', async () => {
    const { series } = await engineered(stored([null, -1, 0.5, null, 7, 0.6]));
    expect(series).toEqual({ ...stored([0.5, null, null, 0.6]), start: 2 * HOUR });
  });

  it.each<[string, number, DurationMs, readonly string[]]>([
    ['none one step short of two days', 47, HOUR, []],
    ['the day at two days', 48, HOUR, ['day']],
    ['the day one step short of two weeks', 335, HOUR, ['day']],
    ['the day and the week at two weeks', 336, HOUR, ['day', 'week']],
    // 24 h are no whole number of seven-hour steps, a week is 24 of them.
    ['the week alone where a day is not whole', 48, durationMs(7 * HOUR), ['week']],
    ['the day of five-minute steps', 576, durationMs(5 * MINUTE), ['day']],
  ])('finds %s', async (_, steps, step, seasons) => {
    expect(await seasonOf(steps, step)).toEqual(seasons);
  });

  it('names the data by their hash, the same for the same data only', async () => {
    const one = await engineered(stored([0.1, 0.2]));
    const same = await engineered(stored([null, 0.1, 0.2].slice(1)));
    const other = await engineered(stored([0.1, 0.3]));
    expect(one.data_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(same.data_sha256).toBe(one.data_sha256);
    expect(other.data_sha256).not.toBe(one.data_sha256);
  });
});

async function fitted(values: readonly (number | null)[], request: TrainRequest = {}) {
  const services = await open(request);
  const features = await services.artifacts.save('test', {
    metrics: {
      cpu_utilization: { series: stored(values), data_sha256: 'a'.repeat(64), seasons: [] },
    },
  });
  const item = await fitStatistical(services, { ...ITEM, features });
  const output = await loadStage(services.artifacts, FittedMembersSchema, item.fitted);
  const metric = output.metrics.cpu_utilization;
  if (!metric) throw new Error('the metric was lost');
  const [detail] = (await services.runs.detail('r1')).details;
  return { ...metric, shown: detail?.left_out };
}

const wave = (steps: number) => Array.from({ length: steps }, (_, i) => 0.5 + 0.1 * (i % 5));

describe('fit-statistical', () => {
  it('fits what two days allow and names who needs more', async () => {
    const { requested, states, left_out, shown } = await fitted(wave(48));
    expect(requested).toBeNull();
    expect(Object.keys(states).sort()).toEqual([
      'baseline',
      'day-naive',
      'median',
      'naive',
      'profile-ar',
      'ses',
    ]);
    expect(left_out).toEqual([
      {
        member: 'week-naive',
        code: 'HISTORY_TOO_SHORT',
        message: 'seasonal-naive needs 336 steps, got 48',
      },
    ]);
    expect(shown).toEqual(left_out.map((each) => ({ metric: 'cpu_utilization', ...each })));
  });

  it('blends what there is: ses alone while there is no season', async () => {
    const { states, left_out } = await fitted(wave(30));
    expect(left_out.map(({ member }) => member)).toEqual(['day-naive', 'week-naive', 'profile-ar']);
    expect(states.median).toMatchObject({ members: [{ name: 'ses', state: states.ses }] });
  });

  it.each(['model', 'model_type'] as const)(
    'fits the %s asked for and the references',
    async (field) => {
      const { requested, states } = await fitted(wave(48), { [field]: 'ses' });
      expect(requested).toBe('ses');
      expect(Object.keys(states).sort()).toEqual(['day-naive', 'naive', 'ses']);
    },
  );

  it('lets the backtest choose when the model asked for cannot be fitted', async () => {
    const { requested, states, left_out } = await fitted(wave(40), { model: 'profile-ar' });
    expect(requested).toBeNull();
    expect(Object.keys(states)).toEqual(['naive']);
    expect(left_out.map(({ member }) => member)).toContain('profile-ar');
  });

  it.each(['auto', 'ensemble', 'median'])('takes %s for the blend', async (model) => {
    const { requested, states } = await fitted(wave(48), { model });
    expect(requested).toBeNull();
    expect(states).toHaveProperty('median');
  });
});

describe('a stage', () => {
  it('hands series on as JSON without changing a bit', () => {
    const series = seriesOf([0.1 + 0.2, Number.NaN, -0, 1e-300], { step: DAY });
    const copy = fromStored(JSON.parse(JSON.stringify(toStored(series))));
    // JSON has no -0; a stored value never is one either.
    expect(copy).toEqual({ ...series, values: Float64Array.of(0.1 + 0.2, Number.NaN, 0, 1e-300) });
  });

  it('that failed stays open in the log until somebody records it', async () => {
    const { runs } = await open();
    const work = () => Promise.reject(new Error('no'));
    await expect(runStage(runs, ITEM, 'engineer', work)).rejects.toThrow('no');
    expect((await runs.detail('r1')).details[0]?.stages[0]?.state).toBe('running');
  });

  it('refuses an output of another form, and one that is gone', async () => {
    const { artifacts } = await open();
    const ref = await artifacts.save('test', { metrics: { cpu: 1 } });
    expect(await rejectionOf(loadStage(artifacts, EngineeredDataSchema, ref))).toBe(
      'ARTIFACT_CORRUPT',
    );
    const gone: WorkloadItem['data'] = { ...ref, key: 'test/gone.json.gz' };
    expect(await rejectionOf(loadStage(artifacts, EngineeredDataSchema, gone))).toBe(
      'ARTIFACT_CORRUPT',
    );
    await expect(loadStage(artifacts, EngineeredDataSchema, undefined)).rejects.toThrow(RangeError);
  });
});
