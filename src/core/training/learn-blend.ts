import { type BacktestResult, type CandidateResult, candidateOf } from '../evaluate/backtest.ts';
import { bucketsWithin, type HorizonBucket } from '../evaluate/horizon-buckets.ts';
import { GATE } from '../forecast/auto.ts';
import { type BlendRule, combine } from '../forecast/blend-rule.ts';
import type { BlendMembers } from '../forecast/line-up.ts';
import { errorWeight, MIN_ORIGINS } from './error-weight.ts';

/** What a backtest has taught about a blend. */
export interface LearntBlend {
  /** Names in the order of the rules' weights: the core, the admitted, and naive for the gate. */
  readonly members: readonly string[];
  /** How to combine after the last origin, from everything resolved by `resolvedBy`. */
  readonly rules: readonly BlendRule[];
  /** The blend's own errors, each origin combined by what was known there; as a candidate's. */
  readonly errors: Float64Array;
}

/** The newest origins that weights and gates are made of. */
const MAX_ORIGINS = 300;

/**
 * Learns how to combine members from their rolling errors, and what that would have given: at each
 * origin the rule of a bucket comes from earlier origins whose whole bucket has come to pass by then,
 * 300 of them at most, so no forecast is combined by what it was yet to meet.
 *
 * From 20 such origins on, half is the mean of the members with weights `r^-4`, where `r` is a
 * member's mean absolute error divided by naive's on the same forecasts, and half their median;
 * below, all is the median. Where the blend's own error on those origins is not below naive's,
 * naive answers (bucket by bucket).
 *
 * @param options.onRule - told, for each origin in order and each bucket, how it was combined there; its
 *   weights are in the order of the members of the answer
 * @throws {RangeError} when a member or `naive` is no candidate of the backtest
 */
export function learnBlend(
  result: BacktestResult,
  blend: BlendMembers,
  { onRule = () => {} }: { readonly onRule?: (row: number, rule: BlendRule) => void } = {},
): LearntBlend {
  const { core, admitted = [] } = blend;
  const members = [...new Set([...core, ...admitted, GATE])];
  const candidates = members.map((name) => candidateOf(result, name));
  const roles = members.map((name) => (core.includes(name) ? CORE : roleOf(name, admitted)));
  const errors = new Float64Array(result.origins.length * result.horizon).fill(Number.NaN);
  const rules = bucketsWithin(result.horizon).map((bucket) =>
    learnBucket(result, candidates, roles, bucket, errors, onRule),
  );
  return { members, rules, errors };
}

const CORE = 'core';
const ADMITTED = 'admitted';
const GATE_ONLY = 'gate';
type Role = typeof CORE | typeof ADMITTED | typeof GATE_ONLY;

function roleOf(name: string, admitted: readonly string[]): Role {
  return admitted.includes(name) ? ADMITTED : GATE_ONLY;
}

/** Mean absolute errors of the origins of one bucket, on the cells that naive has too. */
interface OriginErrors {
  /** A row an origin: each member's mean absolute error; NaN without a forecast. */
  readonly own: Float64Array;
  /** Naive's on the same cells. */
  readonly naive: Float64Array;
}

function learnBucket(
  result: BacktestResult,
  candidates: readonly CandidateResult[],
  roles: readonly Role[],
  bucket: HorizonBucket,
  errors: Float64Array,
  onRule: (row: number, rule: BlendRule) => void,
): BlendRule {
  const { origins, horizon } = result;
  const naive = candidates.findIndex(({ name }) => name === GATE);
  const perOrigin = originErrors(result, candidates, naive, bucket);
  const ungated = new Float64Array(origins.length).fill(Number.NaN);
  const column = new Float64Array(candidates.length);
  let resolved = 0;
  const ruleAt = (knownUntil: number): BlendRule => {
    while (resolved < origins.length && origins[resolved]! + bucket.toStep <= knownUntil)
      resolved++;
    const from = Math.max(0, resolved - MAX_ORIGINS);
    return ruleFrom(perOrigin, ungated, roles, bucket, naive, from, resolved);
  };
  for (let row = 0; row < origins.length; row++) {
    const rule = ruleAt(origins[row]!);
    onRule(row, rule);
    const own: BlendRule = rule.combine === 'naive' ? { ...rule, combine: 'half' } : rule;
    let sum = 0;
    let cells = 0;
    for (let step = bucket.fromStep; step <= Math.min(bucket.toStep, horizon); step++) {
      const cell = row * horizon + step - 1;
      for (let i = 0; i < column.length; i++) column[i] = candidates[i]!.errors[cell]!;
      const blended = combine(column, own, column[naive]!);
      errors[cell] = rule.combine === 'naive' ? column[naive]! : blended;
      if (Number.isNaN(blended) || Number.isNaN(column[naive]!)) continue;
      sum += Math.abs(blended);
      cells++;
    }
    if (cells > 0) ungated[row] = sum / cells;
  }
  return ruleAt(Infinity);
}

