import { describe, expect, it } from '@jest/globals';
import { MAX_RAISED_TARGETS, planTarget, planTargets } from '#core/actuate/plan.ts';
import type { TargetSituation } from '#core/actuate/situation.ts';
import { type EpochMs, epochMs } from '#core/time.ts';

const at = (iso: string): EpochMs => epochMs(Date.parse(iso));
const NOW = at('2026-03-02T10:00:00.250Z');
/** A minute and a second after NOW's whole second: what is asked for must not lie in the past. */
const SOON = at('2026-03-02T10:01:01Z');
const UNTIL = at('2026-03-02T10:30:00Z');
const LATER = at('2026-03-02T10:20:00Z');

/** A target of 2 to 10 that nothing has been done to, with 6 wanted until half past ten. */
const IDLE: TargetSituation = {
  bounds: { minimum: 2, maximum: 10 },
  raise: undefined,
  restore: undefined,
  memory: undefined,
  wanted: { replicas: 6, validUntil: UNTIL },
  isStopped: false,
};
const MEMORY = { original: 2, raisedTo: [6] };
/** The same a moment later: both actions wait. */
const WAITING: TargetSituation = {
  ...IDLE,
  raise: { at: SOON, minimum: 6 },
  restore: { at: UNTIL, minimum: 2 },
  memory: MEMORY,
};
/** The same after the raise has run. */
const RAISED: TargetSituation = {
  ...WAITING,
  bounds: { minimum: 6, maximum: 10 },
  raise: undefined,
};
const NOTHING_WANTED = { wanted: undefined };

function planOf(situation: TargetSituation, now = NOW) {
  const { steps, because } = planTarget(situation, now);
  return { code: because.code, steps };
}

describe('a raise', () => {
  it('is remembered first, then restored, then raised', () => {
    expect(planOf(IDLE)).toEqual({
      code: 'RAISE',
      steps: [
        { kind: 'remember', memory: MEMORY },
        { kind: 'put', role: 'restore', at: UNTIL, minimum: 2 },
        { kind: 'put', role: 'raise', at: SOON, minimum: 6 },
      ],
    });
  });

  it('that waits, or has run, is not written again', () => {
    expect(planOf(WAITING)).toEqual({ code: 'RAISE', steps: [] });
    expect(planOf(RAISED)).toEqual({ code: 'RAISED', steps: [] });
  });

  it('lasts longer when the recommendation does: only its restore is moved', () => {
    const wanted = { replicas: 6, validUntil: at('2026-03-02T10:35:00Z') };
    expect(planOf({ ...RAISED, wanted })).toEqual({
      code: 'RAISED',
      steps: [{ kind: 'put', role: 'restore', at: wanted.validUntil, minimum: 2 }],
    });
  });

  it('becomes another when another is wanted, up or down, and both are ours', () => {
    const higher = { replicas: 8, validUntil: UNTIL };
    expect(planOf({ ...RAISED, wanted: higher }).steps).toEqual([
      { kind: 'remember', memory: { original: 2, raisedTo: [6, 8] } },
      { kind: 'put', role: 'raise', at: SOON, minimum: 8 },
    ]);
    const lower = { replicas: 4, validUntil: UNTIL };
    expect(planOf({ ...RAISED, wanted: lower }).steps).toEqual([
      { kind: 'remember', memory: { original: 2, raisedTo: [4, 6] } },
      { kind: 'put', role: 'raise', at: SOON, minimum: 4 },
    ]);
  });

  it('stops at the maximum, which is never written', () => {
    const wanted = { replicas: 50, validUntil: UNTIL };
    expect(planOf({ ...IDLE, wanted }).steps).toContainEqual({
      kind: 'put',
      role: 'raise',
      at: SOON,
      minimum: 10,
    });
    const full = { ...IDLE, bounds: { minimum: 10, maximum: 10 }, wanted };
    expect(planOf(full)).toEqual({ code: 'NOT_NEEDED', steps: [] });
  });

  it.each([2, 1, 0, -3, Number.NaN, Infinity, -Infinity, 2.5, 1e308])(
    'to %p never goes below the configured minimum nor beyond the maximum',
    (replicas) => {
      const { steps } = planOf({ ...IDLE, wanted: { replicas, validUntil: UNTIL } });
      const raised = steps.flatMap((step) => (step.kind === 'put' ? [step.minimum] : []));
      expect(raised.every((minimum) => minimum >= 2 && minimum <= 10)).toBe(true);
      // Only the two that are greater than any maximum are wanted at all: they are cut to it.
      expect(raised.includes(10)).toBe(replicas === Infinity || replicas === 1e308);
    },
  );

  it('that would end before it could hold a minute is none', () => {
    const until = (iso: string) => ({ ...IDLE, wanted: { replicas: 6, validUntil: at(iso) } });
    expect(planOf(until('2026-03-02T10:02:00Z'))).toEqual({ code: 'EXPIRES_TOO_SOON', steps: [] });
    expect(planOf(until('2026-03-02T10:02:01Z')).code).toBe('RAISE');
  });

  it('ends in the whole second before its recommendation does', () => {
    const wanted = { replicas: 6, validUntil: at('2026-03-02T10:30:00.999Z') };
    expect(planOf({ ...IDLE, wanted }).steps[1]).toMatchObject({ role: 'restore', at: UNTIL });
  });
});

