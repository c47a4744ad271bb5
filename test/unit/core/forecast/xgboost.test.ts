import { describe, expect, it } from '@jest/globals';
import { isDomainError } from '#core/errors.ts';
import type { ModelState } from '#core/forecast/forecaster.ts';
import {
  restoreXgboost,
  restoreXgboostPool,
  type XgboostPoolState,
  type XgboostState,
} from '#core/forecast/xgboost.ts';
import { durationMs } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { historyOf } from '#test/helpers/series-of.ts';
import { poolOfOneTree } from '#test/helpers/stand-in-pool.ts';

const poolState = (move: number, horizon: number) =>
  poolOfOneTree(move, { horizon, trainedUntil: 1_000 });

/** 0, 2, 0, 2 … ends at 2: every move over an odd lead is 2, over an even one 0. */
const ZIGZAG = Array.from({ length: 40 }, (_, i) => (i % 2) * 2);

describe('a conditioned forecast', () => {
  const points = (state: XgboostPoolState, values: readonly number[], horizon: number) =>
    restoreXgboostPool(state).condition(historyOf(values)).predict({ horizon }).point;

  it('is the last value and as many scales as the trees answer', () => {
    // Scale: the mean move over the lead (2, 0, 2) plus a tenth of the one-step one (0.2).
    const [first, second, third] = points(poolState(3, 288), ZIGZAG, 3);
    expect(first).toBeCloseTo(2 + 3 * 2.2, 5);
    expect(second).toBeCloseTo(2 + 3 * 0.2, 5);
    expect(third).toBeCloseTo(2 + 3 * 2.2, 5);
  });

  it('stays at the last value of a constant', () => {
    const constant = ZIGZAG.map(() => 7);
    expect([...points(poolState(3, 288), constant, 3)]).toEqual([7, 7, 7]);
  });

  it('starts from the last value that is present, and counts the steps from there', () => {
    const state = poolState(3, 288);
    const gone = [...ZIGZAG, Number.NaN];
    expect([...points(state, gone, 2)]).toEqual([...points(state, ZIGZAG, 3)].slice(1));
  });

  it('stays at the last value when the outage is longer than the window', () => {
    // The window of hourly features is five weeks, 840 steps.
    const gone = [...ZIGZAG, ...Array.from({ length: 840 }, () => Number.NaN)];
    expect([...points(poolState(3, 288), gone, 2)]).toEqual([2, 2]);
  });

  it('repeats the last day inside the horizon of the pool', () => {
    // The scale grows with the lead on a line, so that each lead has a forecast of its own.
    const line = Array.from({ length: 120 }, (_, i) => i);
    const path = points(poolState(3, 30), line, 100);
    expect(new Set(path).size).toBe(30);
    expect([...path.slice(30, 54)]).toEqual([...path.slice(6, 30)]);
    expect([...path.slice(54, 78)]).toEqual([...path.slice(6, 30)]);
  });

  it('stays where the horizon ended without a day', () => {
    const history = historyOf(ZIGZAG, { step: durationMs(7_000) });
    const path = restoreXgboostPool(poolState(3, 5)).condition(history).predict({ horizon: 9 });
    expect([...path.point.slice(5)]).toEqual(Array.from({ length: 4 }, () => path.point[4]));
  });

  it('keeps a state below 60 kB on a five-minute grid', () => {
    const values = Array.from({ length: 4_000 }, (_, i) => 1000 + 100 * Math.sin(i));
    const history = historyOf(values, { step: durationMs(300_000) });
    const state = restoreXgboostPool(poolState(1, 288)).condition(history).toState();
    expect(JSON.stringify(state).length).toBeLessThan(60_000);
  });
});

describe('the state of a member', () => {
  const pool = poolState(3, 288);
  const member = restoreXgboostPool(pool).condition(historyOf(ZIGZAG));
  const state = member.toState() as XgboostState;

  it('names its pool and comes back with it', () => {
    expect(state.pool).toBe(pool.id);
    const restored = restoreXgboost(state, (id) => (id === pool.id ? pool : undefined));
    expect(restored.predict({ horizon: 5 })).toEqual(member.predict({ horizon: 5 }));
  });

  it('is refused without its pool, which the error names', () => {
    try {
      restoreXgboost(state, () => undefined);
    } catch (error) {
      if (!isDomainError(error, 'STATE_INCOMPATIBLE')) throw error;
      expect(error.message).toContain(pool.id);
      expect(error.details).toMatchObject({ pool: pool.id });
      return;
    }
    throw new Error('it was not refused');
  });

  it.each<[string, ModelState]>([
    ['something else', { kind: 'naive', version: 1 }],
    ['a pool of another id', { ...pool, id: 'cd'.repeat(32) } as ModelState],
    ['a pool of another version', { ...pool, version: 2 }],
    ['a pool of other features', { ...pool, features: ['lead'] } as ModelState],
    [
      'a pool of other trees',
      { ...pool, trees: { ...pool.trees, columns: 3, gains: [0, 0, 0] } } as ModelState,
    ],
  ])('is refused with %s', (_, found) => {
    expect(codeOf(() => restoreXgboost(state, () => found))).toBe('STATE_INCOMPATIBLE');
  });
});
