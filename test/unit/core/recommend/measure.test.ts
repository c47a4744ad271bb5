import { describe, expect, it } from '@jest/globals';
import { measuredOf, varies } from '#core/recommend/measure.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const { NaN: GAP } = Number;
const HALF_HOUR = durationMs(30 * MINUTE);
/** Eight steps of 5 minutes from 0:00; it is 0:41. */
const rows = (utilization: readonly number[], replicas: readonly number[]) => ({
  start: epochMs(0),
  step: durationMs(5 * MINUTE),
  utilization,
  replicas,
});
const NOW = epochMs(41 * MINUTE);

describe('what was measured', () => {
  it('is the newest row, and the greatest load of the window', () => {
    // The window begins at 0:11: the row that ends at 0:10 is out, the one that ends at 0:15 is in.
    const use = rows([0.9, 0.9, 0.5, 0.2, 0.3, 0.2, 0.2, 0.4], [4, 4, 4, 2, 2, 2, 2, 2]);
    expect(measuredOf(use, HALF_HOUR, NOW)).toEqual({
      at: 40 * MINUTE,
      utilization: 0.4,
      replicas: 2,
      highestLoad: 2,
    });
  });

  it('takes replicas that are missing as those before', () => {
    const use = rows(
      [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5],
      [3, GAP, GAP, GAP, GAP, GAP, GAP, GAP],
    );
    expect(measuredOf(use, HALF_HOUR, NOW)).toMatchObject({ utilization: 0.5, replicas: 3 });
  });

  it('is as old as the newest value', () => {
    const use = rows([0.2, 0.2, 0.2, 0.2, 0.2, 0.3, GAP, GAP], [2, 2, 2, 2, 2, 2, 2, 2]);
    expect(measuredOf(use, HALF_HOUR, NOW)).toMatchObject({ at: 30 * MINUTE, utilization: 0.3 });
  });

  it('says nothing of a window of which more than a third is missing', () => {
    // Six slots: four are needed.
    const four = rows([0.2, 0.2, 0.2, GAP, GAP, 0.2, 0.2, 0.3], [2, 2, 2, 2, 2, 2, 2, 2]);
    expect(measuredOf(four, HALF_HOUR, NOW)?.highestLoad).toBeCloseTo(0.6, 12);
    const three = rows([0.2, 0.2, GAP, GAP, GAP, 0.2, 0.2, 0.3], [2, 2, 2, 2, 2, 2, 2, 2]);
    expect(measuredOf(three, HALF_HOUR, NOW)?.highestLoad).toBeNaN();
  });

  it('is nothing without a row that holds both', () => {
    expect(measuredOf(rows([GAP, 0.5], [2, GAP]), HALF_HOUR, NOW)).toMatchObject({ replicas: 2 });
    expect(measuredOf(rows([0.5, GAP], [GAP, 2]), HALF_HOUR, NOW)).toBeUndefined();
    expect(measuredOf(rows([], []), HALF_HOUR, NOW)).toBeUndefined();
  });
});

describe('a count', () => {
  it('varies when two of its values differ', () => {
    expect(varies([GAP, 2, GAP, 2])).toBe(false);
    expect(varies([2, GAP, 3])).toBe(true);
    expect(varies([])).toBe(false);
  });
});
