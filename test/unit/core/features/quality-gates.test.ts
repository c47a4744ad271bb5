import { describe, expect, it } from '@jest/globals';
import { failedGate, type QualityGates } from '#core/features/quality-gates.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { assessQuality, cleanSeries } from '#core/series/quality.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

function failed(values: readonly number[], gates: QualityGates) {
  const series = seriesOf(values);
  const definition = metricDefinition('request_rate');
  return failedGate(cleanSeries(series, definition), assessQuality(series, definition), gates);
}

describe('quality gates', () => {
  it('are open unless asked for', () => {
    expect(failed([NaN, 1, 1e9], {})).toBeUndefined();
  });

  it('count the window before the first value too, and what cannot be true as missing', () => {
    const values = [NaN, 1, -5, 1];
    expect(failed(values, { minCompleteness: 0.5 })).toBeUndefined();
    expect(failed(values, { minCompleteness: 0.6 })).toEqual({
      code: 'INCOMPLETE',
      message: "2 of the window's 4 steps have a value, 0.6 of them are needed",
      have: 0.5,
      need: 0.6,
    });
  });

  it('measure variation over the newest steps only', () => {
    // {9, 11}: mean 10, deviation √2.
    const values = [500, 0, 9, 11];
    expect(failed(values, { maxVariation: 0.15, stabilitySteps: 2 })).toBeUndefined();
    expect(failed(values, { maxVariation: 0.1, stabilitySteps: 2 })).toEqual({
      code: 'UNSTABLE',
      message: 'the last 2 steps vary by 0.141 of their mean, at most 0.1 is allowed',
      have: expect.closeTo(Math.SQRT2 / 10, 12),
      need: 0.1,
    });
  });

  it('look at 20 steps unless told', () => {
    const settled = [500, ...new Array<number>(20).fill(7)];
    expect(failed(settled, { maxVariation: 0.1 })).toBeUndefined();
    expect(failed([...settled.slice(0, -1)], { maxVariation: 0.1 })?.code).toBe('UNSTABLE');
  });

  it('let a constant of zeros pass, and give what varies around zero a number', () => {
    expect(failed([0, 0, 0], { maxVariation: 0.1 })).toBeUndefined();
    const series = seriesOf([-1, 1]);
    const quality = assessQuality(series, metricDefinition('any'));
    expect(failedGate(series, quality, { maxVariation: 0.1 })?.have).toBe(1e6);
  });

  it('do not let pass what cannot be judged', () => {
    expect(failed([1, 1, NaN, NaN, 1], { maxVariation: 0.1, stabilitySteps: 3 })).toEqual({
      code: 'UNSTABLE',
      message: '1 of the last 3 steps have a value: stability needs 2 to be judged',
      have: 1,
      need: 2,
    });
  });
});
