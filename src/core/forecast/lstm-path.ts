import { durationMs, stepsPerDay } from '../time.ts';

/** What the quantile heads learn. The middle one is the point forecast. */
export const LEARNED_QUANTILES = [0.1, 0.5, 0.9] as const;

/** The forecasts of a network along its steps, in the unit of the series: at `LEARNED_QUANTILES`. */
export interface LstmPaths {
  readonly low: Float64Array;
  readonly point: Float64Array;
  readonly high: Float64Array;
}

/**
 * Puts the answers of the heads end to end: `anchor + scale × output`.
 *
 * A head with quantiles emits the medians of its steps, then what the .1 quantiles are below and the
 * .9 quantiles above them, each through a softplus: they cannot cross.
 *
 * @param scales - one a head
 * @param hasQuantiles - without them a path is point, low and high in one
 */
export function pathsOf(
  outputs: readonly Float64Array[],
  scales: readonly number[],
  anchor: number,
  hasQuantiles: boolean,
): LstmPaths {
  const lengths = outputs.map(({ length }) => (hasQuantiles ? length / 3 : length));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const low = new Float64Array(total);
  const point = new Float64Array(total);
  const high = new Float64Array(total);
  let at = 0;
  outputs.forEach((output, head) => {
    const [scale, length] = [scales[head]!, lengths[head]!];
    for (let i = 0; i < length; i++, at++) {
      const middle = anchor + scale * output[i]!;
      point[at] = middle;
      low[at] = hasQuantiles ? middle - scale * softplus(output[length + i]!) : middle;
      high[at] = hasQuantiles ? middle + scale * softplus(output[2 * length + i]!) : middle;
    }
  });
  return { low, point, high };
}

/**
 * A quantile between the learned ones, interpolated between its neighbours.
 * @param q - from the first to the last of `LEARNED_QUANTILES`
 */
export function quantilePath({ low, point, high }: LstmPaths, q: number): Float64Array {
  const [lowest, middle, highest] = LEARNED_QUANTILES;
  const share = (q - middle) / (q < middle ? middle - lowest : highest - middle);
  const [below, above] = q < middle ? [low, point] : [point, high];
  return point.map((value, h) => value + share * (above[h]! - below[h]!));
}

/**
 * A path made longer: its last day again and again, or its last value where it holds no whole day.
 * @param step - in milliseconds
 */
export function continuePath(path: Float64Array, horizon: number, step: number): Float64Array {
  if (horizon <= path.length) return path.slice(0, horizon);
  const day = stepsPerDay(durationMs(step)) ?? Infinity;
  const cycle = day >= 1 && day <= path.length ? day : 1;
  const longer = new Float64Array(horizon);
  longer.set(path);
  for (let h = path.length; h < horizon; h++) longer[h] = longer[h - cycle]!;
  return longer;
}

/** ln(1 + e^x), without overflow. */
function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}
