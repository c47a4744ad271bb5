import { describe, expect, it } from '@jest/globals';
import { type CellForecasts, type Cells, cellsOf } from '../../../../bench/forecast/cells.ts';
import { loadFolder } from '../../../../bench/forecast/protocol.ts';
import {
  absoluteLoss,
  bandCoverage,
  lossRatio,
  pathError,
  quantileLoss,
  seriesMeasures,
} from '../../../../bench/forecast/score.ts';
import { CUTOFF_HEADER, seriesFile, timeOf, withFolder } from './tiny-folder.ts';

const NONE = Number.NaN;
const ALL = { fromStep: 1, toStep: 3 };

/** Two cutoffs with three steps each; the second step of the first is not scored. */
const CELLS: Cells = {
  seriesId: 's',
  cutoffs: [],
  steps: Int32Array.of(1, 2, 3, 1, 2, 3),
  actuals: Float64Array.of(10, NONE, 20, 4, 8, 0),
  moveScale: 5,
  dayScale: 20,
};

function forecasts(point: number[], lower = point, upper = point): CellForecasts {
  return {
    point: Float64Array.from(point),
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
  };
}

describe('cellsOf', () => {
  const files = {
    's.csv': seriesFile([2, 4, 8, 6, 7, 9], { filled: [4] }),
    'cutoffs.csv': [CUTOFF_HEADER, ['s', 0, timeOf(2), 2, 0, 2], ['s', 1, timeOf(3), 3, 1, 3]],
  };

  it('strings the steps of all cutoffs together, without what is interpolated or past the end', async () => {
    const [series] = (await withFolder(files, loadFolder)).series;
    const cells = cellsOf(series!);
    expect([...cells.steps]).toEqual([1, 2, 1, 2, 3]);
    expect([...cells.actuals]).toEqual([6, NONE, NONE, 9, NONE]);
    // Up to the first cutoff: 2, 4, 8 move by 2 and 4.
    expect(cells.moveScale).toBe(3);
    expect(cells.dayScale).toBeNaN();
  });

  it('scores the slow cutoffs alone if wanted, on the same scale', async () => {
    const [series] = (await withFolder(files, loadFolder)).series;
    const cells = cellsOf(series!, { slowOnly: true });
    expect([...cells.actuals]).toEqual([NONE, NONE, NONE, 9, NONE]);
    expect(cells.moveScale).toBe(3);
  });

  it('has the mean move over a day as a scale', async () => {
    // 26 hours of 1, 2, …, 26: 25 - 1 and 26 - 2 are a day apart.
    const values = Array.from({ length: 28 }, (_, i) => i + 1);
    const [series] = (
      await withFolder(
        {
          's.csv': seriesFile(values),
          'cutoffs.csv': [CUTOFF_HEADER, ['s', 0, timeOf(25), 25, 0, 1]],
        },
        loadFolder,
      )
    ).series;
    expect(cellsOf(series!).dayScale).toBe(24);
  });
});

describe('losses', () => {
  it('are |actual − forecast|, the forecast clipped at 0', () => {
    const loss = absoluteLoss(CELLS, forecasts([12, 1, 17, 4, NONE, -3]));
    expect([...loss]).toEqual([2, NONE, 3, 0, NONE, 0]);
  });

  it('are the mean pinball loss of 0.1, the point at 0.5, and 0.9', () => {
    const loss = quantileLoss(
      CELLS,
      forecasts([12, 1, 17, 4, 4, -3], [8, 1, 21, 4, NONE, -5], [15, 1, 18, 4, 4, 1]),
    );
    // Actual 10: 0.1 × 2, 0.5 × 2, 0.1 × 5 (below the 0.9 quantile); together 1.7.
    expect(loss[0]).toBeCloseTo(1.7 / 3, 12);
    // Actual 20: 0.9 × 1 (below the 0.1 quantile), 0.5 × 3, 0.9 × 2 (above the 0.9 quantile).
    expect(loss[2]).toBeCloseTo(4.2 / 3, 12);
    expect(loss[3]).toBe(0);
    // No band, no loss.
    expect(loss[4]).toBeNaN();
    // Actual 0: both lower forecasts count as 0, 0.1 × 1 is left.
    expect(loss[5]).toBeCloseTo(0.1 / 3, 12);
  });
});

describe('lossRatio', () => {
  const own = Float64Array.of(2, NONE, 3, 0, NONE, 1);
  const naive = Float64Array.of(4, NONE, 1, 3, 9, NONE);

  it('is (mean + f) / (mean + f) on the cells that both have, f a tenth of the move', () => {
    // Common: cells 0, 2, 3. Own 5 / 3, naive 8 / 3, f = 0.5.
    expect(lossRatio(CELLS, own, naive, ALL)).toBeCloseTo((5 / 3 + 0.5) / (8 / 3 + 0.5), 12);
  });

  it('takes the steps of its range alone, all cutoffs pooled', () => {
    // Step 1: own 2 and 0, naive 4 and 3.
    expect(lossRatio(CELLS, own, naive, { fromStep: 1, toStep: 1 })).toBe((1 + 0.5) / (3.5 + 0.5));
  });

  it('is nothing without a common cell, or on a series that never moved', () => {
    expect(lossRatio(CELLS, own, naive, { fromStep: 2, toStep: 2 })).toBeNaN();
    expect(lossRatio({ ...CELLS, moveScale: 0 }, own, naive, ALL)).toBeNaN();
  });
});

describe('measures of one series', () => {
  it('scale the mean error by the moves over a step and a day', () => {
    // Errors 10 - 12, 20 - 17, 4 - 4, 0 - 0 (clipped): mean 5 / 4.
    const measures = seriesMeasures(CELLS, forecasts([12, 1, 17, 4, NONE, -3]));
    expect(measures.maseStep).toBeCloseTo(5 / 4 / 5, 12);
    expect(measures.maseDay).toBeCloseTo(5 / 4 / 20, 12);
    // 2 × 2 / 22, 2 × 3 / 37, 0 and 0.
    expect(measures.smape).toBeCloseTo((4 / 22 + 6 / 37) / 4, 12);
  });

  it('count actuals inside the band, both ends included', () => {
    const band = forecasts([0, 0, 0, 0, 0, 0], [8, 0, 21, 4, NONE, -5], [15, 0, 25, 5, 9, -1]);
    // 10 is in, 20 is out, 4 is in at the edge, 8 has no band, 0 is in a band clipped to 0.
    expect(bandCoverage(CELLS, band, ALL)).toBe(3 / 4);
    expect(bandCoverage(CELLS, band, { fromStep: 2, toStep: 2 })).toBeNull();
  });

  it('judge the path up to a step', () => {
    // Steps 1 and 2: actuals 10, 4, 8 (mean 22 / 3), errors 1, -1, 2.
    const path = pathError(CELLS, forecasts([9, 0, 0, 5, 6, 0]), 2);
    expect(path.mae).toBeCloseTo(4 / 3, 12);
    // Squares around the mean: (8/3)² + (10/3)² + (2/3)² = 168 / 9.
    expect(path.r2).toBeCloseTo(1 - 6 / (168 / 9), 12);
  });
});
