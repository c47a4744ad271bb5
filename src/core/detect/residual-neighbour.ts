import * as z from 'zod';
import type { Frame } from '../series/frame.ts';
import type { Series } from '../series/series.ts';
import { edgesOf, learnScale, ResidualScaleSchema, residualsOf } from './residual-metric.ts';

/** The metric that best explains another one, and how. */
export const NeighbourSchema = z.strictObject({
  metric: z.string(),
  /** By how much the metric moves with its neighbour, both on their scales. */
  slope: z.number(),
  /** Linear scales: queues and processors are loaded in proportion to what arrives. */
  own: ResidualScaleSchema,
  other: ResidualScaleSchema,
});
export type Neighbour = z.infer<typeof NeighbourSchema>;

/** Moves against the two hours before are compared: levels may agree by accident. */
const MOVE_STEPS = 24;
/** Below it a neighbour explains too little, above it it is the same thing in another unit. */
const CORRELATION = { least: 0.3, most: 0.98 } as const;

/** The neighbour of each metric: that of the greatest correlation of moves, if any is related to it. */
export function chooseNeighbours(
  frame: Frame,
  sinceBreak: Float64Array,
): ReadonlyMap<string, Neighbour> {
  const moves = [...frame.series].flatMap(
    ([metric, series]) => movesOf(metric, series, sinceBreak) ?? [],
  );
  const chosen = new Map<string, Neighbour>();
  for (const own of moves) {
    let closest = 0;
    for (const other of moves) {
      if (other === own) continue;
      const { correlation, slope } = regress(own.moves, other.moves);
      const size = Math.abs(correlation);
      if (!(size >= CORRELATION.least && size < CORRELATION.most && size > closest)) continue;
      closest = size;
      chosen.set(own.metric, { metric: other.metric, slope, own: own.scale, other: other.scale });
    }
  }
  return chosen;
}

/**
 * What a metric does beyond what its neighbour does; missing where either is.
 *
 * @param residuals - `heldOutResiduals` of the values that the neighbour was chosen by
 */
export function relationOf(
  neighbour: Neighbour,
  frame: Frame,
  metric: string,
  sinceBreak: Float64Array,
  residuals: typeof residualsOf = residualsOf,
) {
  const own = frame.series.get(metric);
  const other = frame.series.get(neighbour.metric);
  if (!own || !other) {
    const missing = new Float64Array(frame.length).fill(Number.NaN);
    return { values: missing, edges: missing };
  }
  const { slope } = neighbour;
  const beside = residuals(other, neighbour.other, sinceBreak);
  const edges = edgesOf(other, neighbour.other);
  return {
    values: residuals(own, neighbour.own, sinceBreak).map((value, i) => value - slope * beside[i]!),
    edges: edgesOf(own, neighbour.own).map((edge, i) => edge + Math.abs(slope) * edges[i]!),
  };
}

function movesOf(metric: string, series: Series, sinceBreak: Float64Array) {
  const scale = learnScale(series, 'linear', sinceBreak);
  if (!scale) return undefined;
  const residuals = residualsOf(series, scale, sinceBreak);
  let sum = 0;
  let held = 0;
  const moves = residuals.map((value, i) => {
    const before = held === MOVE_STEPS ? sum / held : Number.NaN;
    const leaving = residuals[i - MOVE_STEPS] ?? Number.NaN;
    if (!Number.isNaN(value)) {
      sum += value;
      held++;
    }
    if (!Number.isNaN(leaving)) {
      sum -= leaving;
      held--;
    }
    return value - before;
  });
  return { metric, scale, moves };
}

/** Pearson's correlation of two columns, and the slope through the origin of one on the other. */
function regress(own: Float64Array, other: Float64Array) {
  let n = 0;
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < own.length; i++) {
    const [p, q] = [other[i]!, own[i]!];
    if (Number.isNaN(p + q)) continue;
    n++;
    x += p;
    y += q;
    xx += p * p;
    yy += q * q;
    xy += p * q;
  }
  const spread = Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  return { correlation: (xy - (x * y) / n) / spread, slope: xy / (1.01 * xx) };
}
