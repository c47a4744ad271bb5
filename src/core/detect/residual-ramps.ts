import {
  AR_ORDER,
  meanBetween,
  type SummedColumn,
  summed,
  surpriseAt,
} from './residual-windows.ts';

/** Rows before a ramp that say from where it starts. */
const BEFORE = { most: 144, least: 12 } as const;
/** Rows after a deployment that say nothing: it settles, and the past foretells nothing yet. */
const SETTLING = 6 + AR_ORDER;

/** Rows up to the newest one that ramps of these numbers of steps look at. */
export function rampReach(ramps: readonly number[]): number {
  return ramps.length === 0 ? 0 : Math.max(...ramps) + BEFORE.most + AR_ORDER;
}

/**
 * How much the newest values of a residual look like steady growth that began a number of steps ago,
 * one column for each number: the matched filter of a ramp in autoregressive noise (Kay 1998,
 * Fundamentals of Statistical Signal Processing II, section 4.4). What the past foretells is taken off
 * the values and off the ramp, and what the surprises were before it began off both; the sum of their
 * products, divided by the root of what it varies by, is in the unit of one surprise.
 *
 * A leak grows evenly to the end, while noise comes and goes: no comparison of means sees it as early.
 *
 * @param coefficients - of the autoregression between deployments
 * @param sinceBreak - of each row: steps since the last deployment; nothing looks across one
 * @param from - the first row wanted, index 0 of the columns
 */
export function rampColumns(
  { values, sinceBreak }: { readonly values: Float64Array; readonly sinceBreak: Float64Array },
  ramps: readonly number[],
  coefficients: readonly number[],
  from: number,
): readonly Float64Array[] {
  const surprises = new Float64Array(values.length).fill(Number.NaN);
  for (let row = Math.max(0, from - rampReach(ramps)); row < values.length; row++) {
    if (sinceBreak[row]! < AR_ORDER) continue;
    surprises[row] = surpriseAt(values, row, { centre: 0, coefficients });
  }
  const column = summed(surprises);
  return ramps.map((steps) => {
    const ramp = rampSurprises(steps, coefficients);
    return Float64Array.from({ length: values.length - from }, (_, i) =>
      rampAt(column, from + i, ramp, sinceBreak[from + i]!),
    );
  });
}

/** A ramp as it surprises, with what its filter needs. */
interface Ramp {
  readonly weights: Float64Array;
  readonly sum: number;
  readonly squares: number;
}

/** What a ramp that rises by 1 a step has beyond what its past foretells, oldest first. */
function rampSurprises(steps: number, coefficients: readonly number[]): Ramp {
  const weights = Float64Array.from({ length: steps }, (_, i) =>
    coefficients.reduce((rise, each, lag) => rise - each * Math.max(0, i - lag), i + 1),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { weights, sum, squares: weights.reduce((total, weight) => total + weight ** 2, 0) };
}

function rampAt(column: SummedColumn, row: number, ramp: Ramp, sinceBreak: number): number {
  const { weights, sum, squares } = ramp;
  const from = row + 1 - weights.length;
  const room = Math.min(BEFORE.most, from, sinceBreak + 1 - weights.length - SETTLING);
  if (room < BEFORE.least) return Number.NaN;
  const before = meanBetween(column, from - room, from);
  if (Number.isNaN(before)) return before;
  let product = 0;
  for (let i = 0; i < weights.length; i++) product += weights[i]! * column.values[from + i]!;
  return Number.isNaN(product)
    ? holedRampAt(column, from, weights, before, room)
    : (product - before * sum) / Math.sqrt(squares + sum ** 2 / room);
}

/** The same where some surprises are missing; NaN when more than half are. */
function holedRampAt(
  { values }: SummedColumn,
  from: number,
  weights: Float64Array,
  before: number,
  room: number,
): number {
  let [product, sum, squares, held] = [0, 0, 0, 0];
  for (const [i, weight] of weights.entries()) {
    const surprise = values[from + i]!;
    if (Number.isNaN(surprise)) continue;
    held++;
    product += weight * (surprise - before);
    sum += weight;
    squares += weight ** 2;
  }
  return held * 2 >= weights.length ? product / Math.sqrt(squares + sum ** 2 / room) : Number.NaN;
}
