import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AWS_PRICES, type PricedItem, priceOf } from '#core/cost/aws-prices.ts';
import { costPlan } from '#core/cost/cost-plan.ts';
import { forMetrics, JOB_WORK, STORED_BYTES } from '#core/cost/plan-work.ts';
import type { PlannedDeployment } from '#core/cost/planned-deployment.ts';
import { plannedUse } from '#core/cost/planned-use.ts';
import { pricesOf } from '#core/cost/price-table.ts';
import { measuredItems } from '#test/helpers/stored-bytes.ts';

/** A deployment whose every number is written here, so that the sums below can be done by hand. */
function deployment(changes: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return {
    fleets: [{ workloads: 1, metrics: 1, metricsRequested: 8_760, stepSeconds: 300 }],
    collectEveryMinutes: 5,
    rawDays: 35,
    hourlyDays: 400,
    runsDays: 30,
    logsDays: 30,
    mostRequested: 5_000_000,
    metrics: { perWorkload: 10, fixed: 3 },
    predictionMetrics: 0,
    analysedPerWorkload: 1,
    alarmMetrics: 60,
    dashboards: 1,
    transitions: { run: 5, batch: 4, workload: 14, workloadsPerBatch: 10 },
    isRecurrentNightly: false,
    hasCustomerKey: false,
    hasHeartbeat: false,
    requestsPerDay: 1_000,
    authorizedPerDay: 0,
    memory: {
      dispatch: 512,
      collect: 512,
      score: 1_024,
      predict: 1_024,
      plan: 512,
      validate: 1_024,
      engineer: 1_024,
      'fit-statistical': 1_769,
      'fit-boosting': 3_008,
      'fit-recurrent': 3_008,
      'fit-detectors': 1_769,
      evaluate: 1_769,
      register: 512,
      finish: 512,
    },
    ...changes,
  };
}

function planOf(of: PlannedDeployment, freeTier = false) {
  const workloads = of.fleets.reduce((sum, fleet) => sum + fleet.workloads, 0);
  const plan = costPlan(plannedUse(of), workloads, { freeTier });
  const quantity = (item: PricedItem) =>
    plan.lines.filter((line) => line.item === item).reduce((sum, line) => sum + line.quantity, 0);
  return { plan, quantity };
}

/** The expected numbers below are written with six digits or more. */
const RELATIVE = 1e-5;

function expectQuantities(
  quantity: (item: PricedItem) => number,
  expected: Partial<Record<PricedItem, number>>,
): void {
  const wrong = Object.entries(expected).filter(
    ([item, value]) => !(Math.abs(quantity(item as PricedItem) - value) <= RELATIVE * value),
  );
  expect(
    wrong.map(([item, value]) => ({ item, value, got: quantity(item as PricedItem) })),
  ).toEqual([]);
}

