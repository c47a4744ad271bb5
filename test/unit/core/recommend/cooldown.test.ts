import { describe, expect, it } from '@jest/globals';
import { isCooldownActive } from '#core/recommend/cooldown.ts';
import { decide } from '#core/recommend/decide.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, MINUTE } from '#core/time.ts';
import { DECIDED_AT, decideInput, flatForecast, measuredUse } from '#test/helpers/scaling.ts';

const QUIET = { measured: measuredUse(0.1, 10), forecast: flatForecast([0.5, 1, 1.5, 2]) };
const BUSY = { forecast: flatForecast([4, 7, 9, 9.5]) };
const minutesAgo = (minutes: number) => addMs(DECIDED_AT, MINUTE, -minutes);

describe('a cooldown', () => {
  it('is not started by no_action: the seeds missed an overload after any quiet call', () => {
    const { decision, state } = decide(decideInput());
    expect(decision).toMatchObject({ action: 'no_action' });
    expect(state).toBeUndefined();
    const next = decide(decideInput({ measured: measuredUse(0.99, 10), state }));
    expect(next.decision).toMatchObject({ action: 'scale_out', target: 15 });
  });

  it('is not started by hold', () => {
    expect(decide(decideInput({ measured: undefined })).state).toBeUndefined();
  });

  it('starts with a changed action, and not again while the same one stands', () => {
    const first = decide(decideInput(BUSY));
    expect(first.state).toEqual({
      action: 'scale_out',
      target: 13,
      at: DECIDED_AT,
      standing: true,
    });
    const later = addMs(DECIDED_AT, MINUTE, 3);
    const again = decide(decideInput({ ...BUSY, state: first.state, now: later }));
    expect(again.decision).toMatchObject({ action: 'scale_out', target: 13 });
    expect(again.state).toBe(first.state);
  });

  it('of a scale-out keeps a forecast from raising its target, and ends', () => {
    const state = { action: 'scale_out', target: 13, at: minutesAgo(4), standing: true } as const;
    const more = { forecast: flatForecast([4, 9, 12, 13]), state };
    // 12 / 0.7 = 17.14 → 18, within the step of 20.
    expect(decide(decideInput(more)).decision).toMatchObject({ target: 13 });
    const ended = { ...more, state: { ...state, at: minutesAgo(5) } };
    expect(decide(decideInput(ended)).decision).toMatchObject({ target: 18 });
  });

  it('of a scale-in does not keep a scale-out back', () => {
    const state = { action: 'scale_in', target: 10, at: minutesAgo(1), standing: true } as const;
    expect(decide(decideInput({ ...BUSY, state })).decision).toMatchObject({ target: 13 });
  });

  it('of any change keeps further replicas from going, and ends', () => {
    const states = [
      { action: 'scale_in', target: 10, at: minutesAgo(4), standing: true },
      { action: 'scale_out', target: 10, at: minutesAgo(4), standing: false },
    ] as const;
    for (const state of states) {
      const { decision } = decide(decideInput({ ...QUIET, state }));
      expect(decision).toMatchObject({ action: 'no_action', target: 10 });
      expect(decision.because.map(({ code }) => code)).toContain('COOLDOWN_ACTIVE');
      const ended = { ...state, at: minutesAgo(5) };
      expect(decide(decideInput({ ...QUIET, state: ended })).decision).toMatchObject({ target: 8 });
    }
  });

  it('lets a scale-in that nobody has carried out yet stand', () => {
    const state = { action: 'scale_in', target: 8, at: minutesAgo(2), standing: true } as const;
    const again = decide(decideInput({ ...QUIET, state }));
    expect(again.decision).toMatchObject({ action: 'scale_in', target: 8 });
    expect(again.state).toBe(state);
  });

  it('is told apart from none', () => {
    const state = { action: 'scale_in', target: 8, at: minutesAgo(2), standing: false } as const;
    expect(isCooldownActive(state, DEFAULT_POLICY, DECIDED_AT)).toBe(true);
    expect(isCooldownActive(state, DEFAULT_POLICY, addMs(DECIDED_AT, MINUTE, 3))).toBe(false);
    expect(isCooldownActive(undefined, DEFAULT_POLICY, DECIDED_AT)).toBe(false);
    // Written by a clock that is hours ahead: it must not last until then.
    expect(isCooldownActive({ ...state, at: minutesAgo(-90) }, DEFAULT_POLICY, DECIDED_AT)).toBe(
      false,
    );
  });
});
