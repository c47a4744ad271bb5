import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { solvePositiveDefinite } from '../math/cholesky.ts';
import { horizonKnots } from './horizon-knots.ts';
import { featureCount, RidgeFeatures, type RidgeShape } from './ridge-features.ts';

/** The weights of the features at one number of steps ahead. */
export const RidgeKnotSchema = z.strictObject({
  ahead: z.int().positive(),
  weights: z.array(z.number()),
});

export type RidgeKnot = z.infer<typeof RidgeKnotSchema>;

/** Added to the diagonal of the normal equations, as a share of its mean. Flat from 0.03 to 0.3. */
const PENALTY = 0.1;
/**
 * The same again for each of so many forecasts that the history has no room for: targets that overlap
 * say little more than one of them, so few horizons of history are few observations. Flat from 1 to 3.
 */
const IMAGINED_ORIGINS = 2;
/** Origins of a knot lie this share of its distance apart: nearer ones hold the same again. */
const ORIGINS_PER_HORIZON = 3;
/** Seasons of values before the first origin, when as many are left for the origins. */
const SEASONS_BEFORE = 2;

/**
 * Ridge regression at every knot that the history has room for: origins over at least as many steps
 * as lie between them and their targets.
 *
 * @param observed - from the first present value on, NaN = missing: neither an origin nor a target
 * @param filled - the same without gaps: where the features come from
 * @param checkpoint - called before every knot
 * @returns ascending; one knot at least
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the values are too large to square
 */
export function fitKnots(
  shape: RidgeShape,
  observed: Float64Array,
  filled: Float64Array,
  checkpoint?: () => void,
): RidgeKnot[] {
  const from = firstOrigin(shape, filled.length);
  const features = new RidgeFeatures(shape, filled, from);
  const longest = Math.max(1, Math.floor((filled.length - from) / 2));
  const last = Math.min(longest, shape.seasonLength ?? longest);
  return horizonKnots(shape.seasonLength ?? longest)
    .filter((ahead) => ahead <= last)
    .map((ahead) => {
      checkpoint?.();
      return { ahead, weights: fitKnot(shape, features, observed, from, ahead) };
    });
}

/** Where every feature is known, and as many seasons of origins are left as there can be. */
function firstOrigin({ lags, seasonLength }: RidgeShape, length: number): number {
  if (seasonLength === null) return Math.min(lags.at(-1)!, length >> 1);
  const reserved = SEASONS_BEFORE * seasonLength;
  return Math.min(reserved, Math.max(seasonLength, length - reserved));
}

function fitKnot(
  shape: RidgeShape,
  features: RidgeFeatures,
  observed: Float64Array,
  from: number,
  ahead: number,
): number[] {
  const size = featureCount(shape);
  const row = new Float64Array(size);
  const products = new Float64Array(size * size);
  const right = new Float64Array(size);
  const stride = Math.max(1, Math.floor(ahead / ORIGINS_PER_HORIZON));
  let origins = 0;
  for (let origin = observed.length - 1 - ahead; origin >= from; origin -= stride) {
    const move = observed[origin + ahead]! - observed[origin]!;
    if (Number.isNaN(move)) continue;
    origins++;
    features.read(origin, ahead, row);
    for (let i = 0; i < size; i++) {
      const feature = row[i]!;
      right[i]! += feature * move;
      for (let j = 0; j <= i; j++) products[i * size + j]! += feature * row[j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += products[i * size + i]!;
  // A history without any move has nothing to say: the naive forecast.
  if (trace === 0) return new Array<number>(size).fill(0);
  const share = PENALTY + (IMAGINED_ORIGINS * ahead) / (origins * stride);
  for (let i = 0; i < size; i++) products[i * size + i]! += (share * trace) / size;
  const weights = solvePositiveDefinite(products, right);
  if (weights === undefined || !weights.every(Number.isFinite)) {
    throw new DomainError('FIT_DID_NOT_CONVERGE', 'ridge could not solve its normal equations', {
      ahead,
      origins,
    });
  }
  return Array.from(weights);
}
