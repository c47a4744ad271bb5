/** How bad an anomaly is, ascending. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The least score of each severity, on the common scale of all detectors. */
export const SEVERITY_SCORES: Readonly<Record<Severity, number>> = {
  low: 2,
  medium: 2.5,
  high: 3,
  critical: 4,
};

/** What a request may ask for instead of a threshold: high sensitivity is a low threshold. */
export const SENSITIVITY_THRESHOLDS = { low: 3, medium: 2.5, high: 2 } as const;
export type Sensitivity = keyof typeof SENSITIVITY_THRESHOLDS;

/** Scores at or above this are anomalies unless a request says otherwise. */
export const DEFAULT_THRESHOLD = SENSITIVITY_THRESHOLDS.medium;

/**
 * The severity of a score, undefined below the lowest.
 *
 * @example
 * ```ts
 * [1.9, 2, 2.7, 3, 11].map(severityOf); // => [undefined, 'low', 'medium', 'high', 'critical']
 * ```
 */
export function severityOf(score: number): Severity | undefined {
  return SEVERITIES.findLast((severity) => score >= SEVERITY_SCORES[severity]);
}
