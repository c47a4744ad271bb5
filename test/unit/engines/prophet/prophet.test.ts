import { describe, expect, it } from '@jest/globals';
import { PROPHET_PRESETS, type ProphetParameters } from '#core/forecast/prophet-presets.ts';
import { DAY, DEFAULT_STEP, type DurationMs, HOUR } from '#core/time.ts';
import { changepointsOf, scalingOf } from '#engines/prophet/map-problem.ts';
import { prophet } from '#engines/prophet/prophet.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const wave = (length: number) =>
  Float64Array.from({ length }, (_, i) => 50 + 10 * Math.sin((2 * Math.PI * i) / 24) + (i % 7));

const stateOf = async (
  parameters: ProphetParameters,
  values: ArrayLike<number>,
  step: DurationMs = HOUR,
) => (await prophet(parameters).fit(historyOf(values, { step }))).toState();

const seasonsOf = async (parameters: ProphetParameters, length: number, step: DurationMs = HOUR) =>
  (await stateOf(parameters, wave(length), step)).seasons.map(({ name }) => name);

describe('seasons', () => {
  it('are used after two full cycles', async () => {
    expect(await seasonsOf({}, 47)).toEqual([]);
    expect(await seasonsOf({}, 48)).toEqual(['daily']);
    expect(await seasonsOf({}, 335)).toEqual(['daily']);
    expect(await seasonsOf({}, 336)).toEqual(['weekly', 'daily']);
  });

  it('need a grid finer than their period', async () => {
    expect(await seasonsOf({}, 731, DAY)).toEqual(['yearly', 'weekly']);
    expect(await seasonsOf({}, 730, DAY)).toEqual(['weekly']);
  });

  it('are used or left out as they are told', async () => {
    const wanted = { dailySeasonality: false, weeklySeasonality: true, yearlySeasonality: true };
    expect(await seasonsOf(wanted, 48)).toEqual(['yearly', 'weekly']);
  });

  it('have the orders of Prophet', async () => {
    const all = { dailySeasonality: true, weeklySeasonality: true, yearlySeasonality: true };
    const { seasons } = await stateOf(all, wave(60));
    expect(seasons.map(({ harmonics }) => harmonics.length)).toEqual([10, 3, 4]);
  });
});

describe('prophet', () => {
  it('forecasts a constant as itself', async () => {
    for (const seasonalityMode of ['additive', 'multiplicative'] as const) {
      const fitted = await prophet({ seasonalityMode }).fit(
        historyOf(new Float64Array(60).fill(5)),
      );
      for (const value of fitted.predict({ horizon: 40 }).point) expect(value).toBeCloseTo(5, 5);
    }
  });

  it('forecasts nothing but zeros as zeros', async () => {
    for (const seasonalityMode of ['additive', 'multiplicative'] as const) {
      const fitted = await prophet({ seasonalityMode }).fit(historyOf(new Float64Array(60)));
      expect(fitted.predict({ horizon: 3 }).point).toEqual(new Float64Array(3));
    }
  });

  it('begins at the last value on an hourly grid, half way to it on one of five minutes', async () => {
    const values = new Float64Array(60).fill(5);
    values[59] = 9;
    // Half-life five minutes: of the old level 2^-12 and 1/2 are left.
    const hourly = (await stateOf({}, values)).anchor;
    expect(hourly?.level).toBeCloseTo(9 - 4 / 4096, 12);
    expect(hourly?.persistence).toBeCloseTo(0.99 ** 12, 12);
    const fine = (await stateOf({ anchorDecay: 0.98 }, values, DEFAULT_STEP)).anchor;
    expect(fine).toMatchObject({ level: 7, age: 0, memory: 0.5, persistence: 0.98 });
    expect((await stateOf({ reanchor: false }, values)).anchor).toBeNull();
  });

  it.each<ProphetParameters>([
    { changepointPriorScale: 0 },
    { seasonalityPriorScale: Number.NaN },
    { nChangepoints: 2.5 },
    { nChangepoints: -1 },
    { changepointRange: 1.1 },
    { anchorDecay: -0.1 },
  ])('refuses %p', (parameters) => {
    expect(() => prophet(parameters)).toThrow(RangeError);
  });

  it('does without changepoints', async () => {
    expect((await stateOf({ nChangepoints: 0 }, wave(60))).trend.changepoints).toEqual([]);
  });

  it.each(Object.entries(PROPHET_PRESETS))('fits the preset %s', async (_, { parameters }) => {
    const { mode, seasons } = await stateOf(parameters, wave(120));
    expect(mode).toBe(
      parameters === PROPHET_PRESETS.helios.parameters ? 'multiplicative' : 'additive',
    );
    expect(seasons.map(({ name }) => name)).toEqual(['weekly', 'daily']);
  });
});

describe('changepoints', () => {
  const times = Float64Array.from({ length: 11 }, (_, i) => i / 10);

  it('are spread over the first part of the observations', () => {
    // Of 11 observations 8 are in the range, the last of them number 7: 7/2 = 3.5 rounds to 4.
    expect([...changepointsOf(times, 2, 0.8)]).toEqual([0.4, 0.7]);
    expect([...changepointsOf(times, 7, 0.8)]).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  });

  it('are no more than there are observations for', () => {
    expect(changepointsOf(times, 25, 0.8)).toHaveLength(7);
    expect(changepointsOf(times.slice(0, 2), 25, 0.8)).toHaveLength(0);
    expect(changepointsOf(times, 25, 0)).toHaveLength(0);
  });
});

describe('scaling', () => {
  const points = { times: Float64Array.of(100, 200, 400), values: Float64Array.of(-4, 6, 1) };

  it('is from the least to the largest value, or a share of the largest absolute one', () => {
    const time = { origin: 100, span: 300 };
    expect(scalingOf(points, 'additive')).toEqual({ ...time, floor: -4, scale: 10 });
    expect(scalingOf(points, 'multiplicative')).toEqual({ ...time, floor: 0, scale: 6 });
  });

  it('leaves constants and zeros as they are', () => {
    const zeros = { ...points, values: new Float64Array(3) };
    expect(scalingOf(zeros, 'multiplicative')).toMatchObject({ floor: 0, scale: 1 });
    expect(scalingOf(zeros, 'additive')).toMatchObject({ floor: 0, scale: 1 });
  });
});