function originErrors(
  { origins, horizon }: BacktestResult,
  candidates: readonly CandidateResult[],
  naive: number,
  bucket: HorizonBucket,
): OriginErrors {
  const count = candidates.length;
  const own = new Float64Array(origins.length * count).fill(Number.NaN);
  const reference = new Float64Array(origins.length * count).fill(Number.NaN);
  const to = Math.min(bucket.toStep, horizon);
  for (let row = 0; row < origins.length; row++) {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      let naiveSum = 0;
      let cells = 0;
      for (let cell = row * horizon + bucket.fromStep - 1; cell < row * horizon + to; cell++) {
        const error = candidates[i]!.errors[cell]!;
        const other = candidates[naive]!.errors[cell]!;
        if (Number.isNaN(error) || Number.isNaN(other)) continue;
        sum += Math.abs(error);
        naiveSum += Math.abs(other);
        cells++;
      }
      if (cells === 0) continue;
      own[row * count + i] = sum / cells;
      reference[row * count + i] = naiveSum / cells;
    }
  }
  return { own, naive: reference };
}

function ruleFrom(
  perOrigin: OriginErrors,
  ungated: Float64Array,
  roles: readonly Role[],
  bucket: HorizonBucket,
  naive: number,
  from: number,
  to: number,
): BlendRule {
  const range = { fromStep: bucket.fromStep, toStep: bucket.toStep };
  const relative = roles.map((_, i) => relativeError(perOrigin, roles.length, i, from, to));
  const takesPart = admit(relative, roles);
  const raw = relative.map((error) => (Number.isNaN(error) ? 0 : errorWeight(error)));
  const total = raw.reduce((sum, weight, i) => sum + (takesPart[i] ? weight : 0), 0);
  if (total === 0) {
    return { ...range, combine: 'median', weights: takesPart.map((is) => (is ? 0 : null)) };
  }
  const weights = raw.map((weight, i) => (takesPart[i] ? weight / total : null));
  const isWorse = isNoBetter(perOrigin, ungated, roles.length, naive, from, to);
  return { ...range, combine: isWorse ? 'naive' : 'half', weights };
}

/** A member's mean absolute error over naive's, on the origins that both have. NaN: too few. */
function relativeError(
  { own, naive }: OriginErrors,
  count: number,
  member: number,
  from: number,
  to: number,
): number {
  let sum = 0;
  let naiveSum = 0;
  let cases = 0;
  for (let row = from; row < to; row++) {
    const error = own[row * count + member]!;
    if (Number.isNaN(error)) continue;
    sum += error;
    naiveSum += naive[row * count + member]!;
    cases++;
  }
  if (cases < MIN_ORIGINS) return Number.NaN;
  // Where naive was never wrong nobody can be better; equal errors count the same.
  return naiveSum === 0 ? (sum === 0 ? 1 : Infinity) : sum / naiveSum;
}

/** Which members take part: the core, and who has shown to be better than naive and the core's middle. */
function admit(relative: readonly number[], roles: readonly Role[]): boolean[] {
  const measured = relative.filter((error, i) => roles[i] === CORE && !Number.isNaN(error));
  const middle = measured.sort((a, b) => a - b)[measured.length >> 1] ?? Number.NaN;
  return roles.map((role, i) => {
    if (role === CORE) return true;
    return role === ADMITTED && relative[i]! < Math.min(1, middle);
  });
}

function isNoBetter(
  { own }: OriginErrors,
  ungated: Float64Array,
  count: number,
  naive: number,
  from: number,
  to: number,
): boolean {
  let sum = 0;
  let naiveSum = 0;
  for (let row = from; row < to; row++) {
    const error = ungated[row]!;
    const other = own[row * count + naive]!;
    if (Number.isNaN(error) || Number.isNaN(other)) continue;
    sum += error;
    naiveSum += other;
  }
  return sum >= naiveSum;
}
