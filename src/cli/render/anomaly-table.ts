import type { Anomaly, DetectResponse } from '#contracts/http/detect.ts';
import type { FoundIncident } from '#contracts/http/incidents.ts';
import { formatValue, type Scale, scaleFor, unitOf } from '#core/units.ts';
import { type Cell, type Table, textCell, unknownCell } from './table.ts';
import { momentOf, type TimeFormat } from './time.ts';

const RIGHT = { align: 'right' } as const;

/** A row an anomaly, in order of time, with the number of its incident: what programs read. */
export function anomalyTable(answer: DetectResponse, time: TimeFormat): Table {
  const scales = scalesOf(answer.anomalies);
  return {
    columns: [
      { title: 'Incident', key: 'incident', ...RIGHT },
      { title: 'Time', key: 'timestamp' },
      { title: 'Metric', key: 'metric' },
      { title: 'Value', key: 'value', ...RIGHT },
      { title: 'Expected', key: 'expected_value', ...RIGHT },
      { title: 'Lower', key: 'lower_bound', ...RIGHT },
      { title: 'Upper', key: 'upper_bound', ...RIGHT },
      { title: 'Unit', key: 'unit' },
      { title: 'Score', key: 'anomaly_score', ...RIGHT },
      { title: 'Direction', key: 'direction' },
      { title: 'Severity', key: 'severity' },
      { title: 'Detector', key: 'detector' },
      { title: 'Description', key: 'description' },
    ],
    rows: answer.anomalies.map((anomaly) => {
      const incident = incidentOf(anomaly, answer.incidents);
      const scale = scales.get(anomaly.metric);
      return [
        incident < 0 ? { text: '', raw: null } : { text: `${incident + 1}`, raw: incident + 1 },
        timeCell(anomaly, time),
        textCell(anomaly.metric),
        numberCell(anomaly.value, scale),
        numberCell(anomaly.expected_value, scale),
        numberCell(anomaly.lower_bound, scale),
        numberCell(anomaly.upper_bound, scale),
        textCell(unitOf(anomaly.metric)),
        { text: formatScore(anomaly.anomaly_score), raw: anomaly.anomaly_score },
        textCell(anomaly.direction ?? ''),
        textCell(anomaly.severity ?? ''),
        textCell(anomaly.detector),
        textCell(anomaly.description),
      ];
    }),
  };
}

/** The same for people, as narrow as it can be: some of the anomalies, whose incident is named above. */
export function anomalyRows(anomalies: readonly Anomaly[], time: TimeFormat): Table {
  const scales = scalesOf(anomalies);
  return {
    columns: [
      { title: 'Time', key: 'timestamp' },
      { title: 'Metric', key: 'metric', wraps: true },
      { title: 'Value', key: 'value', ...RIGHT },
      { title: 'Expected', key: 'expected_value', wraps: true, ...RIGHT },
      { title: 'Score', key: 'anomaly_score' },
    ],
    rows: anomalies.map((anomaly) => {
      const scale = scales.get(anomaly.metric);
      const score = formatScore(anomaly.anomaly_score);
      return [
        timeCell(anomaly, time),
        textCell(anomaly.metric),
        numberCell(anomaly.value, scale),
        expectedCell(anomaly, scale),
        textCell(anomaly.severity === null ? score : `${score} ${anomaly.severity}`),
      ];
    }),
  };
}

/** One scale for all numbers of a metric. */
function scalesOf(anomalies: readonly Anomaly[]): ReadonlyMap<string, Scale> {
  const values = new Map<string, number[]>();
  for (const { metric, value, expected_value, lower_bound, upper_bound } of anomalies) {
    const known = [value, expected_value, lower_bound, upper_bound].filter((each) => each !== null);
    values.set(metric, [...(values.get(metric) ?? []), ...known]);
  }
  return new Map([...values].map(([metric, own]) => [metric, scaleFor(unitOf(metric), own)]));
}

function numberCell(value: number | null, scale: Scale | undefined): Cell {
  if (value === null || !scale) return unknownCell();
  return { text: formatValue(value, scale), raw: value };
}

/** The expected value with its band behind it, in brackets as in the report on many forecasts. */
function expectedCell(anomaly: Anomaly, scale: Scale | undefined): Cell {
  const { expected_value, lower_bound, upper_bound } = anomaly;
  const cell = numberCell(expected_value, scale);
  if (lower_bound === null || upper_bound === null || !scale) return cell;
  const lower = formatValue(lower_bound, { ...scale, suffix: '' });
  return { ...cell, text: `${cell.text} (${lower} to ${formatValue(upper_bound, scale)})` };
}

function timeCell({ timestamp }: Anomaly, time: TimeFormat): Cell {
  return { text: time.dateTime(momentOf(timestamp)), raw: timestamp };
}

/** The index of the incident during which an anomaly was; -1 for none. Incidents do not overlap. */
export function incidentOf({ timestamp }: Anomaly, incidents: readonly FoundIncident[]): number {
  const at = momentOf(timestamp);
  return incidents.findIndex(
    ({ start, end }) => at >= momentOf(start) && (end === null || at <= momentOf(end)),
  );
}

/**
 * A score on the scale of the severities, fine enough to compare with a threshold.
 *
 * @example
 * ```ts
 * formatScore(2.5); // => '2.50'
 * ```
 */
export function formatScore(score: number): string {
  return score.toFixed(2);
}
