import { addMs, durationMs, type EpochMs, MINUTE, SECOND, toIso } from '../time.ts';
import type { RaiseMemory, ScheduledChange, TargetSituation, WantedReplicas } from './situation.ts';

/** The two actions that Helios keeps at a target. */
export type ActionRole = 'raise' | 'restore';

/** One write, in the order in which the writes of a plan are made. */
export type ActuationStep =
  | { readonly kind: 'remember'; readonly memory: RaiseMemory }
  | {
      readonly kind: 'put';
      readonly role: ActionRole;
      readonly at: EpochMs;
      readonly minimum: number;
    }
  | { readonly kind: 'delete'; readonly role: ActionRole }
  | { readonly kind: 'forget' };

/** Why a plan is as it is. */
export interface PlanReason {
  readonly code:
    | 'RAISE'
    | 'RAISED'
    | 'RESTORE_DUE'
    | 'RESTORE_NOW'
    | 'WITHDRAWN'
    | 'CLEANED_UP'
    | 'NOT_NEEDED'
    | 'NOTHING_VALID'
    | 'EXPIRES_TOO_SOON'
    | 'STOPPED'
    | 'TOO_MANY_RAISES'
    | 'TARGET_NOT_REGISTERED';
  readonly message: string;
  readonly details: Readonly<Record<string, number | string | null>>;
}

/** What is written about one target, in this order, and why. Nothing when `steps` is empty. */
export interface TargetPlan {
  readonly steps: readonly ActuationStep[];
  readonly because: PlanReason;
}

/** Targets that are raised, or about to be, at the same time. */
export const MAX_RAISED_TARGETS = 60;

/** An action is asked for this much ahead: one that lies in the past would not run. */
const AHEAD = MINUTE;
/** A raise that would hold for less is not worth its restore. */
const SHORTEST_HOLD = MINUTE;
/** A restore that is due within this is on its way. */
const ON_ITS_WAY = durationMs(2 * MINUTE);

/**
 * What to write about one scalable target, so that its minimum is at least what is wanted and goes
 * back by itself.
 *
 * The memory is written before anything, the restore before the raise: wherever the writing ends,
 * each raise that exists has a restore that follows it. A raise is never below the operator's own
 * minimum nor above the maximum, and the maximum is never written. Making a plan again, with nothing
 * changed, writes nothing.
 *
 * @param mayRaise - false: another target more would be too many
 */
export function planTarget(
  situation: TargetSituation,
  now: EpochMs,
  { mayRaise = true }: { readonly mayRaise?: boolean } = {},
): TargetPlan {
  const { bounds, wanted, isStopped } = situation;
  if (!bounds) {
    const steps: ActuationStep[] = situation.memory ? [{ kind: 'forget' }] : [];
    // Its scheduled actions went with its registration.
    return { steps, because: reason('TARGET_NOT_REGISTERED', 'no such scalable target') };
  }
  const known = whatIsOurs(situation, bounds.minimum, now);
  const target: Target = { ...situation, ...known, now, minimum: bounds.minimum };
  if (isStopped) return lower(target, reason('STOPPED', 'actuation is stopped'));
  if (!wanted) return lower(target, reason('NOTHING_VALID', 'no valid recommendation'));
  const replicas = Math.min(wanted.replicas, bounds.maximum);
  if (!(Number.isInteger(replicas) && replicas > target.original)) {
    const details = { wanted: wanted.replicas, original: target.original };
    return lower(target, reason('NOT_NEEDED', 'the configured minimum is enough', details));
  }
  if (wanted.validUntil < addMs(addMs(now, AHEAD), SHORTEST_HOLD)) {
    const details = { valid_until: toIso(wanted.validUntil) };
    return lower(target, reason('EXPIRES_TOO_SOON', 'it expires before it could act', details));
  }
  if (!mayRaise && !isHeld(situation)) {
    const details = { limit: MAX_RAISED_TARGETS };
    return lower(
      target,
      reason('TOO_MANY_RAISES', 'as many targets as allowed are raised', details),
    );
  }
  return raise(target, { ...wanted, replicas });
}

/**
 * The plans of several targets, in their order. At most `MAX_RAISED_TARGETS` are raised at a time;
 * those that are already keep their place.
 */
export function planTargets(
  situations: readonly TargetSituation[],
  now: EpochMs,
): readonly TargetPlan[] {
  let held = situations.filter(isHeld).length;
  return situations.map((situation) => {
    const plan = planTarget(situation, now, { mayRaise: held < MAX_RAISED_TARGETS });
    if (plan.because.code === 'RAISE' && !isHeld(situation)) held++;
    return plan;
  });
}

/** Whether a target has a raise, or is about to: it counts against `MAX_RAISED_TARGETS`. */
function isHeld({ memory, raise: stored }: TargetSituation): boolean {
  return memory !== undefined || stored !== undefined;
}

interface Target extends TargetSituation {
  readonly now: EpochMs;
  readonly minimum: number;
  readonly original: number;
  readonly raisedTo: readonly number[];
}

/**
 * The operator's own minimum, and what we made of it. A minimum that nobody here asked for is the
 * operator's, whatever is remembered; where the memory is lost, a restore that waits still knows it.
 */
function whatIsOurs(
  { memory, restore, raise: stored }: TargetSituation,
  minimum: number,
  now: EpochMs,
): { readonly original: number; readonly raisedTo: readonly number[] } {
  const remembered = memory ?? fromRestore(restore, stored, minimum, now);
  if (!remembered) return { original: minimum, raisedTo: [] };
  const isOurs = minimum === remembered.original || remembered.raisedTo.includes(minimum);
  return isOurs ? remembered : { original: minimum, raisedTo: [] };
}

