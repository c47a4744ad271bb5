import type { Anomaly, DetectResponse } from '#contracts/http/detect.ts';
import type { FoundIncident } from '#contracts/http/incidents.ts';
import { SEVERITIES } from '#core/detect/severity.ts';
import { counted, formatCount, formatShare } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { featuresText } from './anomaly-features.ts';
import { anomalyRows, formatScore, incidentOf } from './anomaly-table.ts';
import { metricsText, severityText, spanText } from './incident-line.ts';
import { renderTable } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatStep, momentOf, type TimeFormat } from './time.ts';

interface TextOptions {
  readonly terminal: Terminal;
  readonly time: TimeFormat;
  /** What was looked at, where it is no workload. */
  readonly source: string;
  readonly charts: readonly string[];
  readonly isExplained: boolean;
}

/** What was found as a terminal shows it: what was looked at, the incidents, and all in one line. */
export function detectionText(answer: DetectResponse, options: TextOptions): string {
  const { charts, isExplained } = options;
  const incidents = answer.incidents.map((incident, i) =>
    incidentBlock(answer, incident, i, options),
  );
  const others = answer.anomalies.filter((anomaly) => incidentOf(anomaly, answer.incidents) < 0);
  return [
    titleBlock(answer, options),
    ...charts,
    ...incidents,
    ...(others.length > 0 ? [`in no incident\n${shownRows(others, options)}`] : []),
    ...(isExplained ? [featuresText(answer, options)] : []),
    summaryText(answer, options.terminal),
  ].join('\n');
}

function titleBlock(answer: DetectResponse, { terminal, time, source }: TextOptions): string {
  const { workload, trained_at, detector_version, data_as_of, reasons } = answer;
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const title = printable(workload === null ? source : workloadLabel(workload));
  const mark = answer.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const values = `${counted(answer.data_points_analyzed, 'value')}, every ${formatStep(answer.step_seconds)}`;
  const unlearned =
    workload === null ? 'no workload is named with -d' : 'nothing was learned of this workload yet';
  const learned =
    trained_at === null
      ? `? ${unlearned}`
      : `version ${detector_version ?? '?'}, trained ${at(trained_at)}`;
  const lines = [
    ['data', data_as_of === null ? '? there is no value' : `${values}, as of ${at(data_as_of)}`],
    ['threshold', `scores of ${answer.threshold} or more; --sensitivity or --threshold changes it`],
    ['detectors', learned],
    ...reasons.map(({ code, message }) => ['because', `${message} (${code})`]),
  ].map(([name, text]) => `  ${(name ?? '').padEnd(9)} ${printable(text ?? '')}`);
  return `${styled(title, 'bold', terminal)}${mark}\n${lines.join('\n')}\n`;
}

function incidentBlock(
  answer: DetectResponse,
  incident: FoundIncident,
  index: number,
  options: TextOptions,
): string {
  const { terminal, time } = options;
  const known = answer.data_as_of ?? answer.analyzed_at;
  const severity = severityText(incident.severity, terminal);
  const head = `incident ${index + 1}  ${severity}  ${spanText(incident, known, time)}`;
  const found = `metrics: ${metricsText(incident)}; found by ${incident.detectors.join(', ')}`;
  const lines = [incident.message, found];
  const own = answer.anomalies.filter((anomaly) => incidentOf(anomaly, answer.incidents) === index);
  const table = own.length > 0 ? shownRows(own, options) : '';
  return `${head}\n${lines.map((line) => `  ${printable(line)}\n`).join('')}${table}`;
}

/** Rows of one incident that a terminal shows; all others are in -o csv. */
const MOST_ROWS = 12;
/** The anomalies with the highest scores, in order of time. */
function shownRows(anomalies: readonly Anomaly[], { terminal, time }: TextOptions): string {
  const worst = anomalies
    .toSorted((left, right) => right.anomaly_score - left.anomaly_score)
    .slice(0, MOST_ROWS);
  const shown = anomalies.filter((anomaly) => worst.includes(anomaly));
  const rest = `the ${MOST_ROWS} highest of ${formatCount(anomalies.length)}; -o csv prints all`;
  const note = shown.length < anomalies.length ? `${styled(rest, 'dim', terminal)}\n` : '';
  return `${renderTable(anomalyRows(shown, time), terminal)}${note}`;
}

function summaryText(answer: DetectResponse, terminal: Terminal): string {
  const { anomalies_detected, anomalies, incidents, summary, data_points_analyzed } = answer;
  const values = counted(data_points_analyzed, 'value');
  if (summary.max_score === null) return `? none of ${values} could be judged\n`;
  const score = `highest score ${formatScore(summary.max_score)}`;
  if (anomalies_detected === 0) return `${summary.status}: no anomaly in ${values}, ${score}\n`;
  const severities = SEVERITIES.toReversed()
    .filter((severity) => summary.by_severity[severity])
    .map((severity) => `${formatCount(summary.by_severity[severity] ?? 0)} ${severity}`);
  const found = counted(anomalies_detected, 'anomaly', 'anomalies');
  const line = `${found} in ${values} (${rateText(summary.anomaly_rate)}), ${counted(incidents.length, 'incident')}, ${score}`;
  const status = styled(
    summary.status,
    summary.status === 'attention' ? 'yellow' : 'red',
    terminal,
  );
  const cut =
    anomalies.length < anomalies_detected
      ? `only ${formatCount(anomalies.length)} of them are listed: ask for less at once\n`
      : '';
  return `${status}: ${[line, ...severities].join(', ')}\n${cut}`;
}

/** A rate that is not zero is not called zero. */
function rateText(rate: number): string {
  return rate > 0 && rate < 0.0005 ? 'below 0.1 %' : formatShare(rate);
}
