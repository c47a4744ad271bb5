/** A stretch of the axis of time, in seconds since 1970. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * A range made larger (`factor` > 1) or smaller around a point of it, inside of `all`; never smaller
 * than `least`. What would show everything is undefined: not zoomed.
 */
export function zoomed(
  range: Range,
  factor: number,
  around: number,
  all: Range,
  least: number,
): Range | undefined {
  const width = Math.max((range.max - range.min) * factor, Math.min(least, all.max - all.min));
  if (width >= all.max - all.min) return undefined;
  const share = range.max > range.min ? (around - range.min) / (range.max - range.min) : 0.5;
  return inside({ min: around - share * width, max: around + (1 - share) * width }, all);
}

/** A range moved by a share of its own width, inside of `all`. */
export function panned(range: Range, share: number, all: Range): Range {
  const by = (range.max - range.min) * share;
  return inside({ min: range.min + by, max: range.max + by }, all);
}

function inside({ min, max }: Range, all: Range): Range {
  const width = max - min;
  const start = Math.min(Math.max(min, all.min), all.max - width);
  return { min: start, max: start + width };
}