function fromRestore(
  restore: ScheduledChange | undefined,
  stored: ScheduledChange | undefined,
  minimum: number,
  now: EpochMs,
): RaiseMemory | undefined {
  const original = restore?.minimum;
  if (!isAhead(restore, now) || original === undefined || original > minimum) return undefined;
  const raisedTo = [minimum, stored?.minimum ?? minimum].filter((each) => each > original);
  return { original, raisedTo: ascending(raisedTo) };
}

function raise(target: Target, { replicas, validUntil }: WantedReplicas): TargetPlan {
  const { now, original, minimum } = target;
  const steps: ActuationStep[] = [];
  const memory = { original, raisedTo: ascending([...target.raisedTo, replicas]) };
  if (JSON.stringify(memory) !== JSON.stringify(target.memory)) {
    steps.push({ kind: 'remember', memory });
  }
  const restoreAt = wholeSecond(validUntil);
  if (target.restore?.at !== restoreAt || target.restore.minimum !== original) {
    steps.push({ kind: 'put', role: 'restore', at: restoreAt, minimum: original });
  }
  const isWaiting = isAhead(target.raise, now);
  if (minimum === replicas) {
    if (isWaiting) steps.push({ kind: 'delete', role: 'raise' });
  } else if (!isWaiting || target.raise?.minimum !== replicas) {
    steps.push({ kind: 'put', role: 'raise', at: soon(now), minimum: replicas });
  }
  const details = { minimum: replicas, original, until: toIso(restoreAt) };
  const because =
    minimum === replicas
      ? reason('RAISED', `the minimum is ${replicas} until ${toIso(restoreAt)}`, details)
      : reason('RAISE', `the minimum becomes ${replicas} until ${toIso(restoreAt)}`, details);
  return { steps, because };
}

/** Takes back what is ours: at once where that is asked for, else when it expires by itself. */
function lower(target: Target, why: PlanReason): TargetPlan {
  const { now, original, minimum, restore } = target;
  const isWaiting = isAhead(target.raise, now);
  const withdrawn: ActuationStep[] = isWaiting ? [{ kind: 'delete', role: 'raise' }] : [];
  const details = { ...why.details, minimum, original };
  if (minimum > original) {
    const isRight = restore?.minimum === original && isAhead(restore, now);
    const mayWait = why.code !== 'STOPPED' && why.code !== 'NOT_NEEDED';
    const isOnItsWay = isRight && (restore.at ?? Infinity) <= addMs(now, ON_ITS_WAY);
    if (isRight && (mayWait || isOnItsWay)) {
      const at = restore.at === undefined ? null : toIso(restore.at);
      const message = `${why.message}: the minimum goes back to ${original} at ${at}`;
      return { steps: withdrawn, because: reason('RESTORE_DUE', message, { ...details, at }) };
    }
    const put = { kind: 'put', role: 'restore', at: soon(now), minimum: original } as const;
    const message = `${why.message}: the minimum goes back to ${original} now`;
    return { steps: [...withdrawn, put], because: reason('RESTORE_NOW', message, details) };
  }
  if (isWaiting) {
    // It may run before it is deleted, so the memory and a restore stay until it is seen not to have.
    const kept = withoutRaise(target);
    const message = `${why.message}: a raise that has not run yet is withdrawn`;
    return { steps: [...kept, ...withdrawn], because: reason('WITHDRAWN', message, details) };
  }
  const leftovers = (['raise', 'restore'] as const).filter((role) => target[role] !== undefined);
  const steps: ActuationStep[] = leftovers.map((role) => ({ kind: 'delete', role }));
  if (target.memory) steps.push({ kind: 'forget' });
  return steps.length === 0
    ? { steps, because: why }
    : {
        steps,
        because: reason('CLEANED_UP', `${why.message}: nothing is raised any more`, details),
      };
}

/** What must be right beside a raise that may still run: after an operator's change neither is. */
function withoutRaise(target: Target): readonly ActuationStep[] {
  const { now, original, restore, memory } = target;
  const raisedTo = ascending([...(memory?.raisedTo ?? []), target.raise?.minimum ?? original]);
  const steps: ActuationStep[] = [];
  if (memory?.original !== original) {
    steps.push({ kind: 'remember', memory: { original, raisedTo } });
  }
  if (restore?.minimum !== original || !isAhead(restore, now)) {
    // After the raise, however late that runs.
    const after = addMs(target.raise?.at ?? now, durationMs(2 * MINUTE));
    const at = restore?.at !== undefined && restore.at > after ? restore.at : after;
    steps.push({ kind: 'put', role: 'restore', at, minimum: original });
  }
  return steps;
}

function isAhead(change: ScheduledChange | undefined, now: EpochMs): boolean {
  return change?.at !== undefined && change.at > now;
}

/** Schedules know whole seconds; the one before, so that nothing outlives what it rests on. */
function wholeSecond(at: EpochMs): EpochMs {
  return addMs(at, durationMs(-(at % SECOND)));
}

function soon(now: EpochMs): EpochMs {
  return addMs(wholeSecond(now), durationMs(AHEAD + SECOND));
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function reason(
  code: PlanReason['code'],
  message: string,
  details: PlanReason['details'] = {},
): PlanReason {
  return { code, message, details };
}
