import { describe, expect, it } from '@jest/globals';
import {
  HPA_DEFAULTS,
  type ReactiveSettings,
  reactivePolicy,
} from '#core/replay/reactive-policy.ts';
import { durationMs, MINUTE } from '#core/time.ts';

const STEP = durationMs(5 * MINUTE);

function decisions(
  settings: Partial<ReactiveSettings>,
  measured: readonly number[],
  initial: number,
): readonly number[] {
  const policy = reactivePolicy({ targetUtilization: 0.5, ...HPA_DEFAULTS, ...settings }, STEP);
  let ordered = initial;
  return measured.map((demand, index) => {
    ordered = policy.decide({ index, measured: demand, ready: ordered, ordered });
    return ordered;
  });
}

describe('target tracking', () => {
  it('brings the measured utilisation to the target', () => {
    // 3 units of demand at 50 % need 6; 1.2 need 2.4, so 3.
    const settings = { scaleInStabilization: durationMs(0) };
    expect(decisions(settings, [3, 1.2], 4)).toEqual([6, 3]);
  });

  it('does nothing within the tolerance', () => {
    // 2.2 / 4 is 0.55, ten per cent above 0.5; 2.21 is more.
    expect(decisions({}, [2.2], 4)).toEqual([4]);
    expect(decisions({}, [2.21], 4)).toEqual([5]);
    expect(decisions({ tolerance: 0 }, [2.01], 4)).toEqual([5]);
  });

  it('scales in to the most that was wanted in the stabilisation window', () => {
    // Wishes 8, 4, 2, 2 over a window of 10 minutes, three decisions: the most is 8, 8, 8, 4.
    const settings = { scaleInStabilization: durationMs(10 * MINUTE), tolerance: 0 };
    expect(decisions(settings, [4, 2, 1, 1], 8)).toEqual([8, 8, 8, 4]);
  });

  it('orders nothing while the cooldown of the last order lasts', () => {
    const settings = { scaleOutCooldown: durationMs(10 * MINUTE), tolerance: 0 };
    // Orders in step 0, nothing in step 1, the rest in step 2.
    expect(decisions(settings, [3, 5, 5], 4)).toEqual([6, 6, 10]);
  });

  it('starts from nothing', () => {
    expect(decisions({}, [1], 0)).toEqual([2]);
    expect(decisions({}, [0], 0)).toEqual([0]);
  });

  it('refuses a target that is none', () => {
    const settings = { targetUtilization: 1.1, ...HPA_DEFAULTS };
    expect(() => reactivePolicy(settings, STEP)).toThrow(RangeError);
  });
});
