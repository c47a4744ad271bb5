import { addMs, type DurationMs, type EpochMs, toIso } from '../time.ts';
import { RECENT_STEPS, type SeriesQuality } from './quality.ts';

/** What a series must be like before a model learns from it. */
export interface TrainingRequirement {
  /** Usable observations needed. */
  readonly minSteps: number;
  /** Share of the steps since the first usable value that must have one, 0 to 1. */
  readonly minCompleteness: number;
  /** How old the newest usable value may be; null where age does not matter (imported history). */
  readonly maxAge: DurationMs | null;
  /** Equal values in a row beyond which a warning is given, in steps. */
  readonly maxFlatSteps: number;
  readonly now: EpochMs;
  /** The step of the series assessed. */
  readonly step: DurationMs;
}

/** What a finding is about, with what its `have` and `need` count. */
export type FindingCode =
  /** Usable observations. */
  | 'TOO_FEW_OBSERVATIONS'
  /** Share of the steps since the first value, 0 to 1. */
  | 'TOO_MANY_GAPS'
  /** Share of all steps of the window, where a gate asks for one, 0 to 1. */
  | 'INCOMPLETE'
  /** Coefficient of variation of the newest values, where a gate bounds it; `need` is the most allowed. */
  | 'UNSTABLE'
  /** Age of the newest value, in seconds; `need` is the most allowed. */
  | 'STALE'
  /** Values outside the metric's bounds; as a refusal, usable observations. */
  | 'OUT_OF_RANGE'
  /** Infinite values. */
  | 'INFINITE'
  /** Longest run of missing values, in steps. */
  | 'GAPS'
  /** Median distance between values, in steps. */
  | 'SPARSE'
  /** Longest run of equal values, in steps. */
  | 'FLAT_LINE';

/** One thing an operator should know about the data. Plain JSON. */
export interface Finding {
  readonly code: FindingCode;
  /** One sentence with the numbers and their unit. */
  readonly message: string;
  readonly have: number;
  /** What would be right: the least needed, or for what should not be there the most allowed. */
  readonly need: number;
}

/** Whether to train. A refusal is an answer, not an error. */
export type TrainingDecision =
  | { readonly decision: 'train'; readonly warnings: readonly Finding[] }
  | {
      readonly decision: 'refuse';
      readonly because: Finding;
      /** When there will be enough if values keep arriving as of late; null when there is no telling. */
      readonly enoughAt: EpochMs | null;
    };

/**
 * Decides whether a model may learn from a series, and if not, what is missing and until when.
 *
 * Refused are, in this order, too few observations, too many gaps, and data that is too old. What
 * is merely odd is trained with a warning: a constant series too, where the naive forecast is exact.
 */
export function decideTrainable(
  quality: SeriesQuality,
  requirement: TrainingRequirement,
): TrainingDecision {
  const enoughAt = timeOfEnough(quality, requirement);
  const because =
    tooFew(quality, requirement, enoughAt) ??
    tooManyGaps(quality, requirement, enoughAt) ??
    tooOld(quality, requirement);
  if (because !== undefined) return { decision: 'refuse', because, enoughAt };
  return { decision: 'train', warnings: warningsOf(quality, requirement) };
}

function tooFew(
  quality: SeriesQuality,
  { minSteps }: TrainingRequirement,
  enoughAt: EpochMs | null,
): Finding | undefined {
  const { usable, present, unit } = quality;
  if (usable >= minSteps) return undefined;
  const have = `${usable} of ${minSteps} observations`;
  if (present >= minSteps) {
    const range = unit === 'ratio' ? ' (a ratio lies between 0 and 1)' : '';
    const lost = `${present - usable} of ${present} values are infinite or out of range${range}`;
    return finding('OUT_OF_RANGE', `${have}: ${lost}`, usable, minSteps);
  }
  const outlook = describeOutlook(quality, enoughAt);
  return finding('TOO_FEW_OBSERVATIONS', `${have}: ${outlook}`, usable, minSteps);
}

function tooManyGaps(
  quality: SeriesQuality,
  { minCompleteness, step }: TrainingRequirement,
  enoughAt: EpochMs | null,
): Finding | undefined {
  const { completeness } = quality.sinceFirst;
  if (completeness >= minCompleteness) return undefined;
  const have = `${percent(completeness)} of the steps have a value, ${percent(minCompleteness)} are needed`;
  const outlook = isSparse(quality)
    ? `${describeCadence(quality.cadenceSteps, step)}, so ask for a coarser step`
    : describeOutlook(quality, enoughAt);
  return finding('TOO_MANY_GAPS', `${have}: ${outlook}`, completeness, minCompleteness);
}

