import { describe, expect, it } from '@jest/globals';
import { durationMs, HOUR, MINUTE } from '#core/time.ts';
import type { Cells } from '../../../../bench/forecast/cells.ts';
import {
  comparisonsWith,
  ratioColumns,
  shareWon,
  summarise,
} from '../../../../bench/forecast/ratios.ts';
import { trackOf } from '../../../../bench/forecast/track.ts';

const NONE = Number.NaN;
const SHORT = trackOf(durationMs(5 * MINUTE));

/** One cell at each of these steps, in a series whose f is 1. */
function cellsAt(steps: readonly number[]): Cells {
  return {
    seriesId: 's',
    cutoffs: [],
    steps: Int32Array.from(steps),
    actuals: new Float64Array(steps.length),
    moveScale: 10,
    dayScale: NONE,
  };
}

const losses = (...rows: number[][]) => rows.map((row) => Float64Array.from(row));

describe('ratios to a reference', () => {
  // With f = 1 a loss of 1 against 3 is a half, 3 against 3 is one, 7 against 3 is two.
  const all = [cellsAt([1, 2, 12, 288]), cellsAt([1, 2, 12, 288])];
  const columns = ratioColumns(
    all,
    losses([1, 3, 3, 3], [7, 7, NONE, 3]),
    losses([3, 3, 3, 3], [3, 3, 3, 3]),
    SHORT,
  );

  it('are geometric means over series, bucket by bucket', () => {
    const { buckets } = summarise(columns);
    // 5 min: ½ and 2. 15 min: 1 and 2. 1 h: 1, the other series has no cell. 24 h: 1 and 1.
    const wanted = [1, Math.SQRT2, null, 1, null, null, 1];
    buckets.forEach((ratio, i) => {
      if (wanted[i] === null) expect(ratio).toBeNull();
      else expect(ratio).toBeCloseTo(wanted[i]!, 12);
    });
  });

  it('are over all horizons the geometric mean of the buckets, and the cells pooled', () => {
    const { all: overall, pooled, up_to_1h: hour } = summarise(columns);
    // Four buckets are known, one of them is √2; three in the first hour.
    expect(overall).toBeCloseTo(2 ** (1 / 8), 12);
    expect(hour?.buckets).toBeCloseTo(2 ** (1 / 6), 12);
    // Pooled: (10/4 + 1) / 4 and (17/3 + 1) / 4; in the first hour (7/3 + 1) / 4 and 8 / 4.
    expect(pooled).toBeCloseTo(Math.sqrt((3.5 / 4) * (20 / 3 / 4)), 12);
    expect(hour?.pooled).toBeCloseTo(Math.sqrt((10 / 3 / 4) * 2), 12);
  });

  it('say on how many series the model won', () => {
    // Pooled, the first is below 1 and the second above.
    expect(shareWon(columns)).toBe(1 / 2);
    expect(shareWon({ ...columns, pooled: Float64Array.of(NONE) })).toBeNull();
  });

  it('have an interval over all horizons and over the first hour', () => {
    const options = { draws: 200, seed: 1, level: 0.9 };
    const [overall, hour] = comparisonsWith('naive', columns, options);
    expect(overall).toMatchObject({ against: 'naive', scope: 'all' });
    expect(overall?.ratio).toBeCloseTo(2 ** (1 / 8), 12);
    expect(hour?.scope).toBe('up_to_1h');
    expect(hour?.lower).toBeLessThan(hour!.ratio);
    expect(hour?.upper).toBeGreaterThan(hour!.ratio);
  });

  it('have no first hour on an hourly grid', () => {
    const hourly = ratioColumns([cellsAt([24, 25])], losses([1, 3]), losses([3, 3]), trackOf(HOUR));
    expect(summarise(hourly)).toMatchObject({ up_to_1h: null });
    expect(summarise(hourly).buckets[0]).toBeCloseTo(0.5, 12);
    expect(comparisonsWith('naive', hourly, { draws: 10, seed: 1, level: 0.9 })).toHaveLength(1);
  });
});
