import { describe, expect, it } from '@jest/globals';
import {
  carryForward,
  type Feature,
  type FeatureSource,
  featureAt,
  isLevel,
  lookback,
  writeInputs,
} from '#core/forecast/lstm-features.ts';
import { HOUR } from '#core/time.ts';

/** Saturday 2024-01-06 06:00 UTC. */
const SATURDAY_MORNING = Date.UTC(2024, 0, 6, 6);

const source: FeatureSource = {
  values: Float64Array.of(4, 1, 9, 6),
  covariates: new Map([['memory', Float64Array.of(10, 20, 30, 40)]]),
  start: SATURDAY_MORNING,
  step: HOUR,
};
const at = (feature: Feature, i: number) => featureAt(feature, source, i);

describe('features', () => {
  it('are of the values up to their step', () => {
    expect(at({ of: 'value' }, 2)).toBe(9);
    expect(at({ of: 'change' }, 2)).toBe(8);
    expect(at({ of: 'change' }, 0)).toBe(0);
    expect(at({ of: 'lag', steps: 2 }, 3)).toBe(1);
    expect(at({ of: 'lag', steps: 9 }, 3)).toBe(4);
    expect(at({ of: 'covariate', name: 'memory' }, 1)).toBe(20);
  });

  it('of several values count the step itself, and fewer at the beginning', () => {
    // At step 2 the last two values are 1 and 9, the last three 4, 1 and 9.
    expect(at({ of: 'mean', steps: 2 }, 2)).toBe(5);
    expect(at({ of: 'deviation', steps: 2 }, 2)).toBe(4);
    expect(at({ of: 'minimum', steps: 3 }, 2)).toBe(1);
    expect(at({ of: 'maximum', steps: 3 }, 1)).toBe(4);
    expect(at({ of: 'mean', steps: 60 }, 0)).toBe(4);
    expect(at({ of: 'deviation', steps: 60 }, 0)).toBe(0);
  });

  it('of the calendar are in UTC', () => {
    // 06:00 is a quarter of the day; Saturday 06:00 is 5.25 days after Monday 00:00.
    expect(at({ of: 'day-sine' }, 0)).toBeCloseTo(1, 12);
    expect(at({ of: 'day-cosine' }, 0)).toBeCloseTo(0, 12);
    expect(at({ of: 'week-sine' }, 0)).toBeCloseTo(Math.sin((2 * Math.PI * 5.25) / 7), 12);
    expect(at({ of: 'week-cosine' }, 0)).toBeCloseTo(Math.cos((2 * Math.PI * 5.25) / 7), 12);
  });

  it.each([
    ['Friday 23:00', Date.UTC(2024, 0, 5, 23), 0],
    ['Saturday 00:00', Date.UTC(2024, 0, 6, 0), 1],
    ['Sunday 23:00', Date.UTC(2024, 0, 7, 23), 1],
    ['Monday 00:00', Date.UTC(2024, 0, 8, 0), 0],
  ])('know that %s is or is not at the weekend', (_, start, expected) => {
    expect(featureAt({ of: 'weekend' }, { ...source, start }, 0)).toBe(expected);
  });

  it('tell how far they reach back', () => {
    expect(lookback([{ of: 'value' }])).toBe(0);
    expect(lookback([{ of: 'change' }, { of: 'mean', steps: 24 }, { of: 'lag', steps: 7 }])).toBe(
      24,
    );
  });

  it('are written scaled, levels without the anchor', () => {
    const features: Feature[] = [{ of: 'value' }, { of: 'change' }];
    expect(features.map(isLevel)).toEqual([true, false]);
    const out = new Float32Array(3);
    // (9 - 5 - 2) / 4 = 0.5 and (8 - 4) / 16 = 0.25
    writeInputs(features, { shift: [2, 4], scale: [4, 16] }, source, 2, 5, out, 1);
    expect([...out]).toEqual([0, 0.5, 0.25]);
  });
});

describe('gaps', () => {
  it('are filled with the value before them', () => {
    const { NaN: gap } = Number;
    expect([...carryForward(Float64Array.of(gap, 3, gap, gap, 5), 7)]).toEqual([7, 3, 3, 3, 5]);
  });
});
