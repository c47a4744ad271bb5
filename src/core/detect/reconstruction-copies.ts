/** Metrics of the catalogue that are one quantity in two units, apart from limits and caches. */
const TWINS = [
  ['memory_bytes', 'memory_utilization'],
  ['cpu_cores', 'cpu_utilization'],
] as const;

/** Least absolute correlation of the values, and of their changes from step to step. */
const LEVELS = 0.999;
const CHANGES = 0.995;

/** A metric by its name and values on a grid, NaN = missing. */
export interface NamedValues {
  readonly metric: string;
  readonly values: Float64Array;
}

/**
 * Whether two metrics are the same thing twice: predicting one from the other tells nothing, and what
 * is wrong with one is wrong with both. They are when their names say so (bytes and utilisation of
 * memory, cores and utilisation of CPU) or when their values are correlated (Pearson) above 0.999 and
 * their changes from step to step above 0.995, up or down, as a share and its percentage are.
 *
 * Weaker correlation is no sign of it: CPU and requests of a service that does little else come to
 * 0.998 and 0.97, and where they part is what is looked for. Steps with a missing value do not count.
 */
export function isSameTwice(one: NamedValues, other: NamedValues): boolean {
  if (TWINS.some((pair) => pair.every((name) => [one.metric, other.metric].includes(name)))) {
    return true;
  }
  return (
    Math.abs(correlation(one.values, other.values)) > LEVELS &&
    Math.abs(correlation(changes(one.values), changes(other.values))) > CHANGES
  );
}

function changes(values: Float64Array): Float64Array {
  return Float64Array.from(values.subarray(1), (value, i) => value - values[i]!);
}

/** NaN where one of the two does not vary. */
function correlation(x: Float64Array, y: Float64Array): number {
  const both = Array.from(x, (_, i) => i).filter((i) => !Number.isNaN(x[i]! + y[i]!));
  const meanX = both.reduce((sum, i) => sum + x[i]!, 0) / both.length;
  const meanY = both.reduce((sum, i) => sum + y[i]!, 0) / both.length;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const i of both) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
