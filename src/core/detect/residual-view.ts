import * as z from 'zod';
import { solvePositiveDefinite } from '../math/cholesky.ts';
import { MAD_TO_SIGMA, median, present } from '../math/statistics.ts';
import { DAY, type DurationMs, type EpochMs, HOUR } from '../time.ts';
import {
  AR_ORDER,
  type Contrast,
  contrastAt,
  reachOf,
  summed,
  surpriseAt,
  surpriseSum,
} from './residual-windows.ts';
import { ExtremesSchema, fitExtremes } from './return-level.ts';

const HOURS = 24;
/** Rows with values below which nothing is learned. */
const MIN_ROWS = 200;
/** A contrast does not look at the first half hour after a deployment, nor across it. */
const SETTLING_STEPS = 6;
/** Moves beyond this many usual moves are incidents, not dynamics. */
const JUMP = 6;
/** Share of an edge in the course that may be wrong. */
const EDGE_DOUBT = 0.2;
/** A spread of 0 would make any change infinitely surprising. */
const LEAST_SPREAD = 1e-9;

/** How one statistic of a residual usually is. */
const StatisticSchema = z.strictObject({
  centre: z.number(),
  /** Spread at each hour of the day (UTC). */
  spreads: z.array(z.number().positive()).length(HOURS),
  /** Extremes above and below, standardised; null: not judged in this direction. */
  above: ExtremesSchema.nullable(),
  below: ExtremesSchema.nullable(),
});
type Statistic = z.infer<typeof StatisticSchema>;

/** What is usual in a residual: how it goes on from one step to the next, and each of its statistics. */
export const ResidualViewSchema = z.strictObject({
  autoregression: z.strictObject({
    centre: z.number(),
    coefficients: z.array(z.number()).length(AR_ORDER),
  }),
  statistics: z.array(StatisticSchema).max(16),
});
export type ResidualView = z.infer<typeof ResidualViewSchema>;

/** Which statistics a residual is judged by. */
export interface ViewPlan {
  /** Numbers of newest surprises that are summed. */
  readonly surprises: readonly number[];
  readonly contrasts: readonly Contrast[];
}

/** A residual on its grid, and where comparisons must not reach across. */
export interface Residual {
  readonly values: Float64Array;
  /** Of each row: the edge in the course that was taken off, 0 where it is smooth. */
  readonly edges: Float64Array;
  readonly start: EpochMs;
  readonly step: DurationMs;
  /** Of each row: steps since the last known deployment, Infinity when there is none. */
  readonly sinceBreak: Float64Array;
}

/** A view whose extremes are not learned yet, with what they are learned from. */
export interface ViewDraft {
  readonly autoregression: ResidualView['autoregression'];
  readonly statistics: readonly Omit<Statistic, 'above' | 'below'>[];
  /** One column a statistic, standardised. */
  readonly deviations: readonly Float64Array[];
}

/** Rows of context that a plan looks at before the first row it judges. */
export function contextOf({ surprises, contrasts }: ViewPlan): number {
  return Math.max(
    ...surprises.map((steps) => steps + AR_ORDER),
    ...contrasts.map((contrast) => reachOf(contrast)),
  );
}

/** Rows below which a plan cannot be learned, were every value present. */
export function leastRows(plan: ViewPlan): number {
  return MIN_ROWS + contextOf(plan) - 1;
}

/** Learns how a residual goes on and how much its statistics vary; undefined from too few values. */
export function draftView(residual: Residual, plan: ViewPlan): ViewDraft | undefined {
  const autoregression = learnAutoregression(residual.values);
  if (!autoregression) return undefined;
  const columns = statisticsOf(residual, plan, autoregression, 0);
  if (columns.some((column) => present(column).length < MIN_ROWS)) return undefined;
  const statistics = columns.map((column) => {
    const centre = median(column);
    return { centre, spreads: hourlySpreads(column, centre, residual) };
  });
  const reaches = reachesOf(plan);
  const deviations = columns.map((column, k) =>
    standardised(column, statistics[k]!, residual, reaches[k]!, 0),
  );
  return { autoregression, statistics, deviations };
}

