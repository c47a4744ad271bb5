import { mean, median, present, quantile, standardDeviation } from '../math/statistics.ts';
import type { DurationMs } from '../time.ts';
import type { Because } from './because.ts';

/** What is measured of one resource, as messages write it. */
export interface ResourceKind {
  readonly name: 'CPU' | 'memory';
  /** Of the codes of reasons. */
  readonly prefix: 'CPU' | 'MEMORY';
  readonly unit: 'cores' | 'bytes';
  /** The largest machines there are have less: a greater value is no measurement of a container. */
  readonly mostPlausible: number;
}

export const CPU: ResourceKind = {
  name: 'CPU',
  prefix: 'CPU',
  unit: 'cores',
  mostPlausible: 10_000,
};
export const MEMORY: ResourceKind = {
  name: 'memory',
  prefix: 'MEMORY',
  unit: 'bytes',
  mostPlausible: 2 ** 50,
};

/** The values that can be true, with NaN for the others, or why they do not suffice. */
export type MeasuredUse =
  | { readonly ok: true; readonly values: Float64Array; readonly because: readonly Because[] }
  | { readonly ok: false; readonly because: readonly Because[] };

/** Checks what was measured of one resource: that it was, for long enough, and what to leave out. */
export function measuredUse(
  { name, prefix, unit, mostPlausible }: ResourceKind,
  raw: ArrayLike<number> | undefined,
  step: DurationMs,
  minimumHistory: DurationMs,
): MeasuredUse {
  if (raw === undefined) {
    const message = `the ${name} of one replica is not known`;
    return { ok: false, because: [{ code: `${prefix}_UNKNOWN`, message }] };
  }
  const values = Float64Array.from(raw, (value) =>
    value >= 0 && value <= mostPlausible ? value : Number.NaN,
  );
  const kept = present(values).length;
  const leftOut = present(raw).length - kept;
  const because: Because[] = [];
  if (leftOut > 0) {
    because.push({
      code: 'VALUES_LEFT_OUT',
      message: `${leftOut} values of ${name} are not between 0 and ${mostPlausible} ${unit}`,
      details: { count: leftOut },
    });
  }
  if (kept === 0 || kept * step < minimumHistory) {
    because.unshift(tooShort(name, kept * step, minimumHistory));
    return { ok: false, because };
  }
  return { ok: true, values, because };
}

/** What is known of values at a glance; null where there are none (a deviation needs two). */
export interface UseStatistics {
  readonly mean: number | null;
  readonly median: number | null;
  readonly standardDeviation: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly quantile: number | null;
  readonly count: number;
}

/**
 * Summarises measured values, NaN and infinities left out.
 *
 * @param q - which quantile to tell
 * @example
 * ```ts
 * useStatistics([1, 2, 3, Number.NaN], 0.5).count; // => 3
 * useStatistics([], 0.95).maximum; // => null
 * ```
 */
export function useStatistics(raw: ArrayLike<number>, q: number): UseStatistics {
  const values = Float64Array.from(raw, (value) => (Number.isFinite(value) ? value : Number.NaN));
  const known = present(values);
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    mean: orNull(mean(known)),
    median: orNull(median(known)),
    standardDeviation: orNull(standardDeviation(known)),
    minimum: orNull(quantile(known, 0)),
    maximum: orNull(quantile(known, 1)),
    quantile: orNull(quantile(known, q)),
    count: known.length,
  };
}

/** The amount if it is one; else undefined. */
export function amount(value: number | undefined, { mostPlausible }: ResourceKind) {
  return value !== undefined && value >= 0 && value <= mostPlausible ? value : undefined;
}

function tooShort(name: string, haveMs: number, needMs: number): Because {
  const hours = (ms: number) => Number((ms / 3_600_000).toFixed(1));
  return {
    code: 'HISTORY_TOO_SHORT',
    message: `${name} was measured for ${hours(haveMs)} h, a recommendation needs ${hours(needMs)} h`,
    details: { have_seconds: haveMs / 1_000, need_seconds: needMs / 1_000 },
  };
}