// A month: 730 h = 30.41667 days (D). Collections of five minutes: C = 43,800 / 5 = 8,760.
// Roll-ups: R = 2 × 730 + 2 × D = 1,520.833.
describe('a plan by hand', () => {
  it('of one workload with one metric', () => {
    const { plan, quantity } = planOf(deployment());
    expectQuantities(quantity, {
      // ms of a run: CPU / (MiB / 1769, at most 1) + 5 × calls + 30 × objects; GB-s: runs × s × MiB / 1024.
      // collect   C × (12/0.28943 + 25 + 200 = 266.46 ms) × 0.5  = 1,167.10
      // roll-up   R × (12.7/0.28943 + 15     =  58.88 ms) × 0.5  =    44.77
      // score     C × (44.4/0.57886 + 62.5 + 3 = 142.20) × 1      = 1,245.70
      // plan D × 8.455 ms × 0.5 = 0.13; pools D × (1,280 + 35 + 90) × 2.9375 = 125.54
      // validate D × (278.13 + 40 + 90 = 408.13) = 12.41; engineer D × (226.31 + 20 + 90) = 10.23
      // fit-statistical D × (421 + 20 + 90 = 531) × 1.72754 = 27.90; fit-boosting D × (85 + 30 + 150) × 2.9375 = 23.68
      // fit-recurrent D × (17 + 20 + 30 = 67) × 2.9375 = 5.99; fit-detectors D × (443 + 30 + 120 = 593) × 1.72754 = 31.16
      // evaluate D × (2,804 + 40 + 360 = 3,204) × 1.72754 = 168.36; register D × (967.42 + 255 + 240 = 1,462.42) × 0.5 = 22.24
      // finish D × (20.73 + 15 = 35.73) × 0.5 = 0.54
      // dispatch (C + 730 + D = 9,520.417) × (50 + 0.09/0.28943 + 10 = 60.311 ms) × 0.5 = 287.09
      // API 30,416.67 × (19/0.57886 + 53 = 85.823 ms) × 1 = 2,610.45
      'lambda.gb_seconds': 5_783.292,
      // C + R + C + D × (plan, pools, finish and eight stages = 11) + 9,520.417 + 30,416.667
      'lambda.requests': 59_312.5,
      // D × (5 + 1 batch × 4 + 14)
      'step_functions.transitions': 699.5833,
      // C × (3.6 + 15.5) + R × 3 + D × (1 + 41 + 42 + 2 + 2 + 4 + 2 + 4 + 6 + 15 + 3 = 122) + 9,520.417 × 1 + 30,416.667 × 16.4
      'dynamodb.read_units': 683_943.08,
      // C × (2 + 8.2) + R × 1 + D × (0 + 2 + 3 + 4 + 4 + 4 + 6 + 6 + 7 + 77 + 1 = 114) + 30,416.667 × 5
      'dynamodb.write_units': 246_423.67,
      // (35 × 24 × 354 + 400 × 616 + 35 × 238,500 + 90 × 55,300 + 365 × 2,800 = 14,890,260) / 2^30
      'dynamodb.storage_gb': 0.01386764,
      'dynamodb.backup_gb': 0.01386764,
      // C × 0.1 + D × (1 + 1 + 2 + 2 + 4 + 1 + 3 + 10 + 6 = 30)
      's3.reads': 1_788.5,
      // D × (2 + 2 + 1 + 1 + 1 + 1 + 2 + 2 = 12)
      's3.writes': 365,
      // (30 × 373,900 + 365 × 178,200) / 2^30
      's3.storage_gb': 0.07102266,
      // (C × (2 × 450 + 630 + 1.1 × 480) + R × 498 + D × 8 × 930 + 30,416.667 × 1,430) / 2^30
      'cloudwatch.log_ingestion_gb': 0.05821473,
      // × 0.15 × 30 / D
      'cloudwatch.log_storage_gb': 0.00861259,
      'cloudwatch.get_metric_data': 8_760,
      'cloudwatch.custom_metrics': 13,
      'cloudwatch.query_alarm_metrics': 1,
      'cloudwatch.alarm_metrics': 60,
      'cloudwatch.dashboards': 1,
      // 2 × 15 × 43,800 polls + (C × 1 + C × 1 + R × 1) × 3
      'sqs.requests': 1_371_122.5,
      // 9,520.417 + D
      'scheduler.invocations': 9_550.833,
      'http_api.requests': 30_416.667,
    });
    // 0.077111 + 0.011862 + 0.017490 + 0.085493 + 0.154015 + 0.003467 + 0.002774 + 0.000715 + 0.001825 + 0.001634
    // + 0.029107 + 0.000258 + 0.0876 + 3.9 + 0.1 + 6 + 3 + 0.548449 + 0.009551 + 0.030417
    expect(plan.totalUsd).toBeCloseTo(14.0618, 3);
    expect(plan.perWorkloadUsd).toBe(plan.totalUsd);
  });

  it('of a hundred workloads with seven metrics, whose reading the budget limits', () => {
    const fleets = [{ workloads: 100, metrics: 7, metricsRequested: 61_320, stepSeconds: 300 }];
    const { plan, quantity } = planOf(deployment({ fleets }));
    expectQuantities(quantity, {
      // Ten workloads share a call: collect 100 × C × (49.41 + 25 + 200 / 10 = 94.41 ms) × 0.5 = 41,350.5; roll-up 7,787.7; score 100 × C × 348.82 = 305,568.9
      // pools of 64 workloads only: 64 × D × 4,555 ms × 2.9375 = 26,047.0
      // stages: 2,770.5 + 2,541.5 + 8,580.8 + 3,788.4 + 598.6 + 265,388.7 + 76,922.1 + 12,351.7; plan 12.9; finish 75.4
      // dispatch 9,520.417 × (50 + 31.096 + 100 = 181.096 ms) × 0.5 = 862.0; API 2,610.45
      'lambda.gb_seconds': 757_257.2,
      // (C + R) × 10 batches + C × 100 + D × (3 + 800) + 9,520.417 + 30,416.667
      'lambda.requests': 1_043_170,
      // D × (5 + 10 × 4 + 100 × 14)
      'step_functions.transitions': 43_952.083,
      // 61,320 × 100 are wanted
      'cloudwatch.get_metric_data': 5_000_000,
      'cloudwatch.custom_metrics': 1_003,
      'cloudwatch.query_alarm_metrics': 100,
      // 1,314,000 + C × 10 × 3 + C × 100 × 3 + R × 10 × 3
      'sqs.requests': 4_250_425,
      // 100 × (840 × 751 + 400 × 2,782 + 35 × 1,474,000 + 90 × 373,500 + 365 × 19,700) / 2^30
      'dynamodb.storage_gb': 8.767391,
    });
    expect(plan.totalUsd).toBeCloseTo(423.4448, 2);
  });

  it('of ten thousand workloads with nightly networks, a key of its own and keys for callers', () => {
    const fleets = [{ workloads: 10_000, metrics: 7, metricsRequested: 61_320, stepSeconds: 300 }];
    const { plan, quantity } = planOf(
      deployment({
        fleets,
        metrics: { perWorkload: 2, fixed: 3 },
        isRecurrentNightly: true,
        hasCustomerKey: true,
        requestsPerDay: 100_000,
        authorizedPerDay: 100_000,
      }),
    );
    expectQuantities(quantity, {
      // The networks: 10,000 × D × (1,694,000 + 20 + 140 × 30 = 1,698,220 ms) × 2.9375 = 1,517,341,880
      // and everything else a hundred times the plan above, but pools, dispatch and API.
      'lambda.gb_seconds': 1_590_405_519,
      // Two measures each and three of the fleet: 10,000 at $0.30, 10,003 at $0.10.
      'cloudwatch.custom_metrics': 20_003,
      // Never more than a query looks at.
      'cloudwatch.query_alarm_metrics': 10_000,
      // C × 1,000 + R × 1,000 + C × 10,000 + D × 80,003 + 9,520.417 + 2 × 3,041,666.7
      'lambda.requests': 106_407_111.7,
      'http_api.requests': 3_041_666.7,
      'kms.keys': 1,
      // 8,760 five-minute windows × 14 functions × 5 resources
      'kms.requests': 613_200,
    });
    // 21,205.512 + 21.281 + 109.504 + 645.748 + 2,702.675 + 219.185 + 175.348 + 28.373 + 139.936 + 147.971 + 90.556
    // + 0.804 + 50 + 4,000.3 + 1,000 + 6 + 3 + 117.983 + 0.0096 + 3.042 + 1 + 1.840
    expect(plan.totalUsd).toBeCloseTo(30_670.07, 0);
  });
});

