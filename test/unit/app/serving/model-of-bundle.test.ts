import { describe, expect, it } from '@jest/globals';
import { modelOfBundle, modelsIn } from '#app/serving/model-of-bundle.ts';
import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import { naive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { restoreXgboostPool } from '#core/forecast/xgboost.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { historyOf } from '#test/helpers/series-of.ts';
import { poolOfOneTree } from '#test/helpers/stand-in-pool.ts';

const NO_POOLS = () => undefined;

/** Ends with 30 and a season of two: the last value says 30, 30, the season 20, 30. */
const HISTORY = historyOf([20, 30, 20, 30]);

type Parts = Pick<ModelBundle, 'states' | 'blends'>;

async function bundle(blends: Parts['blends'] = {}): Promise<Parts> {
  const last = (await naive().fit(HISTORY)).toState();
  const season = (await seasonalNaive({ seasonLength: 2 }).fit(HISTORY)).toState();
  return { states: { naive: { ...last }, season: { ...season } }, blends };
}

const forecast = (parts: Parts, name: string) => [
  ...modelOfBundle(parts, name, NO_POOLS).predict({ horizon: 2 }).point,
];

describe('a model of a bundle', () => {
  it('is a member by its name', async () => {
    expect(forecast(await bundle(), 'season')).toEqual([20, 30]);
  });

  it.each<[string, Parts['blends'][string], readonly number[]]>([
    ['median', { kind: 'median', members: ['naive', 'season'] }, [25, 30]],
    [
      'auto',
      {
        kind: 'auto',
        members: ['naive', 'season'],
        rules: [
          { fromStep: 1, toStep: 1, combine: 'naive', weights: [0, 1] },
          { fromStep: 2, toStep: 3, combine: 'median', weights: [0, 0] },
        ],
      },
      [30, 30],
    ],
    [
      'fusion',
      {
        kind: 'fusion',
        members: [
          { name: 'naive', weight: 0.4 },
          { name: 'season', weight: 0.6 },
        ],
        evidence: 0,
        refused: [],
      },
      // 0.4 × 30 + 0.6 × 20.
      [24, 30],
    ],
  ])('is its blend %s', async (name, spec, expected) => {
    const parts = await bundle({ [name]: spec });
    forecast(parts, name).forEach((value, h) => {
      expect(value).toBeCloseTo(expected[h] ?? Number.NaN, 12);
    });
  });

  it('is of the members and the blends, as many as there are', async () => {
    expect(modelsIn(await bundle())).toEqual(['naive', 'season']);
    const median = { kind: 'median' as const, members: ['naive'] };
    expect(modelsIn(await bundle({ median }))).toEqual(['naive', 'season', 'median']);
  });

  it('moves forward with the newest values', async () => {
    const parts = await bundle({ median: { kind: 'median', members: ['naive', 'season'] } });
    const moved = modelOfBundle(parts, 'median', NO_POOLS).update(historyOf([50], { from: 4 }));
    // The last value says 50, the season 30.
    expect([...moved.predict({ horizon: 1 }).point]).toEqual([40]);
  });

  it('finds its pool, and is none without it', async () => {
    const pool = poolOfOneTree(0);
    const zigzag = historyOf(Array.from({ length: 30 }, (_, i) => i % 2));
    const state = restoreXgboostPool(pool).condition(zigzag).toState();
    const parts = { states: { xgboost: { ...state } }, blends: {} };
    const found = modelOfBundle(parts, 'xgboost', (id) => (id === pool.id ? pool : undefined));
    expect([...found.predict({ horizon: 1 }).point]).toEqual([1]);
    expect(codeOf(() => modelOfBundle(parts, 'xgboost', NO_POOLS))).toBe('STATE_INCOMPATIBLE');
  });

  it.each(['constructor', 'lightgbm'])('is none by the name %s', async (name) => {
    const parts = await bundle();
    expect(codeOf(() => modelOfBundle(parts, name, NO_POOLS))).toBe('STATE_INCOMPATIBLE');
  });
});
