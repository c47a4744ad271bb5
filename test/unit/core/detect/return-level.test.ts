import { describe, expect, it } from '@jest/globals';
import { BLOCK, fitExtremes, returnLevel } from '#core/detect/return-level.ts';
import { type Random, seededRandom } from '#core/math/random.ts';
import { durationMs, HOUR } from '#core/time.ts';

const { NaN: GAP } = Number;
const TRUTH = { location: 3, scale: 0.5 };
const BLOCKS = 4_000;

/** Block maxima of that distribution: Gumbel's quantiles of uniform numbers. */
function maxima(random: Random, count: number): Float64Array {
  const { location, scale } = TRUTH;
  return Float64Array.from(
    { length: count },
    () => location - scale * Math.log(-Math.log(random())),
  );
}

const fitted = (values: ArrayLike<number>, step = BLOCK) =>
  fitExtremes(Float64Array.from(values), step) ?? { location: GAP, scale: GAP };

describe('fitExtremes', () => {
  const random = seededRandom(1, 'extremes');
  const drawn = maxima(random, BLOCKS);

  it('finds the parameters that made the data', () => {
    // An order statistic at p has the standard error √(p (1 − p) / n) / f, f = −p ln p / scale for
    // Gumbel's distribution: 0.020 and 0.029 scales at 0.2 and 0.7 of 4,000, correlated. That makes
    // 0.019 scales for the scale and 0.021 for the location; three of these.
    const { location, scale } = fitted(drawn);
    expect(Math.abs(scale / TRUTH.scale - 1)).toBeLessThan(0.058);
    expect(Math.abs(location - TRUTH.location) / TRUTH.scale).toBeLessThan(0.063);
  });

  it('looks at the greatest value of each block alone', () => {
    const hourly = Array.from(drawn, (value, i) =>
      [GAP, value - 9, value, value - 1, GAP, value - 2].map((_, k, all) => all[(k + i) % 6]!),
    ).flat();
    expect(fitted(hourly, HOUR)).toEqual(fitted(drawn));
  });

  it('passes over blocks without a value, and over one that has not ended', () => {
    const gappy = Array.from(drawn.subarray(0, 20), (value) => [value, GAP]).flat();
    expect(fitted(gappy)).toEqual(fitted(drawn.subarray(0, 20)));
    const halves = Array.from(drawn.subarray(0, 20), (value) => [value, value]).flat();
    expect(fitted([...halves, 1e6], durationMs(BLOCK / 2))).toEqual(fitted(drawn.subarray(0, 20)));
  });

  it('does not see how large the largest quarter is: it may be incidents', () => {
    const limit = drawn.slice().sort()[3_000]!;
    expect(fitted(drawn.map((value) => (value > limit ? 1e9 : value)))).toEqual(fitted(drawn));
  });

  it('takes no distribution to be narrower than 0.15', () => {
    // Gumbel's reduced quantiles at 0.2 and 0.7 are −ln(−ln p) = −0.47588 and 1.03093.
    const { location, scale } = fitted(new Array(12).fill(5));
    expect(scale).toBe(0.15);
    expect(location).toBeCloseTo(5 - (0.15 * (1.03093 - 0.47588)) / 2, 5);
  });

  it('needs twelve blocks that hold a value', () => {
    expect(fitExtremes(drawn.subarray(0, 12), BLOCK)).toBeDefined();
    expect(fitExtremes(drawn.subarray(0, 11), BLOCK)).toBeUndefined();
    expect(fitExtremes(new Float64Array(100).fill(GAP), BLOCK)).toBeUndefined();
    expect(fitExtremes(new Float64Array(0), BLOCK)).toBeUndefined();
  });

  it('takes a step that is longer than a block for a block', () => {
    expect(fitted(drawn.subarray(0, 50), durationMs(4 * BLOCK))).toEqual(
      fitted(drawn.subarray(0, 50)),
    );
  });

  it('gives a level that is reached once in a period', () => {
    // Once in 10 blocks in 4,000 others: 400, whose standard error is 19; that of the level, 0.043
    // scales, makes 17 more or less. Three of both together are 77.
    const level = returnLevel(fitted(drawn), durationMs(10 * BLOCK));
    const reached = maxima(random, BLOCKS).filter((value) => value >= level).length;
    expect(Math.abs(reached - 400)).toBeLessThan(77);
  });
});

describe('returnLevel', () => {
  it('is the quantile of the share of blocks that stay below', () => {
    // Nine of ten: −ln(−ln 0.9) = 2.25037.
    expect(returnLevel({ location: 1, scale: 2 }, durationMs(10 * BLOCK))).toBeCloseTo(
      1 + 2 * 2.25037,
      4,
    );
    expect(returnLevel(TRUTH, durationMs(30 * BLOCK))).toBeGreaterThan(
      returnLevel(TRUTH, durationMs(10 * BLOCK)),
    );
  });
});
