import { describe, expect, it } from '@jest/globals';
import { costEfficiency } from '#app/cost/cost-efficiency.ts';
import { costSummary, costs } from '#app/cost/cost-queries.ts';
import { costSavings } from '#app/cost/cost-savings.ts';
import { priceFor } from '#app/cost/price-for.ts';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { PricingConfigSchema } from '#contracts/config/pricing.ts';
import * as wire from '#contracts/http/cost.ts';
import { addMs, DAY, HOUR, MINUTE, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import {
  costQuery,
  costServices,
  NOW,
  observed,
  repeated,
  STEP,
  WEB,
} from '#test/helpers/cost-story.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

describe('the cost of a workload', () => {
  it('is replicas × price × time; a gap is not covered, not filled and not free', async () => {
    const deps = costServices();
    // Of the last hour nine values: 4 for half an hour, a gap of a quarter, 8 for a quarter.
    await observed(deps, { replicas: [...repeated(4, 6), null, null, null, ...repeated(8, 3)] });
    const answer = wire.CostResponseSchema.parse(await costs(deps, costQuery()));
    expect(answer).toMatchObject({ from: '2026-03-10T23:00:00.000Z', to: toIso(NOW), unknown: 0 });
    // 4 × 1/2 + 8 × 1/4 = 4 replica-hours at $0.50.
    expect(answer.total).toBe(2);
    expect(answer.workloads[0]).toMatchObject({
      cost: 2,
      replica_hours: 4,
      covered_seconds: 2_700,
      uncovered_seconds: 900,
      most_replicas: 8,
      reasons: [],
    });
    // 4 replica-hours in three quarters of an hour.
    expect(answer.workloads[0]?.mean_replicas).toBeCloseTo(16 / 3, 12);
  });

  it('is unknown without a price, or without replicas, and says what to do', async () => {
    const deps = costServices({});
    await observed(deps, { replicas: [2, 2] });
    const [row] = (await costs(deps, costQuery())).workloads;
    expect(row).toMatchObject({ cost: null, price: null, reasons: [{ code: 'PRICE_UNKNOWN' }] });
    expect(await costs(deps, costQuery())).toMatchObject({ total: null, unknown: 1 });
    const priced = costServices();
    await observed(priced, { cpu: [0.5, 0.5] });
    const [unknown] = (await costs(priced, costQuery())).workloads;
    expect(unknown).toMatchObject({ cost: null, reasons: [{ code: 'REPLICAS_UNKNOWN' }] });
  });

  it('takes configured replicas for those that nobody counts, and says so', async () => {
    const deps = costServices({}, [{ replicas: 3, price_per_replica_hour: 0.1 }]);
    await observed(deps, { cpu: repeated(0.5, 12) });
    const [row] = (await costs(deps, costQuery())).workloads;
    // Three replicas for an hour at ten cents, by the price of the scaling.
    expect(row?.cost).toBeCloseTo(0.3, 12);
    expect(row?.reasons).toMatchObject([{ code: 'REPLICAS_ASSUMED', details: { replicas: 3 } }]);
    expect(row?.price).toMatchObject({ basis: 'configured with the scaling', source: null });
  });

  it('adds requests where they are paid for', async () => {
    const entry = { unit: 'lambda', region: 'us-east-1', memory_gb: 2 } as const;
    const deps = costServices({ prices: [entry] });
    await observed(deps, { replicas: repeated(10, 12), request_rate: repeated(100, 12) });
    const [row] = (await costs(deps, costQuery())).workloads;
    expect(row?.requests).toBe(360_000);
    // 10 × 2 GB × 3600 s × 0.0000166667 = 1.2000024, and 360,000 requests at $0.20 a million.
    expect(row?.cost).toBeCloseTo(1.2000024 + 0.072, 9);
    await observed(deps, { replicas: repeated(1, 12) }, { deployment: 'batch' });
    const [batch] = (await costs(deps, costQuery({ deployment: 'batch' }))).workloads;
    expect(batch?.reasons).toMatchObject([{ code: 'REQUESTS_UNKNOWN' }]);
  });

  it('is the same from hourly summaries as from the observations', async () => {
    const deps = costServices();
    const values = Array.from({ length: 5 * 288 }, (_, i) => (i % 7 === 0 ? null : 1 + (i % 5)));
    await observed(deps, { replicas: values });
    const before = await costs(deps, costQuery({ period: '7d' }));
    for (let day = 1; day <= 4; day++) {
      await rollUp(deps, 'default#shop#web#*', addMs(NOW, DAY, -day));
    }
    const after = await costs(deps, costQuery({ period: '7d' }));
    expect(after.total).toBeCloseTo(before.total ?? Number.NaN, 4);
    expect(after.workloads[0]?.covered_seconds).toBe(before.workloads[0]?.covered_seconds);
    // Five days of which a seventh is missing, and two days nobody observed.
    const seen = values.filter((value) => value !== null).length;
    expect(before.workloads[0]?.covered_seconds).toBe(seen * 300);
    expect(before.workloads[0]?.uncovered_seconds).toBe(7 * 86_400 - seen * 300);
  });

  it('sums up by namespace, and does not add simulated money to real money', async () => {
    const deps = costServices();
    await observed(deps, { replicas: repeated(2, 12) });
    await observed(deps, { replicas: repeated(4, 12) }, { deployment: 'api' });
    const sample = workloadId({ deployment: 'webshop', namespace: 'sample' });
    const metrics = new Map([['replicas', { counter: false, firstSeen: NOW, lastSeen: NOW }]]);
    await deps.directory.note(sample, {
      source: 'simulator',
      step: STEP,
      metrics,
      simulated: true,
    });
    await deps.observations.merge(
      sample,
      STEP,
      [{ metric: 'replicas', at: addMs(NOW, STEP, -1), value: 12, source: 'simulator', asOf: NOW }],
      NOW,
    );
    await deps.directory.note(sample, {
      source: 'simulator',
      step: STEP,
      metrics: new Map([
        ['replicas', { counter: false, firstSeen: addMs(NOW, HOUR, -1), lastSeen: NOW }],
      ]),
    });
    const answer = wire.CostSummarySchema.parse(await costSummary(deps, costQuery()));
    // (2 + 4) replica-hours at $0.50; twelve simulated ones for five minutes beside it.
    expect(answer.total).toBe(3);
    expect(answer.namespaces).toMatchObject([
      { namespace: 'sample', simulated: true, cost: 0.5, workloads: 1 },
      { namespace: 'shop', simulated: false, cost: 3, workloads: 2, unknown: 0 },
    ]);
    expect((await costs(deps, costQuery({ namespace: 'sample' }))).total).toBe(0.5);
  });

  it('counts a deployment once, not its containers beside it', async () => {
    const deps = costServices({ prices: [{ unit: 'replica', per_replica_hour: 1 }] }, [
      { replicas: 2 },
    ]);
    await observed(deps, { cpu: repeated(0.5, 12) });
    const container = workloadId({ deployment: 'web', namespace: 'shop', container: 'app' });
    const metrics = new Map([
      ['cpu_utilization', { counter: false, firstSeen: addMs(NOW, HOUR, -1), lastSeen: NOW }],
    ]);
    await deps.directory.note(container, { source: 'x', step: STEP, metrics });
    expect((await costs(deps, costQuery())).workloads).toHaveLength(1);
  });
});

describe('a price', () => {
  it('is that of the first entry that applies', () => {
    const pricing = PricingConfigSchema.parse({
      prices: [
        { deployment: 'web', unit: 'ec2', region: 'us-east-1', type: 'm7g.large' },
        { unit: 'ec2', region: 'us-east-1', type: 'm7g.large', replicas_per_instance: 4 },
      ],
    });
    expect(priceFor(pricing, WEB)).toMatchObject({
      perHour: 0.0816,
      basis: 'm7g.large on demand, us-east-1',
      source: { asOf: '2026-02-09' },
    });
    expect(priceFor(pricing, { ...WEB, deployment: 'api' })?.perHour).toBeCloseTo(0.0204, 12);
    expect(priceFor(PricingConfigSchema.parse({}), WEB)).toBeUndefined();
  });

  it('of Fargate is by vCPU and gigabyte', () => {
    const entry = { unit: 'fargate', region: 'us-east-1', vcpu: 0.5, memory_gb: 1 } as const;
    const x86 = PricingConfigSchema.parse({ prices: [entry] });
    const arm = PricingConfigSchema.parse({ prices: [{ ...entry, architecture: 'arm64' }] });
    // 0.5 × 0.04048 + 0.004445, and 0.5 × 0.03238 + 0.00356.
    expect(priceFor(x86, WEB)?.perHour).toBeCloseTo(0.024685, 12);
    expect(priceFor(arm, WEB)?.perHour).toBeCloseTo(0.01975, 12);
  });

  it.each([
    [{ unit: 'ec2', region: 'eu-west-1', type: 'm7g.large' }, 'no prices of eu-west-1 are known'],
    [{ unit: 'ec2', region: 'us-east-1', type: 'm7g.tiny' }, 'no price of this type is known'],
    [{ unit: 'replica', per_replica_hour: -1 }, 'expected number to be >=0'],
    [{ unit: 'replica', per_replica_hour: 1, currency: 'EUR' }, 'Unrecognized key'],
  ])('%j is refused: %s', (entry, message) => {
    const parsed = PricingConfigSchema.safeParse({ prices: [entry] });
    expect(parsed.error?.message).toContain(message);
  });
});

describe('savings', () => {
  it('are those of recommendations that were followed, as long as it held', async () => {
    const deps = costServices();
    // The last hour: 6 replicas, 4 from 23:15, 5 from 23:45.
    const values = [...repeated(6, 3), ...repeated(4, 6), ...repeated(5, 3)];
    await observed(deps, { replicas: values });
    const from = addMs(NOW, MINUTE, -55);
    const validity = { from, until: addMs(from, MINUTE, 15) };
    await deps.recommendations.publish(
      recommendationOf(validity, {
        action: 'scale_in',
        current_replicas: 6,
        target_replicas: 4,
      }),
    );
    const later = addMs(NOW, MINUTE, -16);
    await deps.recommendations.publish(
      recommendationOf(
        { from: later, until: addMs(later, MINUTE, 15) },
        { current_replicas: 4, target_replicas: 5 },
      ),
    );
    const answer = wire.SavingsResponseSchema.parse(await costSavings(deps, costQuery()));
    // Two replicas less for half an hour, one more for a quarter: (1 - 0.25) × $0.50.
    expect(answer).toMatchObject({ saved: 0.375, recommendations: 2, followed: 2, reasons: [] });
    expect(answer.savings).toMatchObject([
      { saved: 0.5, replica_hours: 1, held_seconds: 1_800, open: false },
      { saved: -0.125, replica_hours: -0.25, held_seconds: 900, open: true },
    ]);
  });

  it('of nothing followed are none, not zero dollars', async () => {
    const deps = costServices();
    await observed(deps, { replicas: repeated(6, 12) });
    expect(await costSavings(deps, costQuery())).toMatchObject({ saved: null, followed: 0 });
    const long = await costSavings(deps, costQuery({ period: '90d' }));
    expect(long.reasons).toMatchObject([{ code: 'HISTORY_LIMITED' }]);
  });
});

describe('efficiency', () => {
  it('is the share used of what is allocated; idle is what neither has used', async () => {
    const deps = costServices();
    const columns = { replicas: repeated(2, 12), cpu: repeated(0.2, 12) };
    await observed(deps, { ...columns, memory: repeated(0.25, 12) });
    const answer = wire.EfficiencyResponseSchema.parse(await costEfficiency(deps, costQuery()));
    // $1 an hour, of which memory has used a quarter.
    expect(answer).toMatchObject({ cost: 1, idle_cost: 0.75 });
    expect(answer.workloads[0]).toMatchObject({ status: 'oversized', reasons: [] });
    expect(answer.workloads[0]?.cpu?.mean).toBeCloseTo(0.2, 12);
  });

  it('falls back on cores and bytes over the configured requests', async () => {
    const deps = costServices(undefined, [
      { resources: { cpu_request: '500m', memory_request: '1Gi' } },
    ]);
    await observed(deps, {
      replicas: repeated(4, 12),
      cpu_cores: repeated(1.8, 12),
      memory_bytes: repeated(2 ** 30, 12),
    });
    const [row] = (await costEfficiency(deps, costQuery())).workloads;
    // 1.8 cores over four replicas of half a core, 1 GiB over four of 1 GiB.
    expect(row?.cpu?.mean).toBeCloseTo(0.9, 12);
    // Values are kept with seven digits.
    expect(row?.memory?.mean).toBeCloseTo(0.25, 6);
    expect(row?.status).toBe('undersized');
  });

  it('says that it does not know', async () => {
    const deps = costServices();
    await observed(deps, { replicas: repeated(4, 12) });
    const [row] = (await costEfficiency(deps, costQuery())).workloads;
    expect(row).toMatchObject({ cpu: null, status: null, idle_cost: null });
    expect(row?.reasons).toMatchObject([{ code: 'USE_UNKNOWN' }]);
  });
});
