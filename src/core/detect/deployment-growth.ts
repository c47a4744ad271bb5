import * as z from 'zod';
import { median, present } from '../math/statistics.ts';
import { type DurationMs, HOUR } from '../time.ts';
import { meanBetween, summed } from './residual-windows.ts';

/** Hours since a deployment at which the growth is known; in between it is linear in their logarithm. */
const AGES = [0.5, 1, 2, 4, 8, 16, 32, 64, 128] as const;
/** Values about an age below which nothing is learned there. */
const LEAST_VALUES = 24;
/** Levels and growth are estimated in turn, so often. */
const ROUNDS = 12;
/** Means of an hour, six hours apart, must differ this much less without the growth. */
const USEFUL = { mean: 12, apart: 72, share: 0.9 } as const;

export const GrowthSchema = z.strictObject({
  /** At each of the nine ages from half an hour to 128 hours, on the scale; 0 at the last. */
  nodes: z.array(z.number()).length(AGES.length),
});

/** How a metric goes on after a deployment: caches that fill, code that warms up. */
export type Growth = z.infer<typeof GrowthSchema>;

/**
 * Learns what all deployments have in common: each has a level of its own, and the same growth on it.
 * Both are medians, taken in turn.
 *
 * @param sinceBreak - of each row: steps since the last deployment, Infinity where none is known
 * @returns undefined when there is no such growth, or too little to know
 */
export function learnGrowth(
  residuals: Float64Array,
  sinceBreak: Float64Array,
  step: DurationMs,
): Growth | undefined {
  const deployments = rowsOfDeployments(sinceBreak);
  if (deployments.length < 2) return undefined;
  const positions = sinceBreak.map((steps) => positionOf(steps, step));
  const about = rowsAbout(positions);
  let growth: Growth = { nodes: AGES.map(() => 0) };
  let left = residuals;
  for (let round = 0; round < ROUNDS; round++) {
    growth = corrected(growth, withoutLevels(left, deployments, positions), about);
    left = residuals.map((value, row) => value - growthAtPosition(growth, positions[row]!));
  }
  const isUseful = usualMove(left, sinceBreak) < USEFUL.share * usualMove(residuals, sinceBreak);
  return isUseful ? growth : undefined;
}

/** Residuals without the growth after deployments. */
export function withoutGrowth(
  residuals: Float64Array,
  sinceBreak: Float64Array,
  growth: Growth,
  step: DurationMs,
): Float64Array {
  return residuals.map((value, row) => value - growthAt(growth, sinceBreak[row]!, step));
}

/** The growth so many steps after a deployment; 0 where none is known. */
export function growthAt(growth: Growth, stepsSince: number, step: DurationMs): number {
  return growthAtPosition(growth, positionOf(stepsSince, step));
}

function growthAtPosition({ nodes }: Growth, position: number): number {
  if (position <= 0) return nodes[0]!;
  const node = Math.floor(position);
  if (node >= AGES.length - 1) return nodes[AGES.length - 1]!;
  return nodes[node]! + (position - node) * (nodes[node + 1]! - nodes[node]!);
}

/** Where an age lies among the nodes, each twice as old as the one before. */
function positionOf(stepsSince: number, step: DurationMs): number {
  return Math.log2((Math.max(1, stepsSince) * step) / (AGES[0] * HOUR));
}

interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The rows from one deployment to the next. */
function rowsOfDeployments(sinceBreak: Float64Array): readonly Rows[] {
  const found: Rows[] = [];
  let from = sinceBreak.findIndex(Number.isFinite);
  if (from < 0) return found;
  for (let row = from + 1; row <= sinceBreak.length; row++) {
    if (row < sinceBreak.length && sinceBreak[row]! > sinceBreak[row - 1]!) continue;
    found.push({ from, to: row });
    from = row;
  }
  return found;
}

/**
 * Each deployment's values about their own median, which is that of the ages that growth is known at:
 * what goes on growing after them would lie above all else. NaN before the first.
 */
function withoutLevels(
  values: Float64Array,
  deployments: readonly Rows[],
  positions: Float64Array,
): Float64Array {
  const left = new Float64Array(values.length).fill(Number.NaN);
  for (const { from, to } of deployments) {
    const own = values.subarray(from, to);
    const level = median(own.filter((_, i) => Math.round(positions[from + i]!) < AGES.length));
    left.set(
      own.map((value) => value - level),
      from,
    );
  }
  return left;
}

/** The rows nearest to each age. */
function rowsAbout(positions: Float64Array): readonly (readonly number[])[] {
  const about = AGES.map((): number[] => []);
  for (let row = 0; row < positions.length; row++) about[Math.round(positions[row]!)]?.push(row);
  return about;
}

/**
 * Moved by the median of what is left about each age. Where too little is known, as at the next greater
 * age; at the greatest ones, as before: what has grown stays.
 */
function corrected(
  { nodes }: Growth,
  left: Float64Array,
  about: readonly (readonly number[])[],
): Growth {
  const known = about.map((rows, node) => {
    const values = present(Float64Array.from(rows, (row) => left[row]!));
    return values.length >= LEAST_VALUES ? nodes[node]! + median(values) : undefined;
  });
  const greatest = known.findLast((value) => value !== undefined) ?? 0;
  const moved = new Array<number>(AGES.length).fill(0);
  for (let node = AGES.length - 1; node >= 0; node--) {
    moved[node] = known[node] ?? moved[node + 1] ?? greatest;
  }
  const last = moved[AGES.length - 1]!;
  return { nodes: moved.map((value) => value - last) };
}

/** How far means of an hour lie apart after six hours of the same deployment, in the middle. */
function usualMove(residuals: Float64Array, sinceBreak: Float64Array): number {
  const { mean, apart } = USEFUL;
  const column = summed(residuals);
  const moves = residuals.map((_, row) =>
    sinceBreak[row]! >= mean + apart
      ? Math.abs(
          meanBetween(column, row + 1 - mean, row + 1) -
            meanBetween(column, row + 1 - mean - apart, row + 1 - apart),
        )
      : Number.NaN,
  );
  return median(moves);
}