/**
 * Learns how extreme the statistics of a draft usually get.
 *
 * @param isUsual - rows to learn from
 * @param judgesDrops - false: only upward deviations are judged
 */
export function finishView(
  { autoregression, statistics, deviations }: ViewDraft,
  step: DurationMs,
  isUsual: readonly boolean[],
  judgesDrops: boolean,
): ResidualView | undefined {
  const finished: Statistic[] = [];
  for (const [k, statistic] of statistics.entries()) {
    const usual = deviations[k]!.map((value, row) => (isUsual[row] ? value : Number.NaN));
    const above = fitExtremes(usual, step);
    const below = fitExtremes(
      usual.map((value) => -value),
      step,
    );
    if (!above || !below) return undefined;
    finished.push({ ...statistic, above, below: judgesDrops ? below : null });
  }
  return { autoregression, statistics: finished };
}

/** How far the statistics of the rows from `from` on lie from their centres, in usual spreads. */
export function deviationsOf(
  residual: Residual,
  plan: ViewPlan,
  { autoregression, statistics }: ResidualView,
  from: number,
): readonly Float64Array[] {
  const reaches = reachesOf(plan);
  return statisticsOf(residual, plan, autoregression, from).map((column, k) =>
    standardised(column, statistics[k]!, residual, reaches[k]!, from),
  );
}

/**
 * How extreme each row is: by how many scales of the usual block maximum its most extreme statistic
 * lies beyond the usual block maximum, so that e-fold rarer is one more. Negative within the usual.
 *
 * @param dropPenalty - how many e-folds rarer a drop must be than a rise
 */
export function extremenessOf(
  deviations: readonly Float64Array[],
  { statistics }: ResidualView,
  dropPenalty: number,
): Float64Array {
  const extremeness = new Float64Array(deviations[0]?.length ?? 0).fill(Number.NaN);
  for (const [k, column] of deviations.entries()) {
    const { above, below } = statistics[k]!;
    for (let i = 0; i < column.length; i++) {
      const deviation = column[i]!;
      if (Number.isNaN(deviation)) continue;
      const up = above ? (deviation - above.location) / above.scale : -Infinity;
      const down = below ? (-deviation - below.location) / below.scale - dropPenalty : -Infinity;
      const most = Math.max(up, down);
      if (!(extremeness[i]! >= most)) extremeness[i] = most;
    }
  }
  return extremeness;
}

/** In usual spreads; an edge within reach widens them, for its size is known only roughly. */
function standardised(
  column: Float64Array,
  { centre, spreads }: Pick<Statistic, 'centre' | 'spreads'>,
  { start, step, edges }: Residual,
  reach: number,
  from: number,
): Float64Array {
  const deviations = new Float64Array(column.length);
  // The greatest edge within reach lies at this row.
  let greatest = Math.max(0, from - reach);
  for (let i = 0; i < column.length; i++) {
    const row = from + i;
    if (i === 0 || row - greatest >= reach) greatest = greatestEdge(edges, row, reach);
    else if (edges[row]! >= edges[greatest]!) greatest = row;
    const edge = edges[greatest]!;
    const spread = spreadAt(spreads, start + row * step);
    deviations[i] =
      (column[i]! - centre) / (edge > 0 ? Math.hypot(spread, EDGE_DOUBT * edge) : spread);
  }
  return deviations;
}

/** The row of the greatest of the newest `reach` edges. */
function greatestEdge(edges: Float64Array, row: number, reach: number): number {
  let greatest = row;
  for (let k = row - 1; k > row - reach && k >= 0; k--)
    if (edges[k]! > edges[greatest]!) greatest = k;
  return greatest;
}

function reachesOf({ surprises, contrasts }: ViewPlan): readonly number[] {
  return [...surprises.map((steps) => steps + 1), ...contrasts.map(reachOf)];
}

