import { describe, expect, it } from '@jest/globals';
import { saveRequest } from '#app/training/stage.ts';
import { validate } from '#app/training/validate.ts';
import { ValidatedDataSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import { addMs, DAY, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const WEB = 'default#shop#web#*';

type Values = readonly (number | null)[];

/** 0, 0.01, 0.02 … below 1, so that nothing is flat. */
function rising(length: number): number[] {
  return Array.from({ length }, (_, i) => Number(((i % 97) * 0.01).toFixed(2)));
}

/** Services at the end of these hourly columns, `later` hours after it. */
async function observed(
  columns: Readonly<Record<string, Values>>,
  later = 0,
): Promise<MemoryServices> {
  const steps = Math.max(...Object.values(columns).map(({ length }) => length));
  const services = memoryServices(addMs(START, HOUR, steps + later));
  await feed(services, columns, { start: START });
  return services;
}

async function validated(services: MemoryServices, request: TrainRequest = {}) {
  await services.runs.create('r1', 'request');
  await saveRequest(services.objects, 'r1', { trigger: 'request', request });
  const item = await validate(services, { run_id: 'r1', workload: WEB });
  if (!item.data) throw new Error('validate left no data');
  const loaded = await services.artifacts.load(item.data.key, item.data.sha256);
  const [detail] = (await services.runs.detail('r1')).details;
  const summaryKey = String(detail?.stages[0]?.summary.data_summary);
  const summary = await services.objects.get(summaryKey);
  return {
    decision: item.decision,
    metrics: ValidatedDataSchema.parse(loaded).metrics,
    outcome: detail?.outcome,
    refusals: detail?.refusals ?? [],
    summary: JSON.parse(new TextDecoder().decode(summary)),
  };
}

describe('data that can be trained', () => {
  it('goes on as it was observed', async () => {
    const values = rising(40);
    const { decision, metrics, outcome, refusals } = await validated(
      await observed({ cpu: values }),
    );
    expect({ decision, outcome, refusals }).toEqual({
      decision: 'train',
      outcome: 'running',
      refusals: [],
    });
    expect(metrics).toEqual({
      cpu_utilization: {
        id: `${WEB}/cpu_utilization`,
        unit: 'ratio',
        start: START,
        step: HOUR,
        values,
      },
    });
  });

  it('is 30 observations, and no fewer', async () => {
    expect((await validated(await observed({ cpu: rising(30) }))).decision).toBe('train');
    expect((await validated(await observed({ cpu: rising(29) }))).decision).toBe('refuse');
  });

  it('may be from long ago: the window ends with the data', async () => {
    const { decision, metrics } = await validated(await observed({ cpu: rising(40) }, 24 * 365));
    expect(decision).toBe('train');
    expect(metrics.cpu_utilization?.values).toHaveLength(40);
  });

  it('is what the window holds: 28 days, or the hours asked for', async () => {
    const services = await observed({ cpu: rising(30 * 24) });
    const { metrics } = await validated(services);
    expect(metrics.cpu_utilization?.start).toBe(addMs(START, DAY, 2));
    expect(metrics.cpu_utilization?.values).toHaveLength(28 * 24);
    const asked = await validated(services, { hours: 31 });
    expect(asked.metrics.cpu_utilization?.values).toHaveLength(31);
  });

  it('leaves the slot out that is still filling', async () => {
    const services = await observed({ cpu: rising(40) });
    // Half an hour before the end of the fortieth hour.
    services.clock.set(addMs(START, MINUTE, 39 * 60 + 30));
    expect((await validated(services)).metrics.cpu_utilization?.values).toHaveLength(39);
  });

  it('is remembered as looked at, so that no training is due in a loop', async () => {
    const services = await observed({ cpu: rising(40) }, 5);
    await validated(services);
    expect(await services.attempts.get(WEB)).toEqual({
      at: addMs(START, HOUR, 45),
      from: START,
      to: addMs(START, HOUR, 39),
    });
  });
});

describe('odd data', () => {
  const warningsOf = async (values: Values, metric = 'cpu') => {
    const { decision, summary } = await validated(await observed({ [metric]: values }));
    expect(decision).toBe('train');
    return Object.values<{ readonly warnings: string[] }>(summary.quality)[0]?.warnings;
  };

  it('outside the bounds is trained without it, with a warning', async () => {
    const values = [...rising(38), -0.5, 1.5];
    expect(await warningsOf(values)).toEqual([
      "2 of 40 values are outside the metric's bounds (1 negative) and count as missing",
    ]);
  });

  it('with gaps is trained with a warning', async () => {
    const values = rising(40).map((value, i) => (i === 10 || (i > 19 && i < 23) ? null : value));
    expect(await warningsOf(values)).toEqual(['2 gaps, the longest of 3 steps (10800 s)']);
  });

  it('that comes every second step is trained with a warning', async () => {
    const values = rising(80).map((value, i) => (i % 2 === 0 ? value : null));
    expect(await warningsOf(values)).toEqual([
      'values come every 2 steps (7200 s): a coarser step would leave no holes',
    ]);
  });

  it('that is constant is trained with a warning', async () => {
    const values = new Array<number>(40).fill(0.5);
    expect(await warningsOf(values)).toEqual([
      'all 40 observations are equal: the naive forecast is exact while that lasts',
    ]);
  });

  it('that stood still for more than 72 steps is trained with a warning', async () => {
    const flat = (steps: number) => [...rising(10), ...new Array<number>(steps).fill(0.5)];
    expect(await warningsOf(flat(72))).toEqual([]);
    expect(await warningsOf(flat(73))).toEqual([
      'the same value stands for 73 steps (262800 s) in a row: is the source stuck?',
    ]);
  });

  it('below zero is nothing odd where the metric has no bounds', async () => {
    expect(
      await warningsOf(
        rising(40).map((value) => value - 0.5),
        'temperature',
      ),
    ).toEqual([]);
  });
});

describe('data that cannot be trained', () => {
  it('is refused with what is missing and until when', async () => {
    const { decision, outcome, refusals } = await validated(await observed({ cpu: rising(20) }));
    expect({ decision, outcome }).toEqual({ decision: 'refuse', outcome: 'refused' });
    // 10 more at one an hour, from 20:00 on.
    expect(refusals).toEqual([
      {
        metric: 'cpu_utilization',
        code: 'TOO_FEW_OBSERVATIONS',
        message: '20 of 30 observations: enough at 2026-03-03T06:00:00Z',
        details: { have: 20, need: 30, enough_at: '2026-03-03T06:00:00.000Z' },
      },
    ]);
  });

  it('has no date for what no longer arrives', async () => {
    const { refusals } = await validated(await observed({ cpu: rising(20) }, 24 * 60));
    expect(refusals[0]?.details?.enough_at).toBeNull();
  });

  it('is one with more gaps than values', async () => {
    // 34 values on 100 steps.
    const values = rising(100).map((value, i) => (i % 3 === 0 ? value : null));
    const { decision, refusals } = await validated(await observed({ cpu: values }));
    expect(decision).toBe('refuse');
    expect(refusals[0]).toMatchObject({
      code: 'TOO_MANY_GAPS',
      details: { need: 0.5 },
    });
  });

  it('is one in percent that should be a ratio', async () => {
    const { refusals } = await validated(
      await observed({ cpu: rising(40).map((v) => 100 * v + 2) }),
    );
    expect(refusals[0]).toMatchObject({ code: 'OUT_OF_RANGE', details: { have: 0, need: 30 } });
  });

  it('does not hold back the other metrics', async () => {
    const { decision, metrics, refusals } = await validated(
      await observed({ cpu: rising(40), memory: rising(5) }),
    );
    expect(decision).toBe('train');
    expect(Object.keys(metrics)).toEqual(['cpu_utilization']);
    expect(refusals.map(({ metric, code }) => [metric, code])).toEqual([
      ['memory_utilization', 'TOO_FEW_OBSERVATIONS'],
    ]);
  });

  it('is one of which nothing is in the window', async () => {
    const services = await observed({ cpu: rising(40) });
    services.clock.set(addMs(START, MINUTE, 30));
    const { decision, refusals } = await validated(services);
    expect(decision).toBe('refuse');
    expect(refusals).toMatchObject([{ metric: null, code: 'NO_OBSERVATIONS' }]);
  });
});

describe('metrics asked for', () => {
  it.each<[string, TrainRequest]>([
    ['as a list', { metrics: ['cpu'] }],
    ['as a target', { target: 'cpu_utilization' }],
    ['as a metric', { metric: 'cpu' }],
  ])('%s are the only ones trained', async (_, request) => {
    const services = await observed({ cpu: rising(40), memory: rising(40) });
    const { metrics, refusals } = await validated(services, request);
    expect(Object.keys(metrics)).toEqual(['cpu_utilization']);
    expect(refusals).toEqual([]);
  });

  it('and unknown are each named, with the known ones', async () => {
    const services = await observed({ cpu: rising(40), memory: rising(40) });
    const { decision, refusals } = await validated(services, { metrics: ['cpu', 'gpu', 'tpu'] });
    expect(decision).toBe('train');
    expect(refusals).toEqual(
      ['gpu', 'tpu'].map((metric) => ({
        metric,
        code: 'NO_OBSERVATIONS',
        message: `nothing was observed of ${metric} in the training window`,
        details: { known: ['cpu_utilization', 'memory_utilization'] },
      })),
    );
    expect((await validated(services, { target: 'gpu' })).decision).toBe('refuse');
  });
});

it('sums the data up in the form of the seeds', async () => {
  const { summary } = await validated(await observed({ cpu: [...rising(39), null] }, 2));
  // Mean of 0, 0.01 … 0.38; standard deviation 0.01·√((39² − 1)/12 · 39/38) = 0.01·√130.
  expect(summary).toMatchObject({
    timestamp: toIso(addMs(START, HOUR, 42)),
    simulated: false,
    shape: [39, 1],
    step_seconds: 3_600,
    time_range: { start: '2026-03-02T00:00:00.000Z', end: '2026-03-03T14:00:00.000Z' },
    columns: ['timestamp', 'cpu_utilization'],
    statistics: { cpu_utilization: { min: 0, max: 0.38 } },
  });
  expect(summary.statistics.cpu_utilization.mean).toBeCloseTo(0.19, 12);
  expect(summary.statistics.cpu_utilization.std).toBeCloseTo(0.01 * Math.sqrt(130), 12);
});

it('knows only workloads that were observed', async () => {
  const services = memoryServices(START);
  await saveRequest(services.objects, 'r1', { trigger: 'request', request: {} });
  const asked = validate(services, { run_id: 'r1', workload: WEB });
  expect(await rejectionOf(asked)).toBe('NOT_FOUND');
});
