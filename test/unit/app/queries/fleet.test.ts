import { beforeEach, describe, expect, it } from '@jest/globals';
import { createIssuedPeaks, peakOf } from '#app/issued-peaks.ts';
import { listFleet } from '#app/queries/fleet.ts';
import { readOutlooks } from '#app/queries/outlook.ts';
import { thinned } from '#app/queries/thinned.ts';
import type { IssuedForecast } from '#contracts/http/catalog.ts';
import {
  FleetQuerySchema,
  FleetSchema,
  OutlookListSchema,
  OutlookRequestSchema,
} from '#contracts/http/fleet.ts';
import { addMs, HOUR, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';
import {
  at,
  type MemoryServices,
  memoryServices,
  memoryStores,
} from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const NOW = addMs(START, HOUR, 48);
const WEB = 'default#shop#web#*';

/** Issued at `NOW`, or later: the second step, two hours after the newest observation, is the highest. */
const forecast = (changes: Partial<IssuedForecast> = {}): IssuedForecast => ({
  ...{ issued_at: toIso(NOW), data_as_of: toIso(addMs(NOW, HOUR, -1)), model: 'auto' },
  ...{ version: null, step_seconds: 3_600, level: 0.8, values: [1, 5, 5, 2] },
  ...{ lower_bounds: [0, 4, 4, 1], upper_bounds: [2, 7, 8, 3] },
  ...changes,
});

let services: MemoryServices;
let stores: ReturnType<typeof memoryStores>;
beforeEach(async () => {
  stores = memoryStores();
  services = memoryServices(NOW, stores);
  const values = Array.from({ length: 48 }, (_, i) => i);
  await feed(services, { request_rate: values, zeta: values }, { start: START });
});

const fleet = async (query: object = {}) => {
  const deps = { ...services, peaks: createIssuedPeaks(stores.catalog) };
  return FleetSchema.parse(await listFleet(deps, FleetQuerySchema.parse(query))).workloads;
};

const outlook = async (query: object = {}) => {
  const request = OutlookRequestSchema.parse({
    workloads: [workloadId({ namespace: 'shop', deployment: 'web' })],
    ...query,
  });
  return OutlookListSchema.parse(await readOutlooks(services, request)).outlooks;
};

describe('the fleet', () => {
  it('has a row for each workload, of its first metric, with nothing that was not measured', async () => {
    expect(await fleet()).toEqual([
      expect.objectContaining({
        workload: workloadId({ namespace: 'shop', deployment: 'web' }),
        ...{ metric: 'request_rate', unit: 'per_second', metrics: ['request_rate', 'zeta'] },
        ...{ simulated: false, next_peak: null, open_incidents: 0, worst_severity: null },
        grade: expect.objectContaining({ grade: 'too_little_data', skill_vs_naive: null }),
      }),
    ]);
  });

  it('is of another metric where one is asked for, and says so of who has none', async () => {
    expect(await fleet({ metric: 'zeta' })).toMatchObject([
      { metric: 'zeta', unit: 'unspecified' },
    ]);
    expect(await fleet({ metric: 'cpu' })).toMatchObject([
      { metric: null, unit: null, grade: null },
    ]);
  });

  it('counts open incidents that nobody has called expected', async () => {
    const kept = await services.incidents.save(openIncidentAt(addMs(NOW, HOUR, -1)));
    const [row] = await fleet();
    expect(row).toMatchObject({ open_incidents: 1, worst_severity: kept.severity });
    const said = { by: 'me', at: toIso(NOW), note: null };
    await services.incidents.giveFeedback(kept.id, { label: 'expected', ...said });
    expect(await fleet()).toMatchObject([{ open_incidents: 0, worst_severity: null }]);
  });

  it('names the next peak of the last forecast issued, until it has passed', async () => {
    const subject = { workload: WEB, metric: 'request_rate' };
    await services.issued.add(subject, forecast());
    // One that was issued earlier and comes late changes nothing.
    const earlier = { issued_at: toIso(addMs(NOW, HOUR, -1)), values: [9, 9, 9, 9] };
    await services.issued.add(subject, forecast(earlier));
    // The second of four steps of an hour after 23:00: 01:00; the last is 03:00.
    const peak = { value: 5, upper_bound: 7, level: 0.8 };
    expect(await fleet()).toMatchObject([
      { next_peak: { ...peak, at: '2026-03-04T01:00:00.000Z', until: '2026-03-04T03:00:00.000Z' } },
    ]);
    services.clock.set(addMs(NOW, HOUR, 2));
    expect(await fleet()).toMatchObject([{ next_peak: null }]);
  });
});

describe('a peak', () => {
  it('of a forecast without a band has no bound and no level; of none there is none', () => {
    expect(peakOf(forecast({ upper_bounds: null }))).toMatchObject({ upper: null, level: null });
    expect(peakOf(forecast({ values: [] }))).toBeUndefined();
  });
});

describe('an outlook', () => {
  it('is what was observed and what was issued, in few points', async () => {
    await services.issued.add({ workload: WEB, metric: 'request_rate' }, forecast());
    const [found] = await outlook({ points: 12 });
    // The last 288 hours in 12 points of 24; observed are the last 48, 0 … 47.
    expect(found?.history).toEqual({
      ...{ start: toIso(addMs(NOW, HOUR, -288)), step_seconds: 86_400 },
      values: [...new Array(10).fill(null), 23, 47],
    });
    expect(found?.forecast).toEqual(forecast());
    expect(found?.reasons).toEqual([]);
  });

  it('says what is missing', async () => {
    expect(await outlook()).toMatchObject([{ forecast: null, reasons: [{ code: 'NOT_ISSUED' }] }]);
    expect(await outlook({ metric: 'cpu' })).toMatchObject([
      { metric: null, history: null, reasons: [{ code: 'METRIC_UNKNOWN' }] },
    ]);
    const workloads = [workloadId({ deployment: 'nobody' })];
    expect(await outlook({ workloads })).toMatchObject([{ reasons: [{ code: 'NOT_FOUND' }] }]);
  });

  it('keeps gaps that are as long as its points', () => {
    const gap = Number.NaN;
    expect(thinned([1, gap, gap, gap, 2, 3], 3)).toEqual({ every: 2, values: [1, gap, 3] });
    expect(thinned([], 3)).toEqual({ every: 1, values: [] });
  });
});
