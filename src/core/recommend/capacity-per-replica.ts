import { median } from '../math/statistics.ts';
import { type Because, because, shown } from './because.ts';

/** What one replica can serve. Its utilisation is idle + (1 − idle) · demand / perReplica. */
export interface ReplicaCapacity {
  /** Demand that uses one replica fully, in the unit of the demand. */
  readonly perReplica: number;
  /** Utilisation of a replica without any demand, in [0, 1). */
  readonly idle: number;
}

/** Of demand that is itself measured in fully used replicas. */
export const UTILIZATION_IS_DEMAND: ReplicaCapacity = { perReplica: 1, idle: 0 };

/** How well the line fits that a capacity was read from. */
export interface CapacityFit {
  readonly rows: number;
  /** 1 − median |residual| / median |utilisation − its median|: 1 is a perfect line, 0 is none. */
  readonly explained: number;
}

export type LearnedCapacity =
  | { readonly ok: true; readonly capacity: ReplicaCapacity; readonly fit: CapacityFit }
  | { readonly ok: false; readonly because: Because };

/** Moments in which demand, utilisation and replicas were all measured; NaN is missing. */
export interface CapacityRows {
  readonly demand: ArrayLike<number>;
  readonly utilization: ArrayLike<number>;
  readonly replicas: ArrayLike<number>;
}

/** Two hours of 5 minutes: fewer say nothing of a line. */
export const LEAST_ROWS = 24;
/** Enough for a line, and few enough for all their pairs. */
const MOST_ROWS = 400;
/** Full replicas cannot be used more, whatever the demand: such rows would bend the line. */
const SATURATED = 0.95;
/** Below this much difference between little and much demand, noise decides on the slope. */
const LEAST_SPREAD = 1.3;
const LEAST_EXPLAINED = 0.5;

/**
 * Learns what one replica serves from how utilisation followed demand per replica: the line of the
 * median slope over all pairs (Theil 1950; Sen 1968), which up to 29 % of wild rows cannot move far.
 * Rows are thinned evenly to 400. Refused where demand hardly varied, where utilisation does not rise
 * with it, or where the line explains less than half of how utilisation varied.
 */
export function learnCapacity(rows: CapacityRows): LearnedCapacity {
  const { x, y } = usable(rows);
  if (x.length < LEAST_ROWS) {
    return refused(`${x.length} rows hold demand, utilisation and replicas, ${LEAST_ROWS} needed`, {
      rows: x.length,
      needed: LEAST_ROWS,
    });
  }
  const sorted = [...x].sort((a, b) => a - b);
  const low = sorted[Math.floor(0.05 * (x.length - 1))] ?? 0;
  const high = sorted[Math.ceil(0.95 * (x.length - 1))] ?? 0;
  if (!(high > 0 && high >= LEAST_SPREAD * low)) {
    return refused('demand per replica hardly varied', { low, high, needed_ratio: LEAST_SPREAD });
  }
  const line = robustLine(x, y);
  const residuals = x.map((each, i) => Math.abs(y[i]! - line.intercept - line.slope * each));
  const centre = median(y);
  const spread = median(y.map((each) => Math.abs(each - centre)));
  const explained = spread > 0 ? 1 - median(residuals) / spread : 0;
  const fit = { rows: x.length, explained };
  if (!(line.slope > 0 && line.intercept < 1)) {
    return refused('utilisation does not rise with demand', { slope: line.slope, rows: x.length });
  }
  if (explained < LEAST_EXPLAINED) {
    return refused(`demand explains ${shown(explained)} of how utilisation varied`, {
      explained,
      needed: LEAST_EXPLAINED,
      rows: x.length,
    });
  }
  const { slope, intercept: idle } = line;
  return { ok: true, capacity: { perReplica: (1 - idle) / slope, idle }, fit };
}

function refused(message: string, details: Readonly<Record<string, unknown>>): LearnedCapacity {
  return { ok: false, because: because('CAPACITY_UNKNOWN', message, details) };
}

/** Demand per replica and utilisation, where both are known and replicas were not saturated. */
function usable({ demand, utilization, replicas }: CapacityRows) {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < demand.length; i++) {
    const perReplica = demand[i]! / replicas[i]!;
    const used = utilization[i]!;
    if (!(replicas[i]! > 0 && perReplica >= 0 && used >= 0 && used < SATURATED)) continue;
    if (!Number.isFinite(perReplica)) continue;
    x.push(perReplica);
    y.push(used);
  }
  const every = Math.max(1, Math.ceil(x.length / MOST_ROWS));
  const isKept = (_: number, i: number) => i % every === 0;
  return { x: x.filter(isKept), y: y.filter(isKept) };
}

function robustLine(x: readonly number[], y: readonly number[]) {
  const slopes = new Float64Array((x.length * (x.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const run = x[j]! - x[i]!;
      if (run !== 0) slopes[count++] = (y[j]! - y[i]!) / run;
    }
  }
  const slope = median(slopes.subarray(0, count));
  const intercept = median(x.map((each, i) => y[i]! - slope * each));
  if (intercept >= 0) return { slope, intercept };
  // A replica cannot be used less than not at all: then the line goes through the origin.
  const ratios = x.flatMap((each, i) => (each > 0 ? [y[i]! / each] : []));
  return { slope: median(ratios), intercept: 0 };
}
