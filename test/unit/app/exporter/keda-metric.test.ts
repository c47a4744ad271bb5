import { describe, expect, it } from '@jest/globals';
import { kedaMetric } from '#app/exporter/keda-metric.ts';
import { KedaMetricSchema, KedaQuerySchema } from '#contracts/http/scalers.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, DEFAULT_STEP, durationMs, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

const NEWEST = at('2026-03-29T00:25:00Z');
const NOW = addMs(NEWEST, DEFAULT_STEP);
const REQUESTS = { workload: 'default#shop#web#*', metric: 'request_rate' };

/** `shop/web` with 100, 90 … 20, 130 requests a second forecast, ± 20, and six replicas recommended. */
async function shop() {
  const services = memoryServices(NOW);
  await feed(services, { request_rate: [100] }, { start: NEWEST, step: DEFAULT_STEP });
  const values = [100, 90, 80, 70, 60, 50, 40, 30, 20, 130];
  await services.issued.add(REQUESTS, {
    issued_at: toIso(NOW),
    data_as_of: toIso(NEWEST),
    model: 'ridge',
    version: 'v1',
    step_seconds: 300,
    level: 0.8,
    values,
    lower_bounds: values.map((value) => value - 20),
    upper_bounds: values.map((value) => value + 20),
  });
  const until = addMs(NOW, MINUTE, 40);
  await services.recommendations.publish(recommendationOf({ from: NOW, until }));
  const ask = (query: Record<string, string> = {}, deployment = 'web') =>
    kedaMetric(services, deployment, KedaQuerySchema.parse({ namespace: 'shop', ...query }));
  return { services, ask };
}

async function detailsOf(asked: Promise<unknown>): Promise<unknown> {
  const error = await asked.catch((thrown: unknown) => thrown);
  return error instanceof DomainError ? error.details : error;
}

describe('recommended replicas', () => {
  it('are one number', async () => {
    const { ask } = await shop();
    expect(KedaMetricSchema.parse(await ask())).toEqual({
      value: 6,
      metric: 'recommended_replicas',
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      simulated: false,
      generated_at: '2026-03-29T00:30:00.000Z',
      valid_until: '2026-03-29T01:10:00.000Z',
      reasons: [],
    });
  });

  // At 01:00 UTC of this day clocks in Berlin go from 02:00 to 03:00.
  it('are none from the millisecond on at which they expire, whatever local clocks do', async () => {
    const { services, ask } = await shop();
    services.clock.set(addMs(NOW, durationMs(40 * MINUTE - 1)));
    expect(await ask()).toMatchObject({ value: 6 });
    services.clock.set(addMs(NOW, MINUTE, 40));
    expect(await rejectionOf(ask())).toBe('NOT_PUBLISHED');
    expect(await detailsOf(ask())).toMatchObject({ valid_until: '2026-03-29T01:10:00.000Z' });
  });

  it('are none when Helios holds, and the reasons are told', async () => {
    const { services, ask } = await shop();
    const later = addMs(NOW, MINUTE);
    const reasons = [{ code: 'REPLICAS_UNKNOWN', message: 'nobody says how many there are' }];
    await services.recommendations.publish(
      recommendationOf(
        { from: later, until: addMs(later, MINUTE, 40) },
        { action: 'investigate', target_replicas: null, reasons },
      ),
    );
    expect(await rejectionOf(ask())).toBe('NOT_PUBLISHED');
    expect(await detailsOf(ask())).toMatchObject({ reasons });
  });

  it('are none of a workload that none was published for, or that is unknown', async () => {
    const { services, ask } = await shop();
    await feed(services, { cpu_utilization: [1] }, { start: NEWEST, deployment: 'api' });
    expect(await rejectionOf(ask({}, 'api'))).toBe('NOT_PUBLISHED');
    expect(await rejectionOf(ask({}, 'nothing'))).toBe('NOT_FOUND');
    expect(await rejectionOf(ask({}, 'web#x'))).toBe('NOT_FOUND');
  });
});

describe('predicted load', () => {
  it('is the greatest of the upper bound until a quarter of an hour ahead', async () => {
    const { ask } = await shop();
    // At 00:30 the step of 00:30, one after the newest observation, is the first: 100 + 20.
    expect(await ask({ metric: 'rps' })).toMatchObject({ value: 120, metric: 'request_rate' });
  });

  it('takes the path and the time that are asked for', async () => {
    const { services, ask } = await shop();
    expect(await ask({ metric: 'rps', bound: 'point' })).toMatchObject({ value: 100 });
    expect(await ask({ metric: 'rps', bound: 'lower' })).toMatchObject({ value: 80 });
    // 01:15 is the tenth step.
    expect(await ask({ metric: 'rps', horizon_minutes: '45' })).toMatchObject({ value: 150 });
    // Ten minutes on, 100 and 90 lie behind.
    services.clock.set(addMs(NOW, MINUTE, 10));
    expect(await ask({ metric: 'rps', bound: 'point' })).toMatchObject({ value: 80 });
  });

  it('is none beyond the forecast, after its validity, or of an unknown metric', async () => {
    const { services, ask } = await shop();
    expect(await rejectionOf(ask({ metric: 'rps', horizon_minutes: '46' }))).toBe('NOT_PUBLISHED');
    expect(await rejectionOf(ask({ metric: 'rpsx' }))).toBe('METRIC_UNKNOWN');
    // Two hours after the newest observation.
    services.clock.set(at('2026-03-29T02:25:00Z'));
    expect(await rejectionOf(ask({ metric: 'rps' }))).toBe('NOT_PUBLISHED');
  });
});

it('a query that is out of bounds is refused', () => {
  for (const query of [{ horizon_minutes: '0' }, { horizon_minutes: '1441' }, { bound: 'max' }]) {
    expect(KedaQuerySchema.safeParse(query).success).toBe(false);
  }
});
