import * as z from 'zod';
import { median, present } from '../math/statistics.ts';
import type { DurationMs, EpochMs } from '../time.ts';
import { learnAutoregression, learnDynamics, MIN_ROWS } from './autoregression.ts';
import { HOURS, hourlySpreads, spreadsOver } from './hourly-spreads.ts';
import { rarityOf } from './rarity.ts';
import { rampColumns, rampReach } from './residual-ramps.ts';
import {
  AR_ORDER,
  type Contrast,
  contrastAt,
  reachOf,
  summed,
  surpriseAt,
  surpriseSum,
} from './residual-windows.ts';
import { type Extremes, ExtremesSchema, fitExtremes } from './return-level.ts';

/** A contrast does not look at the first half hour after a deployment, nor across it. */
const SETTLING_STEPS = 6;
/** Share of an edge in the course that may be wrong. */
const EDGE_DOUBT = 0.2;

/** How one statistic of a residual usually is. */
const StatisticSchema = z.strictObject({
  centre: z.number(),
  /** Spread at each hour of the day (UTC). */
  spreads: z.array(z.number().positive()).length(HOURS),
  /** Extremes above and below, as rarities (`rarityOf`); null: not judged in this direction. */
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
  /** The same between deployments, each of which has a level of its own; null: nothing needs it. */
  dynamics: z.array(z.number()).length(AR_ORDER).nullable(),
  statistics: z.array(StatisticSchema).max(16),
});
export type ResidualView = z.infer<typeof ResidualViewSchema>;

/** Which statistics a residual is judged by. */
export interface ViewPlan {
  /** Numbers of newest surprises that are summed. */
  readonly surprises: readonly number[];
  readonly contrasts: readonly Contrast[];
  /** Numbers of steps that steady growth is looked for over. */
  readonly ramps: readonly number[];
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
  readonly dynamics: ResidualView['dynamics'];
  readonly statistics: readonly Omit<Statistic, 'above' | 'below'>[];
  /** One column a statistic, standardised. */
  readonly deviations: readonly Float64Array[];
}

