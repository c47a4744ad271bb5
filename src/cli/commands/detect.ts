import { DETECT_LIMITS, type DetectResponse } from '#contracts/http/detect.ts';
import { SEVERITIES, type Sensitivity, type Severity } from '#core/detect/severity.ts';
import { DomainError } from '#core/errors.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_FINDINGS, EXIT_INSUFFICIENT } from '../failure.ts';
import { readFromFile } from '../import/read-from-file.ts';
import { type FilePoints, readPoints } from '../import/read-points.ts';
import { anomalyCharts } from '../render/anomaly-chart.ts';
import { detectionText } from '../render/anomaly-report.ts';
import { anomalyTable } from '../render/anomaly-table.ts';

export interface DetectFlags extends WorkloadFlags {
  readonly metric?: readonly string[];
  /** Hours. */
  readonly lookback?: number;
  readonly minutes?: number;
  readonly end?: EpochMs;
  readonly sensitivity?: Sensitivity;
  readonly threshold?: number;
  readonly file?: string;
  readonly zone?: string;
  readonly chart?: boolean;
  readonly explain?: boolean;
  readonly failOn?: Severity;
}

/**
 * Shows the anomalies of a workload, or of a file, and the incidents they make up.
 *
 * @returns 1 when `--fail-on` says so, 3 when no value could be judged
 */
export async function detect(context: CommandContext, flags: DetectFlags): Promise<number> {
  const { file } = flags;
  const metrics = file === undefined ? flags.metric : await metricsOfFile(context, file, flags);
  const body = { ...requestOf(flags), ...(metrics !== undefined && { metrics }) };
  return context.withSession(async ({ client }) => {
    const answer = await client.call('detect', { body });
    const { terminal, time } = context;
    context.print({
      data: answer,
      table: anomalyTable(answer, time),
      text: () =>
        detectionText(answer, {
          terminal,
          time,
          source: file === '-' ? 'standard input' : (file ?? '?'),
          charts: flags.chart
            ? anomalyCharts(answer, flags.metric?.map(canonicalMetric), { terminal, time })
            : [],
          isExplained: flags.explain === true,
        }),
    });
    return exitCodeFor(answer, flags.failOn);
  });
}

function requestOf(flags: DetectFlags) {
  const { lookback, minutes = lookback === undefined ? undefined : lookback * 60 } = flags;
  return {
    ...workloadOf(flags),
    ...(minutes !== undefined && { lookback_minutes: minutes }),
    ...(flags.end !== undefined && { end: toIso(flags.end) }),
    ...(flags.sensitivity !== undefined && { sensitivity: flags.sensitivity }),
    ...(flags.threshold !== undefined && { threshold_sigma: flags.threshold }),
    ...(flags.chart && { include_points: true }),
    ...(flags.explain && { explain: true }),
  };
}

/** A check that found nothing because it could judge nothing has not passed. */
function exitCodeFor(answer: DetectResponse, failOn: Severity | undefined): number {
  if (answer.anomaly_score === null) return EXIT_INSUFFICIENT;
  if (failOn === undefined) return 0;
  const failing = SEVERITIES.slice(SEVERITIES.indexOf(failOn));
  const isFound = failing.some(
    (severity) =>
      (answer.summary.by_severity[severity] ?? 0) > 0 ||
      answer.incidents.some((incident) => incident.severity === severity),
  );
  return isFound ? EXIT_FINDINGS : 0;
}

/** What is in the file, in the request's form; what of it was not read is said. */
async function metricsOfFile(context: CommandContext, file: string, flags: DetectFlags) {
  const wanted = flags.metric?.map(canonicalMetric);
  const [only] = wanted?.length === 1 ? wanted : [];
  const points = await readFromFile(context, file, (input) =>
    readPoints(input, {
      // A lone column `value` is the one metric that was asked for.
      metric: only ?? 'value',
      zone: flags.zone,
      most: DETECT_LIMITS.maxPoints,
      wants: (metric) => !wanted || wanted.includes(canonicalMetric(metric)),
    }),
  );
  tell(context, file, points);
  return Object.fromEntries(
    [...points.metrics].map(([metric, own]) => [
      metric,
      own.map(({ at, value }) => ({ timestamp: toIso(at), value })),
    ]),
  );
}

/** @throws {DomainError} when there is nothing in the file to look at */
function tell({ messages }: CommandContext, file: string, points: FilePoints): void {
  const { metrics, others, rejected, filled, problems } = points;
  const lines = problems.map(({ line, reason }) => `line ${line}: ${reason}`);
  if (metrics.size === 0) {
    if (others.length > 0) {
      throw new DomainError('METRIC_UNKNOWN', `${file} has none of the metrics asked for`, {
        known: others,
      });
    }
    const message = `${file} has no value that can be read`;
    throw new DomainError(rejected > 0 ? 'IMPORT_INVALID' : 'SERIES_EMPTY', message, {
      problems: lines,
    });
  }
  if (rejected > 0) {
    messages.warn(`${formatCount(rejected)} rows or cells of ${file} were not read: ${lines[0]}`);
  }
  if (filled > 0)
    messages.note(`${formatCount(filled)} rows left out: interpolated by the exporter`);
}
