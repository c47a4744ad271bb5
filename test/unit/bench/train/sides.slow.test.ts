import { describe, expect, it } from '@jest/globals';
import { boostingTraining } from '../../../../bench/train/boosting.ts';
import { measureTrainer } from '../../../../bench/train/measure.ts';
import { prophetTraining } from '../../../../bench/train/prophet.ts';
import { lossRatio, meanLoss } from '../../../../bench/train/ratios.ts';

const measured = (bench: typeof boostingTraining) =>
  measureTrainer(bench, { size: 'small', turns: 1 }, { write: () => true });

describe('the sides of bench:train', () => {
  it('boost trees of about the same loss, ours and those that are installed', async () => {
    const measures = await measured(boostingTraining);
    expect(measures.map(({ side }) => side.key).slice(0, 2)).toEqual(['helios', 'ml-xgboost']);
    for (const { side, trainings } of measures) {
      expect(trainings).toHaveLength(1);
      // Three trees of 200 rows tell no two engines apart by more.
      expect(Math.abs((lossRatio(measures, side.key) ?? 0) - 1)).toBeLessThan(0.1);
    }
  });

  it('reach the same density with Prophet, ours and those that are installed', async () => {
    const measures = await measured(prophetTraining);
    expect(measures.map(({ side }) => side.key).slice(0, 2)).toEqual(['helios', 'stan']);
    const [own = Number.NaN, ...others] = measures.map(meanLoss);
    // 600 values: 0.01 of log-density, which searches differ by, is a share of 2e-5.
    for (const other of others) {
      expect(own / other).toBeLessThan(1 + 2e-5);
      expect(own / other).toBeGreaterThan(0.99);
    }
  });
});
