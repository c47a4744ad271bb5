import { describe, expect, it } from '@jest/globals';
import { type ProfileArParameters, profileAr } from '#core/forecast/profile-ar.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

/** The forecast with every residual taken as it is, unless told otherwise. */
async function pointsOf(
  parameters: ProfileArParameters,
  values: readonly number[],
  horizon: number,
): Promise<number[]> {
  const fitted = await profileAr({ smoothing: 1, ...parameters }).fit(historyOf(values));
  return [...fitted.predict({ horizon }).point];
}

describe('profile-ar', () => {
  it('shifts the weighted profile by the decaying residual', async () => {
    // Days of two steps, newest first weights 1, 0.5: profile slot 0 = (5 + 0.5·2) / 1.5 = 4,
    // slot 1 = (9 + 0.5·3) / 1.5 = 7. The last value 9 has one day before it in the window of two
    // (slot 1 = 3): residual 6, so 4 + 0.5·6 = 7, 7 + 0.25·6 = 8.5, 4 + 0.125·6 = 4.75.
    const parameters = { seasonLength: 2, days: 2, decay: 0.5, persistence: 0.5 };
    expect(await pointsOf(parameters, [2, 3, 5, 9], 3)).toEqual([7, 8.5, 4.75]);
  });

  it('smooths the residuals from nothing on', async () => {
    // As above; the residuals 5 - 2 = 3 and 9 - 3 = 6 make 0 + 0.5·3 = 1.5, then 1.5 + 0.5·4.5 = 3.75.
    // Slot 0: 4 + 0.5·3.75 = 5.875.
    const parameters = { seasonLength: 2, days: 2, decay: 0.5, persistence: 0.5, smoothing: 0.5 };
    expect(await pointsOf(parameters, [2, 3, 5, 9], 1)).toEqual([5.875]);
  });

  it('forgets days beyond its window', async () => {
    const parameters = { seasonLength: 2, days: 1, decay: 1, persistence: 0 };
    expect(await pointsOf(parameters, [100, 100, 2, 3], 2)).toEqual([2, 3]);
  });

  it('lets the residual die out over missing values', async () => {
    // Days of two steps: 1 1 | 1 3 | and one missing. The residual of 3 is 3 - 1 = 2, after the gap 1.
    // Slot 1 is next: (3 + 1) / 2 + 0.5 · 1 = 2.5; slot 0: 1 + 0.25.
    const parameters = { seasonLength: 2, days: 2, decay: 1, persistence: 0.5 };
    expect(await pointsOf(parameters, [1, 1, 1, 3, GAP], 2)).toEqual([2.5, 1.25]);
  });

  it('takes the mean of all for a slot that no day has', async () => {
    // Slot 1 is never seen; kept are 2 and 4 in slot 0, mean 3. Residual of 4: 4 - 2 = 2, gone.
    const parameters = { seasonLength: 2, days: 2, decay: 1, persistence: 0 };
    expect(await pointsOf(parameters, [2, GAP, 4, GAP], 2)).toEqual([3, 3]);
  });

  it('takes that mean of the days it keeps alone', async () => {
    // One day of two steps is kept: 4 and a gap, mean 4.
    const parameters = { seasonLength: 2, days: 1, decay: 1, persistence: 0 };
    expect(await pointsOf(parameters, [1, 100, 4, GAP], 2)).toEqual([4, 4]);
  });

  it('takes no residual from a value after days that are empty', async () => {
    // Slots 0 1 | 0 1 | 0 1: before 9 lies a day of gaps, so 9 itself is all there is to compare with,
    // residual 0. Kept are a gap and 9: slot 0 takes the mean of it, slot 1 is 9.
    const parameters = { seasonLength: 2, days: 1, decay: 1, persistence: 0.5 };
    expect(await pointsOf(parameters, [4, 4, GAP, GAP, GAP, 9], 2)).toEqual([9, 9]);
  });

  it('stays at the last value when an outage outlasts the profile', async () => {
    const parameters = { seasonLength: 2, days: 1, decay: 1, persistence: 0 };
    expect(await pointsOf(parameters, [2, 6, GAP, GAP], 2)).toEqual([6, 6]);
  });

  it('learns from noise around a level that moves to smooth, from a moving level not to', async () => {
    const { smoothing: ofNoise } = await learnedFrom({ noise: 3, persistence: 0.98 });
    const { smoothing: ofLevel } = await learnedFrom({ noise: 0, persistence: 0.98 });
    expect(ofNoise).toBeLessThanOrEqual(0.3);
    expect(ofLevel).toBe(1);
  });

  it.each([0.5, 0.9, 0.98])('finds a persistence of %p again', async (persistence) => {
    const { persistence: learned } = await learnedFrom({ noise: 0, persistence });
    // The standard error of an autocorrelation φ is √((1 - φ²) / n), n = 1152 here: .026 .013 .006. The
    // profile of five noisy days adds its own error, hence four of them.
    const standardError = Math.sqrt((1 - persistence ** 2) / (LEARNED_DAYS * DAY_LENGTH));
    expect(Math.abs(learned - persistence)).toBeLessThan(4 * standardError);
  });

  it('follows the first move after days that repeat exactly', async () => {
    const day = [1, 2, 3, 4];
    const fitted = await profileAr({ seasonLength: 4 }).fit(historyOf([...day, ...day, ...day]));
    expect(fitted.toState()).toMatchObject({ smoothing: 1, residual: 0 });
    // The residual is 10 - 1 = 9 and lasts for 100 seasons, exp(-1 / 400) a step; the mean of the slot
    // is not asked, since slot 1 is next: 2 + 9 · 0.9975 = 10.978.
    const moved = fitted.update(historyOf([10], { from: 12 }));
    expect(moved.predict({ horizon: 1 }).point[0]).toBeCloseTo(2 + 9 * Math.exp(-1 / 400), 10);
  });

  it('keeps what it has learned under updates', async () => {
    const values = autoregression({ noise: 1, persistence: 0.9 });
    const fitted = await profileAr({ seasonLength: DAY_LENGTH }).fit(historyOf(values));
    const { smoothing, persistence } = fitted.toState();
    const next = historyOf([1e3, -1e3, 1e3], { from: values.length });
    expect(fitted.update(next).toState()).toMatchObject({ smoothing, persistence });
  });

  it('asks its checkpoint while it learns', async () => {
    const stop = new Error('out of time');
    const checkpoint = () => {
      throw stop;
    };
    const fit = profileAr({ seasonLength: 2 }).fit(historyOf([1, 2, 3, 5, 4, 4]), { checkpoint });
    await expect(fit).rejects.toBe(stop);
  });

  it('refuses parameters out of range', () => {
    expect(() => profileAr({ seasonLength: 0 })).toThrow(RangeError);
    expect(() => profileAr({ seasonLength: 2, days: 0 })).toThrow(RangeError);
    expect(() => profileAr({ seasonLength: 2, decay: 1.1 })).toThrow(RangeError);
    expect(() => profileAr({ seasonLength: 2, smoothing: 1.1 })).toThrow(RangeError);
    expect(() => profileAr({ seasonLength: 2, persistence: -0.1 })).toThrow(RangeError);
  });
});

const DAY_LENGTH = 24;
const LEARNED_DAYS = 48;

async function learnedFrom(process: { noise: number; persistence: number }) {
  const values = autoregression(process);
  return (await profileAr({ seasonLength: DAY_LENGTH }).fit(historyOf(values))).toState();
}

/** A level that returns to 0 by the persistence, moved by unit noise, seen through more noise. */
function autoregression({ noise, persistence }: { noise: number; persistence: number }): number[] {
  const random = seededRandom(7, `autoregression ${persistence}`);
  let level = 0;
  return Array.from({ length: LEARNED_DAYS * DAY_LENGTH }, () => {
    level = persistence * level + normal(random);
    return level + noise * normal(random);
  });
}
