import { describe, expect, it } from '@jest/globals';
import { FEATURE_NAMES } from '#core/forecast/pooled-features.ts';
import { compress } from '#core/forecast/xgboost.ts';
import { seededRandom } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { trainingRows } from '#engines/xgboost/training-rows.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const LEAD = FEATURE_NAMES.indexOf('lead');
const draw = (maxRows: number, rowsPerSeries = 60) =>
  trainingRows({ horizon: 12, rowsPerSeries, maxRows }, seededRandom(1, 'rows'));
/** A line of this slope and length. */
const line = (slope: number, length = 60) => historyOf(Array.from({ length }, (_, i) => slope * i));

describe('training rows', () => {
  it('hold the move from the origin to the lead in units of the scale', () => {
    const drawn = draw(100);
    drawn.add(line(3));
    const { matrix } = drawn.sample();
    const { rows, columns, labels } = matrix;
    expect(labels.length).toBeGreaterThan(40);
    expect(columns).toBe(FEATURE_NAMES.length);
    expect(rows).toHaveLength(labels.length * columns);
    const leads = [...labels].map((_, i) => 2 ** rows[i * columns + LEAD]!);
    // On a line a move is slope × lead and the scale slope × (lead + 0.1), once a lead is measured.
    for (const [i, lead] of leads.entries()) {
      if (lead > 4) continue;
      expect(labels[i]).toBeCloseTo(compress(lead / (lead + 0.1)), 4);
    }
    expect(Math.max(...leads)).toBeLessThanOrEqual(12.001);
    expect(new Set(leads.map(Math.round)).size).toBeGreaterThan(6);
  });

  it('know the newest target', () => {
    // Origins are values 24 and 25 of 26, so targets the last two; many draws meet the last one.
    const drawn = draw(100);
    for (let i = 0; i < 20; i++) drawn.add(line(1, 26));
    expect(drawn.sample().newest).toBe(25 * HOUR);
    expect(draw(100).sample().newest).toBeUndefined();
  });

  it('are at most as many as wanted, evenly from all histories', () => {
    const drawn = draw(50);
    for (const slope of [1, -1, 1, -1]) drawn.add(line(slope));
    const { labels } = drawn.sample().matrix;
    expect(labels).toHaveLength(50);
    const rising = labels.filter((label) => label > 0).length;
    // Each row comes from a rising line with probability 1/2: 25 ± 3 × 3.5.
    expect(Math.abs(rising - 25)).toBeLessThan(11);
  });

  it('leave out what is missing', () => {
    const drawn = draw(100);
    const { target } = line(2);
    const values = target.values.map((value, i) => (i % 2 === 0 ? value : Number.NaN));
    drawn.add({ target: { ...target, values } });
    const { rows, columns, labels } = drawn.sample().matrix;
    expect(labels.length).toBeGreaterThan(5);
    // From one even step to another.
    for (let i = 0; i < labels.length; i++) {
      expect(Math.round(2 ** rows[i * columns + LEAD]!) % 2).toBe(0);
    }
  });

  it('are not drawn from a history of 24 steps', () => {
    const drawn = draw(100);
    drawn.add(line(1, 24));
    expect(drawn.sample().matrix.labels).toHaveLength(0);
  });
});
