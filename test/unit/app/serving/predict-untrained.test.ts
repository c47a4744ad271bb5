import { describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import {
  PredictRequestSchema,
  type PredictResponse,
  PredictResponseSchema,
} from '#contracts/http/predict.ts';
import { addMs, DAY, durationMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const STEP = durationMs(5 * MINUTE);

/** Services right after these values, five minutes apart. */
async function observed(
  values: readonly (number | null)[],
  metric = 'temperature',
): Promise<MemoryServices> {
  const services = memoryServices(addMs(START, STEP, values.length));
  await feed(services, { [metric]: values }, { start: START, step: STEP });
  return services;
}

async function ask(
  services: MemoryServices,
  body: Readonly<Record<string, unknown>> = {},
): Promise<PredictResponse> {
  const request = PredictRequestSchema.parse({ metric: 'temperature', periods: 2, ...body });
  return PredictResponseSchema.parse(await predict(services, request));
}

/**
 * 1, 2, 3 …: h steps ahead the last value is wrong by exactly h. With 80 of them the backtest has 40
 * origins after the first 40 values, each with one error of a step ahead.
 */
const RAMP = Array.from({ length: 80 }, (_, i) => i + 1);

describe('without a model', () => {
  it('two observations are too few', async () => {
    const services = await observed([1, 2]);
    await expect(ask(services)).rejects.toMatchObject({
      code: 'HISTORY_TOO_SHORT',
      details: { needSteps: 3, haveSteps: 2 },
    });
  });

  it('three observations are repeated without an interval, and it says why', async () => {
    const answer = await ask(await observed([1, 5, 3]));
    expect(answer).toEqual({
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      metric: 'temperature',
      unit: 'unspecified',
      model: 'naive',
      version: null,
      stage: 'none',
      simulated: false,
      generated_at: '2026-03-02T00:15:00.000Z',
      data_as_of: '2026-03-02T00:10:00.000Z',
      trained_at: null,
      valid_until: '2026-03-02T02:10:00.000Z',
      step_seconds: 300,
      periods: 2,
      level: null,
      predictions: [
        { timestamp: '2026-03-02T00:15:00.000Z', value: 3, lower_bound: null, upper_bound: null },
        { timestamp: '2026-03-02T00:20:00.000Z', value: 3, lower_bound: null, upper_bound: null },
      ],
      skill: null,
      coverage: [],
      reasons: [
        {
          code: 'NOT_TRAINED',
          message: 'no model was trained yet on these 3 observations: the last value is repeated',
          details: { observations: 3 },
        },
        {
          code: 'NO_INTERVAL',
          message: 'too few forecasts were measured to give bounds yet',
          details: { observations: 3 },
        },
      ],
      metadata: { model_version: null, cache_hit: false },
    });
  });

  it('missing observations do not count', async () => {
    expect(await rejectionOf(ask(await observed([1, null, null, 2])))).toBe('HISTORY_TOO_SHORT');
    const answer = await ask(await observed([1, null, 2, 4, null, null]));
    // The newest value, not the newest slot, is the cutoff.
    expect(answer.data_as_of).toBe('2026-03-02T00:15:00.000Z');
    expect(answer.predictions[0]).toMatchObject({
      timestamp: '2026-03-02T00:20:00.000Z',
      value: 4,
    });
  });

  it('bounds come from how wrong the last value has been', async () => {
    const { level, predictions, coverage, reasons } = await ask(await observed(RAMP));
    expect(level).toBe(0.8);
    // Every error one step ahead was +1: the band is the point 80 + 1, and reaches down to the value.
    expect(predictions[0]).toMatchObject({ value: 80, lower_bound: 80, upper_bound: 81 });
    expect(coverage[0]).toMatchObject({ from_step: 1, to_step: 1, level: 0.8, coverage: 1 });
    expect(reasons.map(({ code }) => code)).toEqual(['NOT_TRAINED']);
  });

  it('a slot that is still filling is left out', async () => {
    const services = await observed([1, 5, 3, 9]);
    services.clock.set(addMs(START, MINUTE, 17));
    expect((await ask(services)).predictions[0]?.value).toBe(3);
  });

  it.each(['auto', 'naive'])('%s is naive', async (model) => {
    expect((await ask(await observed([1, 5, 3]), { model })).model).toBe('naive');
  });

  it('no other model is there to be asked for', async () => {
    const asked = ask(await observed([1, 5, 3]), { model: 'ses' });
    await expect(asked).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      details: { model: 'ses', known: ['auto', 'ensemble', 'naive'] },
    });
  });
});

