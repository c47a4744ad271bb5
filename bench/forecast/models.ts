import { DomainError } from '#core/errors.ts';
import { isDefaultMember, lineUp } from '#core/forecast/line-up.ts';
import type { DurationMs } from '#core/time.ts';

/** The model that every other is divided by. */
export const REFERENCE = 'naive';
/** The model that the product serves unasked. */
export const SERVED = 'auto';

/** Scored at the cutoffs marked slow alone, and only when asked for. */
const SLOW: readonly string[] = ['lstm', 'fusion'];
/** Blends of the members that are trained unasked. */
const DEFAULT_BLENDS: readonly string[] = ['median', SERVED];
/** The member that is learned from other series. */
export const POOLED = 'xgboost';
/** Members whose training needs an engine, and that are trained unasked all the same. */
const ENGINES: readonly string[] = [POOLED, 'prophet'];
/** What the fusion is made of. */
const FUSED: readonly string[] = ['prophet', 'lstm'];

/** What is trained together. */
export interface LineUpToRun {
  readonly members: readonly string[];
  /** The names whose forecasts are wanted: members, and blends of them. */
  readonly wanted: readonly string[];
}

/**
 * The rows of the table: the reference, then what was asked for, or everything that the product
 * trains unasked and that is fast, and its blends.
 *
 * @throws {DomainError} `MODEL_UNKNOWN`
 */
export function chooseModels(step: DurationMs, asked?: readonly string[]): readonly string[] {
  if (asked === undefined) return [REFERENCE, ...defaultMembers(step), ...DEFAULT_BLENDS];
  const known = [...fastMembers(step), ...SLOW, ...DEFAULT_BLENDS];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new DomainError('MODEL_UNKNOWN', `no model ${unknown.join(', ')} on this grid`, {
      known: known.toSorted(),
    });
  }
  return [...new Set([REFERENCE, ...asked])];
}

function isSlow(name: string): boolean {
  return SLOW.includes(name);
}

/**
 * What to train at one cutoff for the models of the table. Blends need all members that the product
 * trains unasked. Slow models are trained by themselves, so that the blends are the same at every
 * cutoff; when only slow cutoffs are run, all is one line-up and the blends may let them in.
 */
export function lineUpsToRun(
  step: DurationMs,
  models: readonly string[],
  cutoff: { readonly isSlow: boolean; readonly slowOnly: boolean },
): readonly LineUpToRun[] {
  const fast = models.filter((name) => !isSlow(name));
  const slow = cutoff.isSlow ? models.filter(isSlow) : [];
  const needed = fast.some((name) => DEFAULT_BLENDS.includes(name))
    ? [...chooseModels(step), ...fast]
    : fast;
  const isMember = (name: string) => !DEFAULT_BLENDS.includes(name) && name !== 'fusion';
  const fastNames = [...new Set(needed)].filter(isMember);
  const slowNames = slow.includes('fusion') ? FUSED : slow.filter(isMember);
  if (cutoff.slowOnly) {
    return [{ members: [...new Set([...fastNames, ...slowNames])], wanted: models }];
  }
  const alone = { members: [REFERENCE, ...slowNames], wanted: slow };
  return [{ members: fastNames, wanted: fast }, ...(slow.length > 0 ? [alone] : [])];
}

function fastMembers(step: DurationMs): readonly string[] {
  return [...lineUp(step).map(({ name }) => name), ...ENGINES];
}

/** What is trained unasked, the reference and the slow ones apart. */
function defaultMembers(step: DurationMs): readonly string[] {
  const local = lineUp(step).filter(({ name }) => isDefaultMember(name, step));
  return [...local.map(({ name }) => name), ...ENGINES].filter((name) => name !== REFERENCE);
}

/** Whether a table of these models needs the pooled member, itself or inside a blend. */
export function needsPool(step: DurationMs, models: readonly string[]): boolean {
  return lineUpsToRun(step, models, { isSlow: false, slowOnly: false }).some(({ members }) =>
    members.includes(POOLED),
  );
}
