import { describe, expect, it } from '@jest/globals';
import type { History } from '#core/forecast/forecaster.ts';
import { restoreXgboost, XgboostPoolStateSchema, xgboost } from '#core/forecast/xgboost.ts';
import { seededRandom } from '#core/math/random.ts';
import { cutoffOf, sliceSeries } from '#core/series/series.ts';
import { xgboostPool } from '#engines/xgboost/pool.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { streamOf, TINY, workloads } from '#test/helpers/pooled-histories.ts';

describe('the pool', () => {
  const histories = workloads(6, 240);
  const learn = (of: readonly History[] = histories, seed = 1) =>
    xgboostPool(TINY).fitPool(streamOf(of), { random: seededRandom(seed, 'pool') });
  const fitted = learn();

  it('forecasts a workload it has never seen better than its last value', async () => {
    const stranger = workloads(7, 240)[6]!.target;
    const cutoff = 200;
    const past = { target: sliceSeries(stranger, 0, cutoff) };
    const { point } = (await xgboost(await fitted).fit(past)).predict({ horizon: 24 });
    let error = 0;
    let naive = 0;
    for (let h = 0; h < 24; h++) {
      error += Math.abs(stranger.values[cutoff + h]! - point[h]!);
      naive += Math.abs(stranger.values[cutoff + h]! - stranger.values[cutoff - 1]!);
    }
    expect(error).toBeLessThan(0.6 * naive);
  });

  it('is the same for the same histories and seed, and has its content as id', async () => {
    const [first, again, other] = [await fitted, await learn(), await learn(histories, 2)];
    expect(again.toState()).toEqual(first.toState());
    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
  });

  it('knows the newest value it learned from', async () => {
    const { trainedUntil } = await fitted;
    const end = cutoffOf(histories[0]!.target);
    expect(trainedUntil).toBeLessThanOrEqual(end);
    expect(trainedUntil).toBeGreaterThan(end - 48 * 3_600_000);
  });

  it('survives JSON, and its members come back with it', async () => {
    const pool = await fitted;
    const state = XgboostPoolStateSchema.parse(JSON.parse(JSON.stringify(pool.toState())));
    const member = await xgboost(pool).fit(histories[0]!);
    const restored = restoreXgboost(JSON.parse(JSON.stringify(member.toState())), () => state);
    expect(restored.predict({ horizon: 60 })).toEqual(member.predict({ horizon: 60 }));
  });

  it('learns from histories with holes and passes over those that are too short', async () => {
    const holed = histories.map(({ target }) => ({
      target: { ...target, values: target.values.map((v, i) => (i % 5 === 0 ? Number.NaN : v)) },
    }));
    const short = { target: sliceSeries(histories[0]!.target, 0, 24) };
    await expect(learn([short, ...holed])).resolves.toMatchObject({ kind: 'xgboost-pool' });
  });

  it('refuses to learn from next to nothing', async () => {
    expect(await rejectionOf(learn([]))).toBe('HISTORY_TOO_SHORT');
    expect(await rejectionOf(learn(workloads(1, 30)))).toBe('HISTORY_TOO_SHORT');
  });

  it('ends with what the checkpoint throws', async () => {
    const checkpoint = () => {
      throw new Error('out of time');
    };
    const training = xgboostPool(TINY).fitPool(streamOf(histories), { checkpoint });
    await expect(training).rejects.toThrow('out of time');
  });

  it.each([{ horizon: 0 }, { horizon: 10_000 }, { rowsPerSeries: 0.5 }, { maxRows: 0 }])(
    'refuses parameters out of range: %p',
    (parameters) => {
      expect(() => xgboostPool(parameters)).toThrow(RangeError);
    },
  );
});
