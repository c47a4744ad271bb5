import { DomainError } from '../errors.ts';
import { KPSS_CRITICAL_5_PERCENT, kpssStatistic } from '../math/kpss.ts';
import { mean, present, standardDeviation } from '../math/statistics.ts';
import { fitArma, searchArma } from './arima-estimate.ts';

/** How many AR coefficients, differences and MA coefficients: R's `order`. */
export type ArimaOrder = readonly [p: number, d: number, q: number];

/** The coefficients of an ARIMA model in the series' unit. */
export interface ArimaFit {
  readonly ar: Float64Array;
  readonly differences: number;
  readonly ma: Float64Array;
  /** Of the values when there are no differences, otherwise 0. */
  readonly mean: number;
}

const LARGEST_COEFFICIENTS = 5;
const LARGEST_DIFFERENCES = 2;

/** Refuses an order that is none. @throws {RangeError} unless p, q are in 0..5 and d is in 0..2 */
export function checkOrder([p, d, q]: ArimaOrder): void {
  const isCount = (value: number, most: number) =>
    Number.isInteger(value) && value >= 0 && value <= most;
  if (
    !isCount(p, LARGEST_COEFFICIENTS) ||
    !isCount(d, LARGEST_DIFFERENCES) ||
    !isCount(q, LARGEST_COEFFICIENTS)
  ) {
    throw new RangeError(
      `an order is [0..${LARGEST_COEFFICIENTS}, 0..${LARGEST_DIFFERENCES}, 0..${LARGEST_COEFFICIENTS}], got [${p}, ${d}, ${q}]`,
    );
  }
}

/**
 * How many differences make the level constant: 0 or 1 by the KPSS test at 5 %, as R's `ndiffs`
 * decides. Never 2: two differences continue the last slope for ever.
 */
export function differencesNeeded(values: Float64Array): 0 | 1 {
  return kpssStatistic(values) > KPSS_CRITICAL_5_PERCENT ? 1 : 0;
}

/**
 * Estimates an ARIMA model on values of any level and scale: they are differenced, brought to a
 * standard deviation of one, and fitted by conditional least squares. Undifferenced values have a
 * mean; differenced ones none, for that would be a free linear trend.
 *
 * @param values - NaN = missing, which makes as many more missing as there are differences
 * @param order - searched for when left out
 * @throws {DomainError} `HISTORY_TOO_SHORT` for the order, `FIT_DID_NOT_CONVERGE`
 */
export function fitArima(
  seriesId: string,
  values: Float64Array,
  order: ArimaOrder | undefined,
  checkpoint?: () => void,
): ArimaFit {
  const differences = order?.[1] ?? differencesNeeded(values);
  const centre = mean(values);
  const moves = differenced(
    values.map((value) => value - centre),
    differences,
  );
  if (order !== undefined) checkEnough(seriesId, moves, order);
  const spread = standardDeviation(moves);
  const scale = spread > 0 && spread < Infinity ? spread : 1;
  const scaled = moves.map((move) => move / scale);
  const estimation = { hasMean: differences === 0, checkpoint };
  const fit =
    order === undefined
      ? searchArma(scaled, estimation)
      : fitArma(scaled, order[0], order[2], estimation);
  if (fit === undefined) {
    const what = order === undefined ? 'no order' : `the order [${order.join(', ')}]`;
    throw new DomainError(
      'FIT_DID_NOT_CONVERGE',
      `arima found no coefficients for ${what} on ${values.length} steps`,
      { ...(order && { order }), haveSteps: values.length, seriesId },
    );
  }
  const { ar, ma } = fit;
  return { ar, differences, ma, mean: differences === 0 ? centre + scale * fit.mean : 0 };
}

/** Every coefficient asked for, and the mean, needs a value of its own, and the errors one more. */
function checkEnough(seriesId: string, moves: Float64Array, [p, d, q]: ArimaOrder): void {
  const needPresent = p + q + (d === 0 ? 2 : 1);
  const havePresent = present(moves).length;
  if (havePresent >= needPresent) return;
  throw new DomainError(
    'HISTORY_TOO_SHORT',
    `arima [${p}, ${d}, ${q}] needs ${needPresent} values after differencing, got ${havePresent}`,
    { needPresent, havePresent, seriesId },
  );
}

/**
 * The values minus those before them, `times` times over; each time there is one less.
 *
 * @example
 * ```ts
 * differenced(Float64Array.of(1, 4, 9, 16), 1); // => [3, 5, 7]
 * differenced(Float64Array.of(1, 4, 9, 16), 2); // => [2, 2]
 * ```
 */
export function differenced(values: Float64Array, times: number): Float64Array {
  let current = values;
  for (let i = 0; i < times; i++) {
    const before = current;
    current = before.subarray(1).map((value, t) => value - before[t]!);
  }
  return current;
}
