import type { Reason } from '#contracts/http/common.ts';
import type { CostQuery, EfficiencyResponse, EfficiencyRow } from '#contracts/http/cost.ts';
import type { UsageSlot } from '#core/cost/usage.ts';
import { resourceUseOf } from '#core/cost/use.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { parseCpu, parseMemory } from '#core/recommend/quantities.ts';
import type { TimeRange } from '../ports/observation-store.ts';
import { scalingFor } from '../scaling-config.ts';
import type { Workload } from '../workload-directory.ts';
import type { CostDeps } from './cost-deps.ts';
import { countedOf, headOf, ofEach, rangeOf, selected, totalOf } from './cost-queries.ts';
import { type SlotReader, slotReader } from './read-slots.ts';
import { workloadCost } from './workload-cost.ts';

type Use = NonNullable<EfficiencyRow['cpu']>;

/** How much of what is paid for was used, in a period. */
export async function costEfficiency(
  deps: CostDeps,
  query: CostQuery,
): Promise<EfficiencyResponse> {
  const now = deps.clock.now();
  const range = rangeOf(query.period, now);
  const rows = await ofEach(await selected(deps.directory, query), (workload) =>
    efficiencyOf(deps, workload, range),
  );
  return {
    ...headOf(query.period, range, now),
    cost: totalOf(countedOf(rows).map(({ cost }) => cost)),
    idle_cost: totalOf(countedOf(rows).map(({ idle_cost }) => idle_cost)),
    workloads: rows,
  };
}

async function efficiencyOf(
  deps: CostDeps,
  workload: Workload,
  range: TimeRange,
): Promise<EfficiencyRow> {
  const { resources } = scalingFor(deps.scaling, workload.id);
  const requestedCpu = resources?.cpu_request && parseCpu(resources.cpu_request);
  const requestedMemory = resources?.memory_request && parseMemory(resources.memory_request);
  const read = slotReader(deps.observations, workload, range);
  const cpu =
    useOf(await read('cpu_utilization'), 1, 'cpu_utilization, of what is allocated') ??
    (requestedCpu
      ? useOf(await perReplica(read, 'cpu_cores'), requestedCpu, 'cpu_cores, of the request')
      : null);
  const memory =
    useOf(await read('memory_utilization'), 1, 'memory_utilization, of what is allocated') ??
    (requestedMemory
      ? useOf(
          await perReplica(read, 'memory_bytes'),
          requestedMemory,
          'memory_bytes, of the request',
        )
      : null);
  const { cost, reasons, simulated } = await workloadCost(deps, workload, range, read);
  const used = greater(cpu?.mean, memory?.mean);
  return {
    workload: workload.id,
    simulated,
    cpu,
    memory,
    status: statusOf(cpu, memory),
    cost,
    idle_cost: cost === null || used === undefined ? null : cost * Math.max(0, 1 - used),
    reasons: [...reasons, ...(used === undefined ? [noUse()] : [])],
  };
}

/** What all replicas use together, by replica: hour by hour, where both were observed. */
async function perReplica(read: SlotReader, metric: string): Promise<readonly UsageSlot[]> {
  const used = await read(metric);
  const replicas = new Map((await read('replicas')).map((slot) => [slot.at, slot.replicas]));
  return used.flatMap((slot) => {
    const count = replicas.get(slot.at) ?? 0;
    return count > 0 ? [{ ...slot, replicas: slot.replicas / count }] : [];
  });
}

function useOf(slots: readonly UsageSlot[], allocated: number, of: string): Use | null {
  const use = resourceUseOf(slots, allocated);
  return use && { ...use, of };
}

/** By the resource that is used most: the thresholds are those that replicas are scaled by. */
function statusOf(cpu: Use | null, memory: Use | null): EfficiencyRow['status'] {
  const high = greater(cpu?.p95, memory?.p95);
  const mean = greater(cpu?.mean, memory?.mean);
  if (high === undefined || mean === undefined) return null;
  if (mean > DEFAULT_POLICY.scaleUpThreshold) return 'undersized';
  return high < DEFAULT_POLICY.scaleDownThreshold ? 'oversized' : 'fitting';
}

function greater(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

function noUse(): Reason {
  return {
    code: 'USE_UNKNOWN',
    message: 'neither CPU nor memory was observed as a share of what is allocated',
  };
}