function tooOld(
  { lastPresent }: SeriesQuality,
  { maxAge, now }: TrainingRequirement,
): Finding | undefined {
  if (maxAge === null || lastPresent === null || now - lastPresent <= maxAge) return undefined;
  const ageSeconds = (now - lastPresent) / 1_000;
  const message = `the newest observation, of ${iso(lastPresent)}, is ${ageSeconds} s old, at most ${maxAge / 1_000} s are allowed`;
  return finding('STALE', message, ageSeconds, maxAge / 1_000);
}

function warningsOf(quality: SeriesQuality, requirement: TrainingRequirement): readonly Finding[] {
  const { usable, present, outOfRange, infinite, negative, gaps, longestFlatSteps } = quality;
  const warnings: Finding[] = [];
  if (outOfRange > 0) {
    const message = `${outOfRange} of ${present} values are outside the metric's bounds (${negative} negative) and count as missing`;
    warnings.push(finding('OUT_OF_RANGE', message, outOfRange, 0));
  }
  if (infinite > 0) {
    const message = `${infinite} of ${present} values are infinite and count as missing`;
    warnings.push(finding('INFINITE', message, infinite, 0));
  }
  if (isSparse(quality)) {
    const message = `${describeCadence(quality.cadenceSteps, requirement.step)}: a coarser step would leave no holes`;
    warnings.push(finding('SPARSE', message, quality.cadenceSteps, 1));
  } else if (gaps.count > 0) {
    const message = `${gaps.count} gap${gaps.count === 1 ? '' : 's'}, the longest of ${gaps.longestSteps} steps (${seconds(gaps.longestSteps, requirement.step)})`;
    warnings.push(finding('GAPS', message, gaps.longestSteps, 0));
  }
  if (quality.isConstant) {
    const message = `all ${usable} observations are equal: the naive forecast is exact while that lasts`;
    warnings.push(finding('FLAT_LINE', message, longestFlatSteps, requirement.maxFlatSteps));
  } else if (longestFlatSteps > requirement.maxFlatSteps) {
    const message = `the same value stands for ${longestFlatSteps} steps (${seconds(longestFlatSteps, requirement.step)}) in a row: is the source stuck?`;
    warnings.push(finding('FLAT_LINE', message, longestFlatSteps, requirement.maxFlatSteps));
  }
  return warnings;
}

/**
 * After k more steps in which values arrive at the recent rate r there are u + r·k observations on
 * n + k steps. The smallest k that gives enough of both is the larger of the two bounds below,
 * unless r itself is less than the completeness asked for and drags it down meanwhile.
 */
function timeOfEnough(quality: SeriesQuality, requirement: TrainingRequirement): EpochMs | null {
  const { usable, sinceFirst, recent, lastPresent } = quality;
  const { minSteps, minCompleteness, maxAge, now, step } = requirement;
  const rate = recent.completeness;
  if (lastPresent === null || rate === 0) return null;
  const silence = now - lastPresent;
  const longSilence = step * Math.max(recent.steps, RECENT_STEPS);
  if (silence > longSilence || (maxAge !== null && silence > maxAge)) return null;
  const forCount = Math.ceil(Math.max(0, minSteps - usable) / rate);
  const shortfall = minCompleteness * sinceFirst.steps - usable;
  const excess = rate - minCompleteness;
  const forCompleteness = excess > 0 ? Math.ceil(shortfall / excess) : 0;
  const steps = Math.max(forCount, forCompleteness);
  const completeness = (usable + rate * steps) / (sinceFirst.steps + steps);
  // Both sides are rounded: without the allowance an exact tie could read as never.
  return completeness >= minCompleteness - 1e-9 ? addMs(now, step, steps) : null;
}

function describeOutlook({ lastPresent }: SeriesQuality, enoughAt: EpochMs | null): string {
  if (enoughAt !== null) return `enough at ${iso(enoughAt)}`;
  if (lastPresent === null) return 'none has arrived yet';
  return `no telling when there will be enough, the newest is of ${iso(lastPresent)}`;
}

function isSparse(quality: SeriesQuality): quality is SeriesQuality & { cadenceSteps: number } {
  return quality.cadenceSteps !== null && quality.cadenceSteps > 1;
}

function describeCadence(cadenceSteps: number, step: DurationMs): string {
  return `values come every ${cadenceSteps} steps (${seconds(cadenceSteps, step)})`;
}

function finding(code: FindingCode, message: string, have: number, need: number): Finding {
  return { code, message, have, need };
}

function seconds(steps: number, step: DurationMs): string {
  return `${(steps * step) / 1_000} s`;
}

/** Rounded down, so that what is short of a bound never reads as if it met it. */
function percent(fraction: number): string {
  return `${Math.floor(fraction * 1_000) / 10}%`;
}

function iso(at: EpochMs): string {
  return toIso(at).replace('.000Z', 'Z');
}