/** One column a statistic, index i for row `from + i`. */
function statisticsOf(
  { values, sinceBreak }: Residual,
  { surprises, contrasts }: ViewPlan,
  autoregression: ResidualView['autoregression'],
  from: number,
): readonly Float64Array[] {
  const longest = Math.max(0, ...surprises);
  const surprise = new Float64Array(values.length).fill(Number.NaN);
  for (let row = Math.max(0, from - longest); row < values.length; row++) {
    // What lies before a deployment does not foretell what comes after it.
    if (sinceBreak[row]! >= AR_ORDER) surprise[row] = surpriseAt(values, row, autoregression);
  }
  const column = (statisticAt: (row: number) => number) => {
    const each = new Float64Array(values.length - from);
    for (let i = 0; i < each.length; i++) each[i] = statisticAt(from + i);
    return each;
  };
  const sums = surprises.map((steps) => column((row) => surpriseSum(surprise, row, steps)));
  const means = summed(values);
  const differences = contrasts.map((contrast) => {
    const reach = reachOf(contrast) + SETTLING_STEPS;
    return column((row) =>
      sinceBreak[row]! < reach ? Number.NaN : contrastAt(means, row, contrast),
    );
  });
  return [...sums, ...differences];
}

/** Spread at each hour of the day, from that hour and the two beside it: nights are quieter than days. */
function hourlySpreads(column: Float64Array, centre: number, { start, step }: Residual): number[] {
  const byHour = Array.from({ length: HOURS }, (): number[] => []);
  const distances = column.map((value) => Math.abs(value - centre));
  for (let i = 0; i < distances.length; i++) {
    if (Number.isNaN(distances[i]!)) continue;
    const hour = Math.floor(((start + i * step) % DAY) / HOUR);
    byHour[hour]!.push(distances[i]!);
  }
  const overall = MAD_TO_SIGMA * median(distances);
  return byHour.map((own, hour) => {
    const near = own.concat(byHour[(hour + 1) % HOURS]!, byHour[(hour + HOURS - 1) % HOURS]!);
    const spread = near.length === 0 ? overall : MAD_TO_SIGMA * median(near);
    return Math.max(spread, 0.1 * overall, LEAST_SPREAD);
  });
}

/** Between the middles of the hours, linearly. */
function spreadAt(spreads: readonly number[], at: number): number {
  const position = (at % DAY) / HOUR - 0.5;
  const hour = Math.floor(position);
  const share = position - hour;
  return (1 - share) * spreads[(hour + HOURS) % HOURS]! + share * spreads[(hour + 1) % HOURS]!;
}

/** Least squares over rows whose past is complete, without jumps; slightly shrunk to be solvable. */
function learnAutoregression(values: Float64Array): ResidualView['autoregression'] | undefined {
  const centre = median(values);
  const moves = present(values.map((value, i) => Math.abs(value - (values[i - 1] ?? Number.NaN))));
  const usualMove = MAD_TO_SIGMA * median(moves);
  if (!(usualMove > 0)) return undefined;
  const products = new Float64Array(AR_ORDER * AR_ORDER);
  const right = new Float64Array(AR_ORDER);
  const past = new Float64Array(AR_ORDER + 1);
  let rows = 0;
  for (let row = AR_ORDER; row < values.length; row++) {
    for (let lag = 0; lag <= AR_ORDER; lag++) past[lag] = values[row - lag]! - centre;
    if (past.some(Number.isNaN) || Math.abs(past[0]! - past[1]!) > JUMP * usualMove) continue;
    rows++;
    for (let i = 0; i < AR_ORDER; i++) {
      right[i]! += past[i + 1]! * past[0]!;
      for (let j = 0; j <= i; j++) products[i * AR_ORDER + j]! += past[i + 1]! * past[j + 1]!;
    }
  }
  if (rows < MIN_ROWS) return undefined;
  for (let i = 0; i < AR_ORDER; i++) products[i * AR_ORDER + i]! *= 1.0001;
  const coefficients = solvePositiveDefinite(products, right);
  return coefficients && { centre, coefficients: [...coefficients] };
}
