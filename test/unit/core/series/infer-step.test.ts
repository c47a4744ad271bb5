import { describe, expect, it } from '@jest/globals';
import { finestStep, typicalStep } from '#core/series/infer-step.ts';

describe('typicalStep', () => {
  it('is the median distance, whatever the order, repeats and gaps', () => {
    // Distances 300, 300, 3600, 300 s.
    const times = [4_200, 0, 300, 600, 300, 4_500].map((seconds) => seconds * 1_000);
    expect(typicalStep(times)).toBe(300_000);
  });

  it('is in whole seconds, at least one', () => {
    expect(typicalStep([0, 299_700, 599_900])).toBe(300_000);
    expect(typicalStep([0, 20, 40])).toBe(1_000);
  });

  it('needs two times', () => {
    expect(typicalStep([])).toBeUndefined();
    expect(typicalStep([5_000, 5_000])).toBeUndefined();
  });
});

it('finestStep is that of the series with the most values a time, or 5 minutes', () => {
  expect(finestStep([[0, 60_000], [0, 300_000], [7]])).toBe(60_000);
  expect(finestStep([[7], []])).toBe(300_000);
});
