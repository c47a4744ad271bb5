import type { Incident } from '#contracts/http/incidents.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { formatScore } from './anomaly-table.ts';
import { metricsText, secondsOf } from './incident-line.ts';
import { renderTable, type Table, textCell, withoutColumns } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatAge, momentOf, type TimeFormat } from './time.ts';

const RIGHT = { align: 'right' } as const;

/** A row an incident, for programs; open ones have lasted until `now`. */
export function incidentTable(
  incidents: readonly Incident[],
  now: EpochMs,
  time: TimeFormat,
): Table {
  return {
    columns: [
      { title: 'Start', key: 'start' },
      { title: 'End', key: 'end' },
      { title: 'Lasted', key: 'duration_seconds', ...RIGHT },
      { title: 'Severity', key: 'severity' },
      { title: 'Workload', key: 'workload' },
      { title: 'Simulated', key: 'simulated' },
      { title: 'Metrics', key: 'metrics' },
      { title: 'Score', key: 'score', ...RIGHT },
      { title: 'Direction', key: 'direction' },
      { title: 'State', key: 'state' },
      { title: 'Ended because', key: 'ended_because' },
      { title: 'Feedback', key: 'feedback' },
      { title: 'By', key: 'feedback_by' },
      { title: 'Note', key: 'note' },
      { title: 'Message', key: 'message' },
      { title: 'Id', key: 'id' },
    ],
    rows: incidents.map((incident) => {
      const { start, end, feedback } = incident;
      const seconds = Math.round(secondsOf(incident, toIso(now)));
      return [
        { text: time.dateTime(momentOf(start)), raw: start },
        { text: end === null ? '' : time.dateTime(momentOf(end)), raw: end },
        { text: formatAge(seconds), raw: seconds },
        textCell(incident.severity),
        textCell(workloadLabel(incident.workload)),
        textCell(incident.simulated ? 'SIMULATED' : ''),
        textCell(metricsText(incident)),
        { text: formatScore(incident.peak.score), raw: incident.peak.score },
        textCell(incident.direction ?? ''),
        textCell(incident.state),
        textCell(incident.ended_because ?? ''),
        textCell(feedback?.label ?? ''),
        textCell(feedback?.by ?? ''),
        textCell(feedback?.note ?? ''),
        textCell(incident.message),
        textCell(incident.id),
      ];
    }),
  };
}

/** The incidents as a terminal shows them: the table, and below what happened, with the ids. */
export function incidentsText(
  incidents: readonly Incident[],
  options: { readonly terminal: Terminal; readonly time: TimeFormat; readonly now: EpochMs },
): string {
  const { terminal, time, now } = options;
  const labels = new Set(incidents.map(({ workload }) => workloadLabel(workload)));
  const [first] = incidents;
  const isOneWorkload = labels.size === 1 && first !== undefined;
  const unread = [
    ...(isOneWorkload ? ['workload'] : []),
    ...(incidents.some(({ feedback }) => feedback) ? [] : ['feedback']),
  ];
  const table = withoutColumns(incidentRows(incidents, now, time), unread);
  const title = isOneWorkload ? `${titleOf(first, terminal)}\n` : '';
  const messages = incidents.map((incident) => messageBlock(incident)).join('');
  return `${title}${renderTable(table, terminal)}\n${messages}`;
}

function titleOf({ workload, simulated }: Incident, terminal: Terminal): string {
  const mark = simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  return `${styled(printable(workloadLabel(workload)), 'bold', terminal)}${mark}`;
}

function incidentRows(incidents: readonly Incident[], now: EpochMs, time: TimeFormat): Table {
  return {
    columns: [
      { title: 'Start', key: 'start' },
      { title: 'Lasted', key: 'duration' },
      { title: 'Severity', key: 'severity' },
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'Metrics', key: 'metrics', wraps: true },
      { title: 'Feedback', key: 'feedback' },
    ],
    rows: incidents.map((incident) => {
      const { workload, simulated, metrics, feedback } = incident;
      const label = workloadLabel(workload);
      return [
        textCell(time.dateTime(momentOf(incident.start))),
        textCell(lastedText(incident, now)),
        textCell(incident.severity),
        textCell(simulated ? `${label} SIMULATED` : label),
        textCell(metrics.map(({ metric }) => metric).join(', ')),
        textCell(feedback?.label ?? ''),
      ];
    }),
  };
}

function lastedText(incident: Incident, now: EpochMs): string {
  const { state, ended_because } = incident;
  const lasted = formatAge(secondsOf(incident, toIso(now)));
  if (state === 'open') return `${lasted}, open`;
  const isOver = ended_because === null || ended_because === 'recovered';
  return isOver ? lasted : `${lasted}, ${ended_because.replace('_', ' ')}`;
}

function messageBlock({ id, message, feedback }: Incident): string {
  const lines = [message];
  if (feedback) {
    lines.push(
      `${feedback.label}, says ${feedback.by}${feedback.note ? `: ${feedback.note}` : ''}`,
    );
  }
  return `'${printable(id)}'\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`;
}

/** Whether an incident is still somebody's concern: open, and not marked as expected. */
export function isConcern({ state, feedback }: Incident): boolean {
  return state === 'open' && feedback?.label !== 'expected';
}
