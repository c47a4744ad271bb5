import type { Reason } from '#contracts/http/common.ts';
import {
  type Anomaly,
  DETECT_LIMITS,
  type DetectRequest,
  type DetectResponse,
  type MetricPoints,
} from '#contracts/http/detect.ts';
import type { ScoredMetric, ScoredRow } from '#core/detect/assess.ts';
import { incidentMessage } from '#core/detect/incident-message.ts';
import { sideOf } from '#core/detect/incident-policy.ts';
import { SEVERITIES, type Severity, severityOf } from '#core/detect/severity.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { addMs, type EpochMs, toIso } from '#core/time.ts';
import { detectorLeftOut, maskedValues, notScored } from './detect-reasons.ts';
import type { Detected } from './detect-stored.ts';
import type { Exception, Findings, Material } from './examine.ts';
import { toFoundIncident } from './to-incident.ts';

/** Anomalies that are explained, the worst ones, and features that each explanation names. */
const MAX_EXPLAINED = 20;
const MAX_FEATURES = 10;

/** The answer to a detection. */
export function detectionResponse(
  { material, findings, judges, reasons }: Detected,
  request: Pick<DetectRequest, 'explain' | 'include_points'>,
  threshold: number,
  now: EpochMs,
): DetectResponse {
  const { workload, frame } = material;
  const { trained } = judges;
  const listed = worstInOrder(findings.exceptions, DETECT_LIMITS.maxAnomalies);
  const worst = greatest(findings.exceptions);
  const explained = request.explain ? explanations(material, judges, listed) : new Map();
  const severity = worst ? (severityOf(worst.point.score) ?? null) : null;
  const { summary, analyzed } = summaryOf(findings);
  return {
    workload: workload?.id ?? null,
    simulated: workload?.simulated ?? false,
    analyzed_at: toIso(now),
    data_as_of: dataAsOf(material),
    step_seconds: frame.step / 1_000,
    threshold,
    detector_version: trained?.version ?? null,
    trained_at: trained ? toIso(trained.trainedAt) : null,
    is_anomaly: worst !== undefined,
    anomaly_score: summary.max_score,
    severity,
    contributing_features: (worst?.shares ?? []).map(({ metric, share }) => ({
      feature: metric,
      contribution: share,
    })),
    data_points_analyzed: analyzed,
    anomalies_detected: findings.exceptions.length,
    anomalies: listed.map((each) => anomalyOf(each, explained.get(each))),
    incidents: findings.incidents.map(toFoundIncident),
    summary,
    ...(request.include_points ? { points: pointsOf(material, findings.rows) } : {}),
    reasons: [
      ...reasons,
      ...maskedValues(findings.masked),
      ...unscored(material, findings.rows),
      ...unexplained(request, judges),
      ...notListed(findings.exceptions.length),
    ],
  };
}

function anomalyOf(
  { metric, at, point, shares }: Exception,
  explanation: Anomaly['contributions'] | undefined,
): Anomaly {
  const { value, score, detector } = point;
  const bounds = boundsOf(metric, point);
  const side = sideOf(point);
  const seen = { value, ...bounds, direction: side };
  return {
    metric,
    timestamp: toIso(at),
    value,
    expected_value: bounds.expected,
    lower_bound: bounds.lower,
    upper_bound: bounds.upper,
    anomaly_score: score,
    direction: side,
    severity: severityOf(score) ?? null,
    description: incidentMessage({
      state: 'closed',
      detectors: [detector],
      metrics: [{ metric, score, share: 1, ...seen }],
    }),
    detector,
    contributions: explanation ?? shares.map((share) => ({ ...share })),
  };
}

/** What was usual, within what the metric can be; null where nobody knows. */
function boundsOf(metric: string, { expected, tolerance }: ScoredMetric) {
  const { minimum, maximum } = metricDefinition(metric);
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    expected: known(expected),
    lower: known(Math.min(expected, Math.max(minimum, expected - tolerance))),
    upper: known(Math.max(expected, Math.min(maximum, expected + tolerance))),
  };
}

function explanations(
  { frame, metrics }: Material,
  { trained }: Detected['judges'],
  listed: readonly Exception[],
): ReadonlyMap<Exception, Anomaly['contributions']> {
  const reconstruction = trained?.reconstruction;
  if (!reconstruction) return new Map();
  const explained = new Map<Exception, Anomaly['contributions']>();
  for (const each of worstInOrder(listed, MAX_EXPLAINED)) {
    const explanation = metrics.has(each.metric)
      ? reconstruction.explain(frame, each.metric, each.row)
      : undefined;
    if (explanation) explained.set(each, explanation.contributions.slice(0, MAX_FEATURES));
  }
  return explained;
}

