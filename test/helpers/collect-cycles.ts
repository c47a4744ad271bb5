import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchWorkload } from '#adapters/sources/cloudwatch-reads.ts';
import { cloudWatchSource } from '#adapters/sources/cloudwatch-source.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { collectAll } from '#app/scheduled/collect.ts';
import {
  addMs,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  MINUTE,
} from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import { collectionOf } from './collection.ts';
import { type FakeCloudWatchOptions, startFakeCloudWatch } from './fake-cloudwatch.ts';
import { memoryServices } from './memory-services.ts';

const STEP: DurationMs = durationMs(5 * MINUTE);
/** Longer than the fake needs to converge. */
export const SETTLE: DurationMs = durationMs(10 * MINUTE);

/** What a client of CloudWatch does wrong; nothing unless given. */
export interface Breakage {
  readonly client?: (client: CloudWatchClient) => CloudWatchClient;
  readonly source?: (source: MetricSource) => MetricSource;
}

/** What collecting for some time came to. */
export interface Collecting {
  /** Each stored column as `workload metric source`, with its values by time. */
  readonly stored: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Metrics by the ledger, and by the service. */
  readonly counted: number;
  readonly billed: number;
  readonly requests: number;
  readonly calls: readonly number[];
  readonly failures: number;
  /** The end of what has settled. */
  readonly settled: EpochMs;
}

/** Collects workloads in rounds of five minutes from a service that misbehaves, on a clock of its own. */
export async function collectCycles(options: {
  readonly workloads: ReadonlyMap<WorkloadKey, CloudWatchWorkload>;
  readonly from: EpochMs;
  readonly rounds: number;
  readonly service: Omit<FakeCloudWatchOptions, 'clock'>;
  readonly backfill?: DurationMs;
  readonly broken?: Breakage;
  readonly budgetUsd?: number;
}): Promise<Collecting> {
  const { workloads, from, rounds, broken = {}, backfill = durationMs(60 * MINUTE) } = options;
  const services = memoryServices(from);
  const fake = await startFakeCloudWatch({ ...options.service, clock: services.clock });
  const real = new CloudWatchClient({
    endpoint: fake.endpoint,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const client = broken.client?.(real) ?? real;
  const { ledger } = collectionOf(services, {
    collection: { monthly_budget_usd: options.budgetUsd ?? 50 },
  });
  const honest = cloudWatchSource({
    clientOf: () => client,
    clock: services.clock,
    workloadOf: async (key) => workloads.get(key),
    allowance: ledger,
    settle: SETTLE,
    backoff: { sleep: async () => {}, random: () => 0.5 },
  });
  const source = broken.source?.(honest) ?? honest;
  const jobs = [...workloads].map(([workload, { metrics }]) => ({
    workload,
    // Nothing beyond what has not settled, so that a cursor that runs ahead is seen.
    plan: { source, metrics: Object.keys(metrics), backfill, reread: durationMs(0) },
  }));
  let failures = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      services.clock.set(addMs(from, STEP, round));
      const outcomes = await collectAll(services, jobs);
      failures += outcomes.filter((outcome) => 'error' in outcome).length;
    }
    const now = services.clock.now();
    return {
      stored: await storedColumns(services, [...workloads.keys()], addMs(now, MINUTE)),
      counted: (await ledger.ofMonth(now)).requested,
      billed: fake.requested(),
      requests: fake.requests(),
      calls: fake.calls,
      failures,
      settled: floorTo(epochMs(now - SETTLE), STEP),
    };
  } finally {
    real.destroy();
    await fake.close();
  }
}

async function storedColumns(
  { observations }: Pick<ReturnType<typeof memoryServices>, 'observations'>,
  keys: readonly WorkloadKey[],
  to: EpochMs,
) {
  const stored = new Map<string, ReadonlyMap<number, number>>();
  for (const key of keys) {
    const range = { from: epochMs(0), to };
    for (const column of await observations.read(parseWorkloadKey(key), STEP, range)) {
      const values = column.slots.map(({ start, value }) => [start, value] as const);
      stored.set(`${key} ${column.metric} ${column.source}`, new Map(values));
    }
  }
  return stored;
}