describe('the heartbeat', () => {
  it('costs what a workload with one metric costs, scored twice a round and read from nobody', () => {
    const without = planOf(deployment()).quantity;
    const { plan, quantity } = planOf(deployment({ hasHeartbeat: true }));
    const added = (item: PricedItem) => quantity(item) - without(item);
    expectQuantities(added, {
      // The jobs above 2,885.75, of which collect waits for nobody: C × 66.46 ms × 0.5 = 291.10 for 1,167.10; score again 1,245.70
      'lambda.gb_seconds': 3_255.45,
      // C + R + 2 × C + D × 11
      'lambda.requests': 28_135.4167,
      // D × (5 + 1 batch × 4 + 14): the nightly run takes place for it alone, too
      'step_functions.transitions': 699.5833,
      // C × (2 + 2 × 8.2) + R × 1 + D × 114
      'dynamodb.write_units': 166_172.333,
      // (C + 2 × C + R) × 3
      'sqs.requests': 83_402.5,
    });
    expect(added('cloudwatch.get_metric_data')).toBe(0);
    expect(plan.lines.filter(({ by }) => by === 'heartbeat')).not.toHaveLength(0);
    // It is nobody's workload: the total is not divided by one more.
    expect(plan.workloads).toBe(1);
  });
});

describe('free tiers', () => {
  it('are taken off an account once, from all lines of an item together', () => {
    const { plan } = planOf(deployment(), true);
    const of = (item: PricedItem) =>
      plan.lines.filter((line) => line.item === item).reduce((sum, line) => sum + line.usd, 0);
    // 5,783 of 400,000 GB-seconds; 1,371,122.5 − 1,000,000 requests; 60 − 10 alarm metrics; 13 − 10 metrics.
    expect(of('lambda.gb_seconds')).toBe(0);
    expect(of('sqs.requests')).toBeCloseTo(0.148449, 6);
    expect(of('cloudwatch.alarm_metrics')).toBeCloseTo(5, 9);
    expect(of('cloudwatch.custom_metrics')).toBeCloseTo(0.9, 9);
    expect(of('cloudwatch.get_metric_data')).toBeCloseTo(0.0876, 9);
  });
});

