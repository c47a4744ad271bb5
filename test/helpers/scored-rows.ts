import type { ScoredMetric, ScoredRow } from '#core/detect/assess.ts';
import type { Contribution } from '#core/detect/service.ts';
import { epochMs, MINUTE } from '#core/time.ts';

/** What a test says of one metric; the rest is a value of 200 where 100 ± 10 was expected. */
export type PointParts = Partial<ScoredMetric> & Pick<ScoredMetric, 'score'>;

/** The time of row `index`: five minutes apart, from the epoch on. */
export function timeOf(index: number) {
  return epochMs(5 * MINUTE * index);
}

/** A row of these metrics; a bare number is a score. */
export function scoredRow(
  index: number,
  metrics: Readonly<Record<string, number | PointParts>>,
  parts: {
    readonly service?: ScoredRow['service'];
    readonly isMasked?: boolean;
  } = {},
): ScoredRow {
  return {
    at: timeOf(index),
    metrics: new Map(
      Object.entries(metrics).map(([name, point]) => [
        name,
        scoredMetric(typeof point === 'number' ? { score: point } : point),
      ]),
    ),
    service: parts.service,
    isMasked: parts.isMasked ?? false,
  };
}

/** A service score with who is responsible for it. */
export function serviceScore(
  score: number,
  smoothed: number,
  shares: Readonly<Record<string, number>> = {},
): ScoredRow['service'] {
  const contributions: Contribution[] = Object.entries(shares).map(([metric, share]) => ({
    metric,
    share,
  }));
  return { score, smoothed, contributions };
}

/** Below a score of 2 the value is the expected one, unless said otherwise. */
function scoredMetric(parts: PointParts): ScoredMetric {
  const value = parts.score < 2 ? 100 : 200;
  return { value, detector: 'residual', expected: 100, tolerance: 10, usual: 1, ...parts };
}