describe('what has been raised', () => {
  it('goes back by itself when nothing valid is published any more', () => {
    expect(planOf({ ...RAISED, ...NOTHING_WANTED })).toEqual({ code: 'RESTORE_DUE', steps: [] });
  });

  it('goes back at once when a valid recommendation needs no more than was configured', () => {
    const wanted = { replicas: 2, validUntil: UNTIL };
    const plan = planOf({ ...RAISED, wanted });
    expect(plan).toEqual({
      code: 'RESTORE_NOW',
      steps: [{ kind: 'put', role: 'restore', at: SOON, minimum: 2 }],
    });
    // Five seconds later it is on its way, and nothing is written again.
    const restore = { at: SOON, minimum: 2 };
    const next = planOf({ ...RAISED, wanted, restore }, at('2026-03-02T10:00:05Z'));
    expect(next).toEqual({ code: 'RESTORE_DUE', steps: [] });
  });

  it('goes back at once when its restore is missing, wrong or past', () => {
    for (const restore of [
      undefined,
      { at: UNTIL, minimum: 6 },
      { at: UNTIL, minimum: undefined },
      { at: undefined, minimum: 2 },
      { at: at('2026-03-02T09:59:00Z'), minimum: 2 },
    ]) {
      expect(planOf({ ...RAISED, ...NOTHING_WANTED, restore })).toEqual({
        code: 'RESTORE_NOW',
        steps: [{ kind: 'put', role: 'restore', at: SOON, minimum: 2 }],
      });
    }
  });

  it('is cleaned up after it went back', () => {
    const back = { ...RAISED, ...NOTHING_WANTED, bounds: { minimum: 2, maximum: 10 } };
    expect(planOf({ ...back, restore: undefined })).toEqual({
      code: 'CLEANED_UP',
      steps: [{ kind: 'forget' }],
    });
    // Where the service keeps actions that have run, they are deleted.
    const past = at('2026-03-02T09:00:00Z');
    const kept = { raise: { at: past, minimum: 6 }, restore: { at: past, minimum: 2 } };
    expect(planOf({ ...back, ...kept }).steps).toEqual([
      { kind: 'delete', role: 'raise' },
      { kind: 'delete', role: 'restore' },
      { kind: 'forget' },
    ]);
    expect(planOf({ ...IDLE, ...NOTHING_WANTED })).toEqual({ code: 'NOTHING_VALID', steps: [] });
  });
});

describe('a raise that has not run yet', () => {
  it('is withdrawn, while its restore stays in case it runs all the same', () => {
    expect(planOf({ ...WAITING, ...NOTHING_WANTED })).toEqual({
      code: 'WITHDRAWN',
      steps: [{ kind: 'delete', role: 'raise' }],
    });
  });

  it('is not forgotten where its restore is missing', () => {
    const { steps } = planOf({ ...WAITING, ...NOTHING_WANTED, restore: undefined });
    // Two minutes after the raise, which is due at 10:01:01.
    const after = at('2026-03-02T10:03:01Z');
    expect(steps).toEqual([
      { kind: 'put', role: 'restore', at: after, minimum: 2 },
      { kind: 'delete', role: 'raise' },
    ]);
  });
});

