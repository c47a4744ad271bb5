import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_INCIDENT_POLICY,
  type IncidentPolicy,
  isExceptional,
  isNotable,
} from '#core/detect/incident-policy.ts';

const { NaN: GAP } = Number;
const POLICY = DEFAULT_INCIDENT_POLICY;

function notable(
  value: number,
  { expected = 100, tolerance = 20, policy = POLICY, metric = 'cpu' } = {},
): boolean {
  return isNotable(metric, { value, expected, tolerance }, policy);
}

describe('the minimum effect', () => {
  it('is 10 % of what was expected, or three median absolute deviations', () => {
    expect([109.9, 110, 90, 90.1].map((value) => notable(value))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(notable(105, { tolerance: 5 })).toBe(true);
    expect(notable(105, { tolerance: 5.1 })).toBe(false);
    // However small the noise is, 2 %.
    expect(notable(102, { tolerance: 0.1 })).toBe(true);
    expect(notable(101.9, { tolerance: 0.1 })).toBe(false);
    // 10 % of −100 is 10, too.
    expect(notable(-110, { expected: -100 })).toBe(true);
    expect(notable(105, { tolerance: GAP })).toBe(false);
  });

  it('refuses nothing where nothing was expected, or 0', () => {
    expect(notable(1, { expected: GAP, tolerance: GAP })).toBe(true);
    expect(notable(0.001, { expected: 0 })).toBe(true);
  });

  it('can be set for all metrics and for one', () => {
    const policy: IncidentPolicy = {
      ...POLICY,
      minimumEffect: 0.5,
      metrics: { cpu: { minimumEffect: 0.02 } },
    };
    expect(notable(105, { policy })).toBe(true);
    expect(notable(119, { policy, metric: 'memory' })).toBe(false);
    expect(notable(150, { policy, metric: 'memory', tolerance: 60 })).toBe(true);
    // A name that every object knows has no policy of its own.
    expect(notable(119, { policy, metric: 'constructor' })).toBe(false);
  });
});

describe('the direction', () => {
  it('refuses the other side', () => {
    const only = (direction: 'up' | 'down'): IncidentPolicy => ({
      ...POLICY,
      metrics: { cpu: { direction } },
    });
    expect([50, 150].map((value) => notable(value, { policy: only('up') }))).toEqual([false, true]);
    expect([50, 150].map((value) => notable(value, { policy: only('down') }))).toEqual([
      true,
      false,
    ]);
    expect(notable(50, { policy: only('up'), expected: GAP })).toBe(true);
  });
});

it('a point counts from the threshold on', () => {
  const point = { value: 200, detector: 'a', expected: 100, tolerance: 1, usual: 1 };
  expect([2.49, 2.5].map((score) => isExceptional('cpu', { ...point, score }, POLICY))).toEqual([
    false,
    true,
  ]);
  expect(isExceptional('cpu', { ...point, value: 100.5, score: 9 }, POLICY)).toBe(false);
});

it('takes 3 of 5 points at medium, or one at high', () => {
  expect(POLICY).toMatchObject({ threshold: 2.5, alone: 3, window: 5, needed: 3 });
});
