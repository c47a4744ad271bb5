import { describe, expect, it } from '@jest/globals';
import { assess, deploymentMasks, HIGHEST_SCORE } from '#core/detect/assess.ts';
import type { Detection } from '#core/detect/detector.ts';
import type { ServiceScores } from '#core/detect/service.ts';
import { durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { frameOf } from '../../../helpers/frame-of.ts';

const { NaN: GAP } = Number;

/** Scores of `cpu`; unless given nothing was expected. */
function detection(
  scores: readonly number[],
  expected: readonly number[] = scores.map(() => GAP),
  { tolerance = 5, usual = 1 } = {},
): Detection {
  const column = (numbers: readonly number[]) => Float64Array.from(numbers);
  return new Map([
    [
      'cpu',
      {
        scores: column(scores),
        expected: column(expected),
        tolerance: column(scores.map(() => tolerance)),
        usual: column(scores.map(() => usual)),
      },
    ],
  ]);
}

function service(scores: readonly number[], smoothed: readonly number[]): ServiceScores {
  return {
    scores: Float64Array.from(scores),
    smoothed: Float64Array.from(smoothed),
    contributions: (index) => [{ metric: `m${index}`, share: 1 }],
  };
}

describe('assess', () => {
  it('takes the greatest score, and the expectation of the residual detector', () => {
    const rows = assess(frameOf({ cpu: [50, 51] }), 0, [
      { detector: 'reconstruction', detection: detection([3, 1], [40, 41]) },
      {
        detector: 'residual',
        detection: detection([2, 1.5], [30, 31], { tolerance: 7, usual: 0.5 }),
      },
    ]);
    expect(rows.map(({ metrics }) => metrics.get('cpu'))).toEqual([
      { value: 50, score: 3, detector: 'reconstruction', expected: 30, tolerance: 7, usual: 0.5 },
      { value: 51, score: 1.5, detector: 'residual', expected: 31, tolerance: 7, usual: 0.5 },
    ]);
    expect(rows.map(({ at }) => at)).toEqual([0, HOUR]);
  });

  it('falls back on the expectation of the detector that scored, then on anybody else', () => {
    const rows = assess(frameOf({ cpu: [50, 50, 50] }), 0, [
      { detector: 'streaming', detection: detection([1, 4, 4]) },
      { detector: 'residual', detection: detection([2, 2, 2]) },
      { detector: 'a', detection: detection([1, 1, 1], [10, 10, GAP]) },
      { detector: 'b', detection: detection([3, 1, 1], [20, 20, GAP]) },
    ]);
    const points = rows.map(({ metrics }) => metrics.get('cpu'));
    expect(points.map((point) => point?.detector)).toEqual(['b', 'streaming', 'streaming']);
    expect(points.map((point) => point?.expected)).toEqual([20, 10, GAP]);
    expect(points[2]).toMatchObject({ tolerance: GAP, usual: GAP });
  });

  it('leaves out what has no finite value or no score, and caps scores', () => {
    const rows = assess(frameOf({ cpu: [GAP, Infinity, 7, 1e308, 9] }), 0, [
      { detector: 'a', detection: detection([9, 9, GAP, Infinity, GAP]) },
      { detector: 'b', detection: detection([GAP, GAP, GAP, GAP, 0]) },
    ]);
    expect(rows.map(({ metrics }) => metrics.get('cpu')?.score)).toEqual([
      undefined,
      undefined,
      undefined,
      HIGHEST_SCORE,
      0,
    ]);
  });

  it('reads detections from their first row and the frame from the one asked for', () => {
    const frame = frameOf({ cpu: [1, 2, 3], other: [4, 5, 6] });
    const [row, ...others] = assess(frame, 2, [{ detector: 'a', detection: detection([0.5]) }]);
    expect(others).toEqual([]);
    expect(row?.at).toBe(2 * HOUR);
    expect([...(row?.metrics ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['cpu', 3],
    ]);
    expect(assess(frame, 3, [])).toEqual([]);
    expect(() => assess(frame, 4, [])).toThrow(RangeError);
  });

  it('carries the service score, and who is responsible where it reaches the least severity', () => {
    const rows = assess(frameOf({ cpu: [1, 2, 3, 4] }), 0, [], {
      service: service([1.9, 2, GAP, 1e9], [1, 1.5, GAP, 2]),
    });
    expect(rows.map((row) => row.service)).toEqual([
      { score: 1.9, smoothed: 1, contributions: [] },
      { score: 2, smoothed: 1.5, contributions: [{ metric: 'm1', share: 1 }] },
      undefined,
      { score: HIGHEST_SCORE, smoothed: 2, contributions: [{ metric: 'm3', share: 1 }] },
    ]);
  });

  it('masks rows from the first moment of an interval up to its end', () => {
    const frame = frameOf({ cpu: new Float64Array(6) }, { step: minutesOf(10) });
    const deployed = epochMs(10 * MINUTE);
    const masked = (masks: Parameters<typeof assess>[3]) =>
      assess(frame, 0, [], masks).map(({ isMasked }) => isMasked);
    // Rows at 0, 10 … 50 minutes; a deployment at 10 masks 10, 20 and 30.
    const expected = [false, true, true, true, false, false];
    expect(masked({ masks: deploymentMasks([deployed]) })).toEqual(expected);
    const brief = deploymentMasks([deployed], minutesOf(1));
    expect(masked({ masks: brief })).toEqual([false, true, false, false, false, false]);
    expect(masked({})).toEqual(new Array(6).fill(false));
  });
});

function minutesOf(minutes: number) {
  return durationMs(minutes * MINUTE);
}
