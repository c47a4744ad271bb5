import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_THRESHOLD,
  SENSITIVITY_THRESHOLDS,
  SEVERITIES,
  SEVERITY_SCORES,
  severityOf,
} from '#core/detect/severity.ts';

describe('severityOf', () => {
  it('grades at 2, 2.5, 3 and 4, the bounds included', () => {
    const grades = [1.999, 2, 2.499, 2.5, 2.999, 3, 3.999, 4, Infinity].map(severityOf);
    expect(grades).toEqual([
      undefined,
      'low',
      'low',
      'medium',
      'medium',
      'high',
      'high',
      'critical',
      'critical',
    ]);
  });

  it('has no severity for what has no score', () => {
    expect(severityOf(Number.NaN)).toBeUndefined();
  });

  it('ascends, and alarms at medium unless told otherwise', () => {
    const scores = SEVERITIES.map((severity) => SEVERITY_SCORES[severity]);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(severityOf(DEFAULT_THRESHOLD)).toBe('medium');
    expect(SENSITIVITY_THRESHOLDS.high).toBeLessThan(SENSITIVITY_THRESHOLDS.low);
  });
});