function unexplained({ explain }: Pick<DetectRequest, 'explain'>, judges: Detected['judges']) {
  if (!explain || judges.trained?.reconstruction) return [];
  return [detectorLeftOut('reconstruction', 'there is none, so no features can be named')];
}

function worstInOrder(exceptions: readonly Exception[], most: number): readonly Exception[] {
  if (exceptions.length <= most) return exceptions;
  const worst = exceptions.toSorted((a, b) => b.point.score - a.point.score).slice(0, most);
  return worst.sort((a, b) => a.at - b.at);
}

function greatest(exceptions: readonly Exception[]): Exception | undefined {
  return exceptions.reduce<Exception | undefined>(
    (worst, each) => (worst && worst.point.score >= each.point.score ? worst : each),
    undefined,
  );
}

function summaryOf({ rows, exceptions, incidents }: Findings) {
  let analyzed = 0;
  let most = Number.NaN;
  for (const { metrics, service } of rows) {
    analyzed += metrics.size;
    for (const { score } of metrics.values()) if (!(most >= score)) most = score;
    if (service && !(most >= service.score)) most = service.score;
  }
  const bySeverity = new Map<Severity, number>();
  const byMetric = new Map<string, number>();
  for (const { metric, point } of exceptions) {
    const severity = severityOf(point.score);
    if (severity) bySeverity.set(severity, (bySeverity.get(severity) ?? 0) + 1);
    byMetric.set(metric, (byMetric.get(metric) ?? 0) + 1);
  }
  const summary = {
    status: statusOf(analyzed, [
      ...bySeverity.keys(),
      ...(exceptions.length > 0 ? (['low'] as const) : []),
      ...incidents.flatMap(({ end, severity }) => (end === null ? [severity] : [])),
    ]),
    anomaly_rate: analyzed === 0 ? 0 : exceptions.length / analyzed,
    by_severity: Object.fromEntries(
      SEVERITIES.flatMap((severity) => {
        const count = bySeverity.get(severity);
        return count === undefined ? [] : [[severity, count] as const];
      }),
    ),
    by_metric: Object.fromEntries(byMetric),
    max_score: Number.isNaN(most) ? null : most,
  };
  return { summary, analyzed };
}

/**
 * The seeds' words, and one for what nobody could look at: silence is not health.
 *
 * @param found - severities of the anomalies, and of incidents that are still open
 */
function statusOf(
  analyzed: number,
  found: readonly Severity[],
): DetectResponse['summary']['status'] {
  if (analyzed === 0) return 'unknown';
  if (found.length === 0) return 'healthy';
  if (found.includes('critical')) return 'critical';
  return found.includes('high') ? 'warning' : 'attention';
}

function dataAsOf({ frame, from, metrics }: Material): string | null {
  let newest = -1;
  for (const [metric, { values }] of frame.series) {
    if (metrics.has(metric)) {
      newest = Math.max(
        newest,
        values.findLastIndex((value) => !Number.isNaN(value)),
      );
    }
  }
  return newest < from ? null : toIso(addMs(frame.start, frame.step, newest));
}

function unscored({ frame, from, metrics }: Material, rows: readonly ScoredRow[]): Reason[] {
  return [...metrics]
    .filter((metric) => !rows.some((row) => row.metrics.has(metric)))
    .map((metric) =>
      notScored(metric, frame.series.get(metric)?.values ?? new Float64Array(), from),
    );
}

function notListed(found: number): Reason[] {
  const most = DETECT_LIMITS.maxAnomalies;
  if (found <= most) return [];
  return [
    {
      code: 'ANOMALIES_CAPPED',
      message: `the ${most} worst of ${found} anomalies are listed`,
      details: { found, listed: most },
    },
  ];
}

/** Everything that is known of every value looked at. */
function pointsOf(
  { frame, from, metrics }: Material,
  rows: readonly ScoredRow[],
): Record<string, MetricPoints> {
  const start = toIso(addMs(frame.start, frame.step, from));
  const known = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? value : null;
  const points = [...metrics].map((metric) => {
    const values = frame.series.get(metric)?.values;
    const scored = rows.map((row) => row.metrics.get(metric));
    const bounds = scored.map((point) => point && boundsOf(metric, point));
    return [
      metric,
      {
        start,
        values: scored.map((point, i) => known(point?.value ?? values?.[from + i])),
        expected_values: bounds.map((each) => each?.expected ?? null),
        lower_bounds: bounds.map((each) => each?.lower ?? null),
        upper_bounds: bounds.map((each) => each?.upper ?? null),
        anomaly_scores: scored.map((point) => known(point?.score)),
      },
    ] as const;
  });
  return Object.fromEntries(points);
}