/** Rows of context that a plan looks at before the first row it judges. */
export function contextOf({ surprises, contrasts, ramps }: ViewPlan): number {
  return Math.max(
    ...surprises.map((steps) => steps + AR_ORDER),
    ...contrasts.map((contrast) => reachOf(contrast)),
    rampReach(ramps),
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
  const { values, sinceBreak } = residual;
  const dynamics = plan.ramps.length === 0 ? null : learnDynamics(values, sinceBreak);
  if (dynamics === undefined) return undefined;
  const columns = statisticsOf(residual, plan, { autoregression, dynamics }, 0);
  if (columns.some((column) => present(column).length < MIN_ROWS)) return undefined;
  const statistics = columns.map((column) => {
    const centre = median(column);
    return { centre, spreads: hourlySpreads(column, centre, residual) };
  });
  const reaches = reachesOf(plan);
  const deviations = columns.map((column, k) =>
    standardised(column, statistics[k]!, residual, reaches[k]!, 0),
  );
  return { autoregression, dynamics, statistics, deviations };
}

/**
 * Learns how extreme the statistics of a draft usually get.
 *
 * @param isUsual - rows to learn from
 * @param judgesDrops - false: only upward deviations are judged
 */
export function finishView(
  { autoregression, dynamics, statistics, deviations }: ViewDraft,
  step: DurationMs,
  isUsual: readonly boolean[],
  judgesDrops: boolean,
): ResidualView | undefined {
  const finished: Statistic[] = [];
  for (const [k, statistic] of statistics.entries()) {
    const above = fitExtremes(raritiesOf(deviations[k]!, isUsual, 1), step);
    const below = fitExtremes(raritiesOf(deviations[k]!, isUsual, -1), step);
    if (!above || !below) return undefined;
    finished.push({ ...statistic, above, below: judgesDrops ? below : null });
  }
  return { autoregression, dynamics, statistics: finished };
}

/** How far the statistics of the rows from `from` on lie from their centres, in usual spreads. */
export function deviationsOf(
  residual: Residual,
  plan: ViewPlan,
  view: ResidualView,
  from: number,
): readonly Float64Array[] {
  const reaches = reachesOf(plan);
  return statisticsOf(residual, plan, view, from).map((column, k) =>
    standardised(column, view.statistics[k]!, residual, reaches[k]!, from),
  );
}

/**
 * How extreme each row is: by how many scales of the usual block maximum its rarest statistic lies
 * beyond the usual block maximum, so that e-fold rarer is one more. Negative within the usual.
 *
 * @param dropPenalty - how many e-folds rarer a drop must be than a rise
 */
export function extremenessOf(
  deviations: readonly Float64Array[],
  { statistics }: Pick<ResidualView, 'statistics'>,
  dropPenalty: number,
): Float64Array {
  const extremeness = new Float64Array(deviations[0]?.length ?? 0).fill(Number.NaN);
  for (const [k, column] of deviations.entries()) {
    const { above, below } = statistics[k]!;
    const [up, down] = [boundsOf(above, 0), boundsOf(below, dropPenalty)];
    const least = Math.max(up.least, down.least);
    for (let i = 0; i < column.length; i++) {
      const deviation = column[i]!;
      if (Number.isNaN(deviation)) continue;
      let most = least;
      if (deviation > up.within) most = Math.max(most, up.least + rarityOf(deviation) / up.scale);
      if (-deviation > down.within) {
        most = Math.max(most, down.least + rarityOf(-deviation) / down.scale);
      }
      if (!(extremeness[i]! >= most)) extremeness[i] = most;
    }
  }
  return extremeness;
}

/** Up to `within` a deviation is far within the usual: all of these are told to be `least` extreme. */
function boundsOf(extremes: Extremes | null, penalty: number) {
  if (!extremes) return { within: Infinity, least: -Infinity, scale: 1 };
  const { location, scale } = extremes;
  // Above 0 the rarity of z is below ln 2 + z + z² / 2, whose root this is.
  const within = Math.sqrt(Math.max(1, 2 * (location - Math.LN2) + 1)) - 1;
  return { within, least: -location / scale - penalty, scale };
}

/**
 * Of each row: how many steps ago the steady growth began that is an alarm, the most extreme of the
 * ramps of a plan; 0 where none is.
 *
 * @param level - the extremeness that is an alarm
 */
export function growingSteps(
  deviations: readonly Float64Array[],
  { statistics }: ResidualView,
  { ramps }: ViewPlan,
  level: number,
): Float64Array {
  const steps = new Float64Array(deviations[0]?.length ?? 0);
  const most = new Float64Array(steps.length).fill(level);
  const first = statistics.length - ramps.length;
  for (const [k, ramp] of ramps.entries()) {
    const own = { statistics: [statistics[first + k]!] };
    const extremeness = extremenessOf([deviations[first + k]!], own, 0);
    for (let i = 0; i < steps.length; i++) {
      if (!(extremeness[i]! >= most[i]!)) continue;
      most[i] = extremeness[i]!;
      steps[i] = ramp;
    }
  }
  return steps;
}

/** How rare the usual deviations in one direction are; NaN for the others. */
function raritiesOf(
  deviations: Float64Array,
  isUsual: readonly boolean[],
  direction: 1 | -1,
): Float64Array {
  return deviations.map((value, row) => (isUsual[row] ? rarityOf(direction * value) : Number.NaN));
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
  const usual = spreadsOver(spreads, { start, step }, from, column.length);
  // The greatest edge within reach lies at this row.
  let greatest = Math.max(0, from - reach);
  for (let i = 0; i < column.length; i++) {
    const row = from + i;
    if (i === 0 || row - greatest >= reach) greatest = greatestEdge(edges, row, reach);
    else if (edges[row]! >= edges[greatest]!) greatest = row;
    const edge = edges[greatest]!;
    const spread = usual[i]!;
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

function reachesOf({ surprises, contrasts, ramps }: ViewPlan): readonly number[] {
  return [...surprises.map((steps) => steps + 1), ...contrasts.map(reachOf), ...ramps];
}

/** One column a statistic, index i for row `from + i`. */
function statisticsOf(
  residual: Residual,
  { surprises, contrasts, ramps }: ViewPlan,
  { autoregression, dynamics }: Pick<ResidualView, 'autoregression' | 'dynamics'>,
  from: number,
): readonly Float64Array[] {
  const { values, sinceBreak } = residual;
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
  const growths = dynamics === null ? [] : rampColumns(residual, ramps, dynamics, from);
  return [...sums, ...differences, ...growths];
}
