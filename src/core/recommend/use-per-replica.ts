import type { Because } from './because.ts';

/** What was measured of a workload as a whole, all on one grid. Absent: not collected. */
export interface WorkloadUse {
  /** Sum over the replicas. */
  readonly cpuCores?: ArrayLike<number> | undefined;
  readonly memoryBytes?: ArrayLike<number> | undefined;
  /** Share of the CPU request that a replica used, in the mean over the replicas. */
  readonly cpuUtilization?: ArrayLike<number> | undefined;
  /** As collected, or the number that was said to have held throughout. */
  readonly replicas?: ArrayLike<number> | number | undefined;
  /** Of one replica, in cores, where it was stated. */
  readonly cpuRequest?: number | undefined;
}

/** What one replica used in the mean, NaN where nobody knows, and what that rests on. */
export interface ReplicaUse {
  readonly cpuCores?: Float64Array | undefined;
  readonly memoryBytes?: Float64Array | undefined;
  readonly because: readonly Because[];
}

/**
 * The use of one replica out of that of a whole workload: sums divided by the number of replicas at
 * the time; CPU otherwise as the utilisation of a request that was stated. Nothing is guessed: where
 * neither is known, it is absent with a reason.
 */
export function usePerReplica(use: WorkloadUse): ReplicaUse {
  const { cpuCores, memoryBytes, cpuUtilization, replicas, cpuRequest } = use;
  const because: Because[] = [];
  const countAt = replicaCount(replicas);
  const needsCount = cpuCores !== undefined || memoryBytes !== undefined;
  if (countAt === undefined && needsCount) because.push(REPLICAS_UNKNOWN);
  if (typeof replicas === 'number' && countAt) because.push(assumed(replicas));
  const divided = (sums: ArrayLike<number> | undefined) =>
    sums && countAt ? Float64Array.from(sums, (sum, i) => sum / countAt(i)) : undefined;
  const cores = divided(cpuCores);
  const bytes = divided(memoryBytes);
  if (isSeveral(replicas) && (cores || bytes)) because.push(MEAN_OF_REPLICAS);
  if (cores || cpuUtilization === undefined) {
    return { cpuCores: cores, memoryBytes: bytes, because };
  }
  if (!(cpuRequest !== undefined && cpuRequest > 0)) {
    because.push(REQUEST_UNKNOWN);
    return { memoryBytes: bytes, because };
  }
  because.push(fromUtilization(cpuRequest));
  const used = Float64Array.from(cpuUtilization, (share) => share * cpuRequest);
  return { cpuCores: used, memoryBytes: bytes, because };
}

const REPLICAS_UNKNOWN: Because = {
  code: 'REPLICAS_UNKNOWN',
  message: 'replicas are not collected, nor were they stated: sums cannot be divided',
};

const REQUEST_UNKNOWN: Because = {
  code: 'CPU_REQUEST_UNKNOWN',
  message: 'CPU was collected as utilisation only: state the CPU request it is a share of',
};

const MEAN_OF_REPLICAS: Because = {
  code: 'MEAN_OF_REPLICAS',
  message: 'use is the mean over the replicas: one of them may use more',
};

function assumed(replicas: number): Because {
  return {
    code: 'REPLICAS_ASSUMED',
    message: `${replicas} replicas are taken to have run throughout`,
    details: { replicas },
  };
}

function fromUtilization(cores: number): Because {
  return {
    code: 'CPU_FROM_UTILIZATION',
    message: `CPU is the utilisation of the request stated, ${cores} cores`,
    details: { cpu_request_cores: cores },
  };
}

/** The number at a grid point, NaN where it is none; undefined when nothing is known of it. */
function replicaCount(replicas: WorkloadUse['replicas']): ((at: number) => number) | undefined {
  if (replicas === undefined) return undefined;
  if (typeof replicas === 'number') return replicas > 0 ? () => replicas : undefined;
  return (at) => {
    const count = replicas[at] ?? Number.NaN;
    return count > 0 ? count : Number.NaN;
  };
}

function isSeveral(replicas: WorkloadUse['replicas']): boolean {
  if (replicas === undefined) return false;
  if (typeof replicas === 'number') return replicas > 1;
  return Array.from(replicas).some((count) => count > 1);
}
