import { describe, expect, it } from '@jest/globals';
import { engineer } from '#app/training/engineer.ts';
import { fitStatistical } from '#app/training/fit-statistical.ts';
import { fromStored, loadStage, runStage, saveRequest, toStored } from '#app/training/stage.ts';
import {
  EngineeredDataSchema,
  FittedMembersSchema,
  type StoredSeries,
} from '#contracts/artifacts/stage-outputs.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
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

describe('engineer with known events', () => {
  const DAY_LATER = '1970-01-02T00:00:00Z';
  const sale = { name: 'sale', start: '1970-01-01T01:00:00Z', end: DAY_LATER, factor: 2 };

  /** What models learn from these hourly values from the epoch on. */
  async function learned(
    events: readonly ConfiguredEvent[],
    metrics: Record<string, StoredSeries>,
  ) {
    const services = { ...(await open()), events };
    const data = await services.artifacts.save('test', { metrics });
    const { features } = await engineer(services, { ...ITEM, data });
    const output = await loadStage(services.artifacts, EngineeredDataSchema, features);
    return Object.fromEntries(
      Object.entries(output.metrics).map(([metric, { series }]) => [metric, series.values]),
    );
  }

  it('teaches models the usual course', async () => {
    const metrics = { cpu_utilization: stored([0.2, 0.4, null, 0.6]) };
    expect(await learned([sale], metrics)).toEqual({ cpu_utilization: [0.2, 0.2, null, 0.3] });
  });

  it('takes them out of the hourly track too, by the name of its metric', async () => {
    const metrics = {
      'cpu_utilization.hourly': stored([0.2, 0.4]),
      'request_rate.hourly': stored([0.2, 0.4]),
    };
    expect(await learned([{ ...sale, metrics: ['cpu_utilization'] }], metrics)).toEqual({
      'cpu_utilization.hourly': [0.2, 0.2],
      'request_rate.hourly': [0.2, 0.4],
    });
  });

  it('judges what can be true by what was observed', async () => {
    // 1.6 is no share, however many times the usual it was to be expected.
    const metrics = { 'cpu_utilization.hourly': stored([0.2, 1.6, 0.8]) };
    expect(await learned([sale], metrics)).toEqual({ 'cpu_utilization.hourly': [0.2, null, 0.4] });
  });
});

async function fitted(values: readonly (number | null)[], request: TrainRequest = {}) {
  const services = await open(request);
  const features = await services.artifacts.save('test', {
    metrics: {
      cpu_utilization: {
        series: stored(values),
        data_sha256: 'a'.repeat(64),
        seasons: [],
        detected: [],
      },
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
    const { members, left_out, shown } = await fitted(wave(48));
    expect(Object.keys(members).sort()).toEqual([
      'baseline',
      'day-naive',
      'mstl',
      'naive',
      'profile-ar',
      'prophet',
      'ridge',
      'seasonal-theta',
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

  it('fits each before the backtest too, where an origin allows it', async () => {
    // The backtest begins after 24 of 48 values: a day of hours is no two cycles of a season.
    const { members } = await fitted(wave(48));
    expect(members.ses?.early).toMatchObject({ kind: 'ses' });
    expect(members.ses?.early?.cutoff).toBeLessThan(Number(members.ses?.final.cutoff));
    expect(members['day-naive']?.early).toBeNull();
  });

  it('fits what needs no season while there is none', async () => {
    const { members, left_out } = await fitted(wave(30));
    expect(left_out.map(({ member }) => member)).toEqual(['day-naive', 'week-naive', 'profile-ar']);
    expect(Object.keys(members)).toEqual(expect.arrayContaining(['ses', 'ridge']));
    expect(Object.keys(members)).not.toContain('prophet');
  });

  it.each(['model', 'model_type'] as const)(
    'fits the %s asked for and the references',
    async (field) => {
      const { members } = await fitted(wave(48), { [field]: 'ses' });
      expect(Object.keys(members).sort()).toEqual(['day-naive', 'naive', 'ses']);
    },
  );

  it('fits arima and ets only when asked for, with the options given', async () => {
    const { members } = await fitted(wave(48), {
      model: 'arima',
      parameters: { arima: { order: [1, 0, 0], seasonal: 'none' } },
    });
    expect(members.arima?.final).toMatchObject({ kind: 'arima', differences: 0 });
    expect(members.arima?.parameters).toEqual({ order: [1, 0, 0], seasonal: 'none' });
  });

  it('goes on with the references when the model asked for cannot be fitted', async () => {
    const { members, left_out } = await fitted(wave(40), { model: 'profile-ar' });
    expect(Object.keys(members)).toEqual(['naive']);
    expect(left_out.map(({ member }) => member)).toContain('profile-ar');
  });

  it.each(['auto', 'ensemble', 'median'])('fits the whole line-up for %s', async (model) => {
    const { members } = await fitted(wave(48), { model });
    expect(Object.keys(members)).toEqual(expect.arrayContaining(['ses', 'ridge', 'prophet']));
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

  it('refuses an output of another form, one that is gone, and one that nobody has named', async () => {
    const { artifacts } = await open();
    const ref = await artifacts.save('test', { metrics: { cpu: 1 } });
    expect(await rejectionOf(loadStage(artifacts, EngineeredDataSchema, ref))).toBe(
      'ARTIFACT_CORRUPT',
    );
    const gone: WorkloadItem['data'] = { ...ref, key: 'test/gone.json.gz' };
    expect(await rejectionOf(loadStage(artifacts, EngineeredDataSchema, gone))).toBe(
      'ARTIFACT_CORRUPT',
    );
    expect(await rejectionOf(loadStage(artifacts, EngineeredDataSchema, undefined))).toBe(
      'REQUEST_INVALID',
    );
  });
});
