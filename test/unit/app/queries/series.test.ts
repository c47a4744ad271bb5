import { describe, expect, it } from '@jest/globals';
import { listIssuedForecasts } from '#app/queries/issued.ts';
import { readSeries } from '#app/queries/series.ts';
import { listWorkloads } from '#app/queries/workloads.ts';
import {
  ForecastQuerySchema,
  IssuedForecastListSchema,
  SeriesQuerySchema,
  SeriesSchema,
  WorkloadListSchema,
} from '#contracts/http/catalog.ts';
import { addMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');

/** Hourly 0, 0.01, 0.02 … for so many hours, and the clock right after them. */
async function observed(hours: number): Promise<MemoryServices> {
  const services = memoryServices(addMs(START, HOUR, hours));
  const values = Array.from({ length: hours }, (_, i) => Number((i * 0.01).toFixed(2)));
  await feed(services, { cpu: values }, { start: START });
  return services;
}

async function ask(services: MemoryServices, query: Readonly<Record<string, string>> = {}) {
  const parsed = SeriesQuerySchema.parse({ metric: 'cpu', ...query });
  return SeriesSchema.parse(await readSeries(services, parsed));
}

const hour = (count: number) => toIso(addMs(START, HOUR, count));

describe('a series', () => {
  it('is the last day up to the newest observation', async () => {
    const answer = await ask(await observed(30));
    expect(answer).toMatchObject({
      metric: 'cpu_utilization',
      unit: 'ratio',
      simulated: false,
      step_seconds: 3_600,
      start: hour(6),
    });
    expect(answer.values).toHaveLength(24);
    expect([answer.values[0], answer.values[23]]).toEqual([0.06, 0.29]);
  });

  it('is what is between two times, the second not included', async () => {
    const answer = await ask(await observed(30), { from: hour(2), to: hour(5) });
    expect(answer).toMatchObject({ start: hour(2), values: [0.02, 0.03, 0.04] });
  });

  it('is the hours before a time', async () => {
    const answer = await ask(await observed(30), { to: hour(10), hours: '2' });
    expect(answer).toMatchObject({ start: hour(8), values: [0.08, 0.09] });
  });

  it('is null where nothing was observed', async () => {
    const services = await observed(3);
    services.clock.set(addMs(START, HOUR, 6));
    await feed(services, { cpu: [0.5] }, { start: addMs(START, HOUR, 5) });
    const answer = await ask(services, { from: hour(1), to: hour(6) });
    expect(answer.values).toEqual([0.01, 0.02, null, null, 0.5]);
  });

  it('is empty where there is nothing at all', async () => {
    const answer = await ask(await observed(3), { from: hour(-9), to: hour(-3) });
    expect(answer.values).toEqual([]);
  });

  it('of imported history is the last day of that', async () => {
    const services = await observed(30);
    services.clock.set(addMs(START, HOUR, 9_999));
    const { values } = await ask(services);
    // Two slots after the newest one may still be missing: they count as part of the day.
    expect(values.filter((value) => value !== null).at(-1)).toBe(0.29);
  });

  it('ends before the slot that is still filling', async () => {
    const services = await observed(30);
    services.clock.set(addMs(START, MINUTE, 29 * 60 + 30));
    expect((await ask(services)).values.at(-1)).toBe(0.28);
  });

  it.each([
    ['backwards', { from: hour(5), to: hour(2) }],
    ['of no length', { from: hour(5), to: hour(5) }],
    ['of more than 20160 steps', { from: hour(0), to: hour(20_161) }],
  ])('%s is refused', async (_, query) => {
    expect(await rejectionOf(ask(await observed(3), query))).toBe('REQUEST_INVALID');
  });

  it('of the years around 1970 is an answer, too', async () => {
    const services = await observed(3);
    for (const year of ['1969', '1970', '0001']) {
      const query = { from: `${year}-01-01T00:00:00Z`, to: `${year}-01-02T00:00:00Z` };
      expect((await ask(services, query)).values).toEqual([]);
    }
  });

  it('of an unknown metric or workload is refused', async () => {
    const services = await observed(3);
    expect(await rejectionOf(ask(services, { metric: 'gpu' }))).toBe('METRIC_UNKNOWN');
    expect(await rejectionOf(ask(services, { deployment: 'nope' }))).toBe('NOT_FOUND');
  });
});

it('lists workloads with their metrics and sources', async () => {
  const services = await observed(3);
  const start = addMs(START, HOUR, 1);
  await feed(services, { requests: [1, 2] }, { start, step: MINUTE, counters: ['requests'] });
  expect(WorkloadListSchema.parse(await listWorkloads(services)).workloads).toEqual([
    {
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      simulated: false,
      step_seconds: 3_600,
      sources: ['agent'],
      metrics: [
        { metric: 'cpu_utilization', unit: 'ratio', counter: false, last_seen: hour(2) },
        {
          metric: 'request_rate',
          unit: 'per_second',
          counter: true,
          last_seen: toIso(addMs(start, MINUTE)),
        },
      ],
      first_seen: hour(0),
      last_seen: hour(2),
    },
  ]);
});

describe('forecasts as issued', () => {
  const forecast = (count: number) => ({
    issued_at: hour(count),
    data_as_of: hour(count - 1),
    model: 'naive',
    version: null,
    step_seconds: 3_600,
    level: null,
    values: [count],
    lower_bounds: null,
    upper_bounds: null,
  });
  const CPU = { workload: 'default#shop#web#*', metric: 'cpu_utilization' };

  it('are listed newest first, as many as asked for', async () => {
    const services = await observed(3);
    for (const count of [4, 2, 3]) await services.issued.add(CPU, forecast(count));
    const list = async (limit: string) => {
      const query = ForecastQuerySchema.parse({ metric: 'cpu', limit });
      const answer = IssuedForecastListSchema.parse(await listIssuedForecasts(services, query));
      return answer.forecasts.map(({ values }) => values[0]);
    };
    expect(await list('10')).toEqual([4, 3, 2]);
    expect(await list('2')).toEqual([4, 3]);
  });

  it('are issued once', async () => {
    const services = await observed(3);
    await services.issued.add(CPU, forecast(4));
    await services.issued.add(CPU, { ...forecast(4), values: [99] });
    expect(await services.issued.list(CPU, 10)).toEqual([forecast(4)]);
  });
});
