import {
  type ArmaCoefficients,
  type ArmaShape,
  armaCoefficients,
  armaProblem,
} from '../math/arma.ts';
import { type LevenbergMarquardtOptions, levenbergMarquardt } from '../math/levenberg-marquardt.ts';
import { rootsLieOutside } from '../math/stationary.ts';
import { present } from '../math/statistics.ts';

/** An ARMA model with the coefficients that fit best. */
export interface ArmaFit extends ArmaCoefficients {
  readonly sumOfSquares: number;
  /** Akaike's criterion, corrected for short series; of the conditional likelihood, up to a constant. */
  readonly aicc: number;
}

/** What every estimation of ARMA coefficients is told beside the values. */
export interface ArmaEstimation {
  /** Whether the values have a mean of their own to be estimated; otherwise it is 0. */
  readonly hasMean: boolean;
  /** Called between iterations; throws to stop an estimation that is out of time. */
  readonly checkpoint?: (() => void) | undefined;
}

/** The largest model of the search, as far as the number of values allows it. */
const LARGEST_ORDER = 3;
/** Of p + q, as R's `auto.arima`. */
const LARGEST_SUM = 5;
/** Fewer values for each coefficient than this and the search would fit noise. */
const VALUES_PER_COEFFICIENT = 10;
/** Roots nearer to the unit circle than this are refused, as in R's `auto.arima`. */
const LEAST_ROOT = 1.01;
/** Leaves the criterion good to some thousandths, the coefficients to a percent of their error. */
const SEARCH_PRECISION = { tolerance: 1e-7 };
/** What was asked for by name is worth the time: coefficients to a millionth of their error. */
const FIXED_PRECISION = { tolerance: 1e-12, maxIterations: 100 };

/**
 * The coefficients of an ARMA(p, q) with the least conditional sum of squares.
 *
 * A sum of squares has several valleys when the AR and the MA part can stand in for each other. So
 * all smaller models are fitted first, each starting from the better one of the two that have one
 * coefficient less: the sum of squares never grows with the order.
 *
 * @param values - of a scale near one, NaN = missing
 * @returns undefined when the estimation does not converge
 */
export function fitArma(
  values: Float64Array,
  p: number,
  q: number,
  estimation: ArmaEstimation,
): ArmaFit | undefined {
  const options = { ...FIXED_PRECISION, checkpoint: estimation.checkpoint };
  const largest = armaGrid(values, [p, q, p + q], estimation.hasMean, options).at(-1);
  return largest?.converged ? largest : undefined;
}

/**
 * The ARMA(p, q) with the least corrected Akaike criterion among p, q <= 3 and p + q <= 5, all of
 * them judged by the errors of the same values. Left out are models whose estimation does not
 * converge, and those with a root within 1 % of the unit circle: an AR root there asks for a
 * difference, an MA root there says that one was taken too many, two such roots that they cancel.
 *
 * @param values - of a scale near one, NaN = missing
 * @returns undefined when no model is left
 */
export function searchArma(values: Float64Array, estimation: ArmaEstimation): ArmaFit | undefined {
  const enoughFor = Math.floor(present(values).length / VALUES_PER_COEFFICIENT);
  const largest = Math.min(LARGEST_ORDER, enoughFor);
  let best: GridFit | undefined;
  const bounds = [largest, largest, LARGEST_SUM] as const;
  const options = { ...SEARCH_PRECISION, checkpoint: estimation.checkpoint };
  for (const fit of armaGrid(values, bounds, estimation.hasMean, options)) {
    if (!fit.converged || !isRegular(fit)) continue;
    if (best === undefined || fit.aicc < best.aicc) best = fit;
  }
  return best;
}

interface GridFit extends ArmaFit {
  readonly shape: ArmaShape;
  readonly free: Float64Array;
  readonly converged: boolean;
}

/** All orders up to the largest p, q and p + q, the largest last. */
function armaGrid(
  values: Float64Array,
  [largestP, largestQ, largestSum]: readonly [p: number, q: number, sum: number],
  hasMean: boolean,
  options: LevenbergMarquardtOptions,
): GridFit[] {
  const fits: GridFit[] = [];
  const fitOf = (p: number, q: number) => fits.find(({ shape }) => shape.p === p && shape.q === q);
  for (let p = 0; p <= largestP; p++) {
    for (let q = 0; q <= largestQ && p + q <= largestSum; q++) {
      const from = betterStart(fitOf(p - 1, q), fitOf(p, q - 1)) ?? new Float64Array(+hasMean);
      fits.push(estimate(values, largestP, { p, q, hasMean }, from, options));
    }
  }
  return fits;
}

/** The parameters of the better smaller model, with a zero for the coefficient it does not have. */
function betterStart(fewerAr?: GridFit, fewerMa?: GridFit): Float64Array | undefined {
  if (fewerAr !== undefined && !(fewerMa && fewerMa.sumOfSquares < fewerAr.sumOfSquares)) {
    return withZeroAt(fewerAr.free, fewerAr.shape.p);
  }
  return fewerMa && withZeroAt(fewerMa.free, fewerMa.shape.p + fewerMa.shape.q);
}

function withZeroAt(values: Float64Array, index: number): Float64Array {
  return Float64Array.of(...values.subarray(0, index), 0, ...values.subarray(index));
}

function estimate(
  values: Float64Array,
  start: number,
  shape: ArmaShape,
  from: Float64Array,
  options: LevenbergMarquardtOptions,
): GridFit {
  const { count, evaluate } = armaProblem(values, shape, start);
  const { at: free, sumOfSquares, converged } = levenbergMarquardt(evaluate, from, options);
  // The variance of the errors is estimated, too.
  const parameters = free.length + 1;
  const spare = count - parameters - 1;
  const aicc =
    count * Math.log(sumOfSquares / count) + 2 * parameters * (1 + (parameters + 1) / spare);
  return {
    ...armaCoefficients(free, shape),
    sumOfSquares,
    aicc,
    shape,
    free,
    converged,
  };
}

function isRegular({ ar, ma }: ArmaCoefficients): boolean {
  return (
    rootsLieOutside(ar, LEAST_ROOT) &&
    rootsLieOutside(
      ma.map((value) => -value),
      LEAST_ROOT,
    )
  );
}