describe('a request', () => {
  it('for an unknown workload is not found', async () => {
    const services = await observed(RAMP);
    expect(await rejectionOf(ask(services, { deployment: 'nope' }))).toBe('NOT_FOUND');
  });

  it('for an unknown metric names the known and the similar ones', async () => {
    await expect(ask(await observed(RAMP, 'cpu'), { metric: 'cpu_usage' })).rejects.toMatchObject({
      code: 'METRIC_UNKNOWN',
      details: { known: ['cpu_utilization'], similar: ['cpu_utilization'] },
    });
  });

  it('by an alias is answered under the name of the catalogue', async () => {
    const answer = await ask(await observed([0.1, 0.2, 0.3], 'cpu_utilization'), { metric: 'cpu' });
    expect(answer).toMatchObject({ metric: 'cpu_utilization', unit: 'ratio' });
  });

  it('without bounds is answered without bounds', async () => {
    const answer = await ask(await observed(RAMP), { include_confidence: false });
    expect(answer.level).toBeNull();
    expect(answer.predictions[0]).toEqual({
      timestamp: '2026-03-02T06:40:00.000Z',
      value: 80,
      lower_bound: null,
      upper_bound: null,
    });
  });

  it('for levels and quantiles is answered with each of them by name', async () => {
    const body = { levels: [0.5, 0.9], quantiles: [0.25, 0.5] };
    const { level, predictions } = await ask(await observed(RAMP), body);
    expect(level).toBe(0.5);
    // 0.25 is also the lower bound of level 0.5; 0.05 and 0.95 are the ends of level 0.9.
    expect(predictions[0]?.quantiles).toEqual({ 0.05: 81, 0.25: 81, 0.5: 81, 0.95: 81 });
    expect(predictions[0]).toMatchObject({ lower_bound: 80, upper_bound: 81 });
  });

  it('for quantiles alone is answered with those', async () => {
    const body = { include_confidence: false, quantiles: [0.9] };
    const { predictions } = await ask(await observed(RAMP), body);
    expect(predictions[0]).toMatchObject({ lower_bound: null, quantiles: { 0.9: 81 } });
  });

  it('for times ahead is answered by the steps that hold them', async () => {
    const body = { periods: 1, horizons_minutes: [1, 5, 6, 60] };
    const { periods, predictions, horizons } = await ask(await observed(RAMP), body);
    expect(periods).toBe(1);
    expect(predictions).toHaveLength(1);
    // 06:35 is the cutoff: 1 and 5 minutes are its first step, 6 the second, 60 the twelfth.
    expect(horizons?.map(({ minutes, timestamp }) => [minutes, timestamp.slice(11, 16)])).toEqual([
      [1, '06:40'],
      [5, '06:40'],
      [6, '06:45'],
      [60, '07:35'],
    ]);
  });

  it('for times too far ahead is refused', async () => {
    // 8640 steps of five minutes are 30 days.
    const services = await observed(RAMP);
    const far = { periods: 1, horizons_minutes: [43_200] };
    expect((await ask(services, far)).horizons).toHaveLength(1);
    const fine = memoryServices(addMs(START, DAY));
    await fine.directory.note(
      { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      {
        source: 'agent',
        step: durationMs(60_000),
        gridStep: durationMs(60_000),
        metrics: new Map([
          ['temperature', { counter: false, firstSeen: START, lastSeen: addMs(START, HOUR) }],
        ]),
      },
    );
    await feed(fine, { temperature: RAMP }, { start: START, step: MINUTE });
    expect(await rejectionOf(ask(fine, far))).toBe('HORIZON_OUT_OF_RANGE');
  });

  it('is never answered with what cannot be true', async () => {
    // A swing between 0 and 1: the errors are ±1, the bounds of a ratio 0 and 1.
    const swing = Array.from({ length: 80 }, (_, i) => i % 2);
    const { predictions } = await ask(await observed(swing, 'cpu'), { metric: 'cpu' });
    for (const { value, lower_bound, upper_bound } of predictions) {
      expect(value).toBe(1);
      expect(lower_bound).toBe(0);
      expect(upper_bound).toBe(1);
    }
  });
});

describe('old data', () => {
  it('are called stale when they are more than two hours old', async () => {
    const services = await observed(RAMP);
    // The newest value is of 06:35.
    services.clock.set(at('2026-03-02T08:35:00Z'));
    const codes = async () => (await ask(services)).reasons.map(({ code }) => code);
    expect(await codes()).toEqual(['NOT_TRAINED']);
    services.clock.set(at('2026-03-02T08:35:01Z'));
    expect(await codes()).toEqual(['NOT_TRAINED', 'DATA_STALE']);
    const [, stale] = (await ask(services)).reasons;
    expect(stale).toEqual({
      code: 'DATA_STALE',
      message: 'the newest observation is of 2026-03-02T06:35:00.000Z: the forecast starts there',
      details: { age_seconds: 7_201 },
    });
  });

  it('are forecast from where they end', async () => {
    const services = await observed(RAMP);
    // After two days the window of 576 steps would hold the last of them only.
    for (const days of [2.25, 400]) {
      services.clock.set(addMs(START, DAY, days));
      const answer = await ask(services);
      expect(answer.data_as_of).toBe('2026-03-02T06:35:00.000Z');
      expect(answer.predictions.map(({ value }) => value)).toEqual([80, 80]);
      expect(answer.reasons[0]?.details).toEqual({ observations: 80 });
    }
  });
});

describe('what cannot be true', () => {
  it('is missing, not moved to the bound', async () => {
    // A utilisation of -1 is how some agents say that they do not know.
    const services = await observed([0.1, 0.3, -1, 0.2, 42, -1], 'cpu');
    const answer = await ask(services, { metric: 'cpu' });
    expect(answer.data_as_of).toBe('2026-03-02T00:15:00.000Z');
    expect(answer.predictions[0]?.value).toBe(0.2);
    expect(answer.reasons[0]?.details).toEqual({ observations: 3 });
  });
});

describe('counters', () => {
  it('are forecast as rates', async () => {
    const services = memoryServices(addMs(START, STEP, 5));
    // +300 every five minutes is 1 a second.
    const columns = { requests: [0, 300, 600, 900, 1_200] };
    await feed(services, columns, { start: START, step: STEP, counters: ['requests'] });
    const answer = await ask(services, { metric: 'requests' });
    expect(answer).toMatchObject({ metric: 'request_rate', unit: 'per_second' });
    expect(answer.predictions[0]?.value).toBe(1);
  });
});

describe("a caller's own history", () => {
  const point = (minute: number, value: number | null) => ({
    timestamp: toIso(addMs(START, MINUTE, minute)),
    value,
  });
  const history = [point(12, 7), point(1, 1), point(6, 4), point(9, 6), point(15, null)];

  it('is used instead of what is stored, in any order, on the grid', async () => {
    const answer = await ask(await observed(RAMP), { history });
    // Slots of five minutes: 1, the mean of 4 and 6, and 7.
    expect(answer.data_as_of).toBe('2026-03-02T00:10:00.000Z');
    expect(answer.predictions[0]).toMatchObject({
      timestamp: '2026-03-02T00:15:00.000Z',
      value: 7,
    });
    expect(answer.reasons[0]?.details).toEqual({ observations: 3 });
  });

  it('may be up to five minutes ahead of our clock, not more', async () => {
    const services = await observed(RAMP);
    const newest = (ahead: number) => [
      { timestamp: toIso(addMs(services.clock.now(), durationMs(ahead))), value: 1 },
      ...history,
    ];
    expect(await rejectionOf(ask(services, { history: newest(300_000) }))).toBeUndefined();
    expect(await rejectionOf(ask(services, { history: newest(300_001) }))).toBe('REQUEST_INVALID');
  });

  it.each<[string, readonly unknown[], string]>([
    ['without a value', [point(1, null)], 'SERIES_EMPTY'],
    ['without a point', [], 'SERIES_EMPTY'],
    ['of two values', [point(1, 1), point(6, 2)], 'HISTORY_TOO_SHORT'],
    // 70 days of five minutes are 20160 steps, one more is too much.
    ['over more than 70 days', [point(0, 1), point(-70 * 24 * 60, 1)], 'REQUEST_INVALID'],
  ])('%s is refused', async (_, points, code) => {
    expect(await rejectionOf(ask(await observed(RAMP), { history: points }))).toBe(code);
  });
});