describe('every plan', () => {
  const counts = fc.record({
    workloads: fc.integer({ min: 0, max: 200_000 }),
    metrics: fc.integer({ min: 1, max: 22 }),
    every: fc.constantFrom(1, 5, 60),
    freeTier: fc.boolean(),
  });
  const usd = ({
    workloads,
    metrics,
    every,
    freeTier,
  }: {
    workloads: number;
    metrics: number;
    every: number;
    freeTier: boolean;
  }) => {
    const metricsRequested = (metrics * 43_800) / every;
    const fleets = [{ workloads, metrics, metricsRequested, stepSeconds: 300 }];
    const of = deployment({ fleets, collectEveryMinutes: every, mostRequested: Infinity });
    return planOf(of, freeTier).plan;
  };

  it('costs more with more workloads and with more metrics, and is a number', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5_000 }), (plan, more) => {
        const cost = usd(plan);
        expect(cost.lines.every((line) => line.usd >= 0 && Number.isFinite(line.usd))).toBe(true);
        const larger = usd({ ...plan, workloads: plan.workloads + more });
        expect(larger.totalUsd).toBeGreaterThan(cost.totalUsd);
        const finer = usd({ ...plan, metrics: plan.metrics + 1 });
        expect(finer.totalUsd).toBeGreaterThanOrEqual(cost.totalUsd);
      }),
      { numRuns: 40 },
    );
  });

  it('is not made of quantities that are none', () => {
    expect(() => priceOf('sqs.requests', -1)).toThrow(RangeError);
    expect(() => priceOf('sqs.requests', Number.NaN)).toThrow(RangeError);
  });
});

describe('the figures of a workload', () => {
  it('grow with its metrics', () => {
    const figures = [...Object.values(JOB_WORK).flatMap((work) => Object.values(work))];
    const falling = [...figures, ...Object.values(STORED_BYTES)].filter(
      ([one, seven]) => one < 0 || seven < one,
    );
    expect(falling).toEqual([]);
    expect(forMetrics([3, 9], 1)).toBe(3);
    expect(forMetrics([3, 9], 7)).toBe(9);
  });

  // Encoders that change by more than a tenth change the plan: measure again with bench/unit-work.ts.
  it.each([
    { metrics: 1, index: 0 },
    { metrics: 7, index: 1 },
  ] as const)('are the sizes that the store writes, for $metrics metrics', async (each) => {
    const { raw, hourly } = await measuredItems(each.metrics);
    expect(Math.abs(raw / STORED_BYTES.rawItem[each.index] - 1)).toBeLessThan(0.1);
    expect(Math.abs(hourly / STORED_BYTES.hourlyItem[each.index] - 1)).toBeLessThan(0.1);
  });
});

describe('the price table', () => {
  it('dates each price and says where it was read', () => {
    for (const { asOf, url, tiers } of Object.values(AWS_PRICES)) {
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(url).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(tiers.at(-1)?.upTo).toBe(Infinity);
    }
  });

  it('asks for Lambda what the prices of workloads ask', () => {
    const lambda = pricesOf('us-east-1')?.lambda;
    expect(AWS_PRICES['lambda.gb_seconds'].tiers[0]?.usd).toBe(lambda?.perGigabyteSecond.arm64);
  });
});