describe('the operator', () => {
  it('who changes the minimum of a raised target is right: it goes back to the new one', () => {
    const changed = { ...RAISED, bounds: { minimum: 3, maximum: 10 } };
    expect(planOf(changed).steps).toEqual([
      { kind: 'remember', memory: { original: 3, raisedTo: [6] } },
      { kind: 'put', role: 'restore', at: UNTIL, minimum: 3 },
      { kind: 'put', role: 'raise', at: SOON, minimum: 6 },
    ]);
  });

  it('who sets more than is wanted gets the old restore out of the way', () => {
    const changed = { ...RAISED, bounds: { minimum: 9, maximum: 10 } };
    expect(planOf(changed)).toEqual({
      code: 'CLEANED_UP',
      steps: [{ kind: 'delete', role: 'restore' }, { kind: 'forget' }],
    });
  });

  it('is not undone by a raise and a restore that both still wait', () => {
    const changed = { ...WAITING, bounds: { minimum: 9, maximum: 10 } };
    expect(planOf(changed).steps).toEqual([
      { kind: 'remember', memory: { original: 9, raisedTo: [6] } },
      { kind: 'put', role: 'restore', at: UNTIL, minimum: 9 },
      { kind: 'delete', role: 'raise' },
    ]);
  });
});

describe('a stop', () => {
  const stopped = { isStopped: true };

  it('takes back what is raised, withdraws what waits, and then cleans up', () => {
    expect(planOf({ ...RAISED, ...stopped })).toEqual({
      code: 'RESTORE_NOW',
      steps: [{ kind: 'put', role: 'restore', at: SOON, minimum: 2 }],
    });
    expect(planOf({ ...WAITING, ...stopped }).steps).toEqual([{ kind: 'delete', role: 'raise' }]);
    const back = { ...RAISED, ...stopped, bounds: { minimum: 2, maximum: 10 } };
    expect(planOf(back).steps).toEqual([{ kind: 'delete', role: 'restore' }, { kind: 'forget' }]);
  });

  it('never deletes the restore of a target that is still raised', () => {
    const { steps } = planOf({ ...RAISED, ...stopped });
    expect(steps).not.toContainEqual({ kind: 'delete', role: 'restore' });
  });

  it('does nothing about a target that nothing was done to', () => {
    expect(planOf({ ...IDLE, ...stopped })).toEqual({ code: 'STOPPED', steps: [] });
  });
});

describe('a lost memory', () => {
  it('is read from the restore that waits', () => {
    const lost = { ...RAISED, memory: undefined };
    expect(planOf(lost).steps).toEqual([{ kind: 'remember', memory: MEMORY }]);
    expect(planOf({ ...lost, ...NOTHING_WANTED })).toEqual({ code: 'RESTORE_DUE', steps: [] });
    expect(planOf({ ...lost, isStopped: true }).steps).toEqual([
      { kind: 'put', role: 'restore', at: SOON, minimum: 2 },
    ]);
  });

  it('is not taken from one that has run, or would raise', () => {
    const past = { at: at('2026-03-02T09:00:00Z'), minimum: 2 };
    const higher = { at: UNTIL, minimum: 8 };
    for (const restore of [past, higher]) {
      const plan = planOf({ ...RAISED, ...NOTHING_WANTED, memory: undefined, restore });
      expect(plan.steps).toEqual([{ kind: 'delete', role: 'restore' }]);
    }
  });
});

describe('several targets', () => {
  it('are raised up to sixty at a time; those that are keep their place', () => {
    const idle = Array.from({ length: MAX_RAISED_TARGETS }, () => IDLE);
    const codes = planTargets([...idle, RAISED], LATER).map(({ because }) => because.code);
    // One is raised already, so 59 of the sixty others may be.
    expect(codes.filter((code) => code === 'RAISE')).toHaveLength(59);
    expect(codes[59]).toBe('TOO_MANY_RAISES');
    expect(codes[60]).toBe('RAISED');
  });

  it('that are not registered are left alone', () => {
    expect(planOf({ ...IDLE, bounds: undefined })).toEqual({
      code: 'TARGET_NOT_REGISTERED',
      steps: [],
    });
    expect(planOf({ ...RAISED, bounds: undefined }).steps).toEqual([{ kind: 'forget' }]);
  });
});
