import type { Reason } from '#contracts/http/common.ts';
import type { WorkloadCost } from '#contracts/http/cost.ts';
import { type Usage, type UsageSlot, usageOf } from '#core/cost/usage.ts';
import { durationMs, type EpochMs, epochMs, SECOND } from '#core/time.ts';
import type { TimeRange } from '../ports/observation-store.ts';
import { scalingFor } from '../scaling-config.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import type { CostDeps } from './cost-deps.ts';
import { priceFor, type ReplicaPrice } from './price-for.ts';
import { type SlotReader, slotReader } from './read-slots.ts';

/** The metric that replicas are counted by. */
export const REPLICAS = 'replicas';
const REQUESTS = 'request_rate';

/**
 * What a workload has cost in a range, with what is not known of it.
 *
 * @param read - of the same workload and range, where there is one already
 */
export async function workloadCost(
  deps: CostDeps,
  workload: Workload,
  range: TimeRange,
  read: SlotReader = slotReader(deps.observations, workload, range),
): Promise<WorkloadCost> {
  const { price_per_replica_hour, replicas: configured } = scalingFor(deps.scaling, workload.id);
  const price = priceFor(deps.pricing, workload.id, price_per_replica_hour);
  const observed = await read(REPLICAS);
  const isAssumed = !workload.metrics.has(REPLICAS) && configured !== undefined;
  const slots = isAssumed ? assumedSlots(workload, configured, range) : observed;
  const usage = usageOf(slots, durationMs(range.to - range.from));
  const requests = price && price.perRequest > 0 ? await requestsOf(read) : null;
  const reasons: Reason[] = [
    ...(price ? [] : [noPrice(workload)]),
    ...(isAssumed ? [assumed(configured)] : []),
    ...(usage.coveredSeconds === 0 ? [noReplicas()] : []),
    ...(price && price.perRequest > 0 && requests === null ? [noRequests()] : []),
  ];
  return {
    workload: workload.id,
    simulated: workload.simulated,
    cost: price ? costOf(price, usage, requests) : null,
    replica_hours: usage.replicaHours,
    mean_replicas: usage.meanReplicas,
    most_replicas: usage.mostReplicas,
    requests,
    covered_seconds: usage.coveredSeconds,
    uncovered_seconds: usage.uncoveredSeconds,
    price: price ? shownPrice(price) : null,
    reasons,
  };
}

/** Null where nothing was observed: no cost is not a cost of nothing. */
function costOf(price: ReplicaPrice, usage: Usage, requests: number | null): number | null {
  if (usage.coveredSeconds === 0) return null;
  return usage.replicaHours * price.perHour + (requests ?? 0) * price.perRequest;
}

/** A configured number is taken to have held as long as anything of the workload was observed. */
function assumedSlots(
  workload: Workload,
  replicas: number,
  { from, to }: TimeRange,
): readonly UsageSlot[] {
  const begin = epochMs(Math.max(from, workload.firstSeen));
  const end: EpochMs = endOfData(workload, to);
  const length = durationMs(Math.max(0, end - begin));
  return length > 0 ? [{ at: begin, length, replicas, most: replicas }] : [];
}

/** Rate times time, over what was observed of it. */
async function requestsOf(read: SlotReader): Promise<number | null> {
  const slots = await read(REQUESTS);
  if (slots.length === 0) return null;
  return slots.reduce((sum, { replicas: rate, length }) => sum + (rate * length) / SECOND, 0);
}

function shownPrice({ perHour, perRequest, basis, source }: ReplicaPrice) {
  return {
    per_replica_hour: perHour,
    per_request: perRequest,
    basis,
    as_of: source?.asOf ?? null,
    source: source?.url ?? null,
  };
}

function noPrice({ id }: Workload): Reason {
  return {
    code: 'PRICE_UNKNOWN',
    message: `no price is configured for ${id.namespace}/${id.deployment}: add one to pricing.prices`,
  };
}

function assumed(replicas: number): Reason {
  return {
    code: 'REPLICAS_ASSUMED',
    message: `replicas are not collected: ${replicas}, as configured, are taken to have run all the time`,
    details: { replicas },
  };
}

function noReplicas(): Reason {
  return {
    code: 'REPLICAS_UNKNOWN',
    message:
      'nobody has observed replicas in this time: collect them, or configure scaling.replicas',
  };
}

function noRequests(): Reason {
  return {
    code: 'REQUESTS_UNKNOWN',
    message: 'requests are paid for and were not observed: they are not in the cost',
  };
}
