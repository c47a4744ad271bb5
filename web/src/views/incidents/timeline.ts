import type { WorkloadRef } from '#contracts/http/common.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import { workloadId } from '../../api/query.ts';

/** An incident on the strip of its workload; `left` and `width` are shares of the strip. */
export interface TimelineBar {
  readonly incident: Incident;
  readonly left: number;
  readonly width: number;
}

/** The incidents of one workload. */
export interface TimelineRow {
  readonly id: string;
  readonly workload: WorkloadRef;
  readonly simulated: boolean;
  readonly bars: readonly TimelineBar[];
}

/** The time a timeline shows, in ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A strip for each workload with an incident in the time shown: those with an open incident first,
 * then those with the latest one.
 */
export function timelineOf(incidents: readonly Incident[], { from, to }: Span): TimelineRow[] {
  const rows = new Map<string, Omit<TimelineRow, 'bars'> & { bars: TimelineBar[] }>();
  for (const incident of incidents) {
    const start = Date.parse(incident.start);
    const end = incident.end === null ? to : Date.parse(incident.end);
    if (end < from || start > to) continue;
    const id = workloadId(incident.workload);
    const { workload, simulated } = incident;
    const row = rows.get(id) ?? { id, workload, simulated, bars: [] };
    rows.set(id, row);
    const left = Math.max(0, (start - from) / (to - from));
    const right = Math.min(1, (end - from) / (to - from));
    row.bars.push({ incident, left, width: right - left });
  }
  const latest = ({ bars }: TimelineRow) =>
    Math.max(...bars.map(({ incident }) => Date.parse(incident.start)));
  const open = ({ bars }: TimelineRow) =>
    bars.some(({ incident }) => isConcern(incident)) ? 1 : 0;
  return [...rows.values()].sort((a, b) => open(b) - open(a) || latest(b) - latest(a));
}

/** Whether somebody should look: it is open, and nobody has said that it was expected. */
export function isConcern({ state, feedback }: Pick<Incident, 'state' | 'feedback'>): boolean {
  return state === 'open' && feedback?.label !== 'expected';
}

/** Those that somebody should look at first, then the newest. Each once. */
export function inOrder(incidents: readonly Incident[]): readonly Incident[] {
  const once = new Map(incidents.map((incident) => [incident.id, incident]));
  const rank = (incident: Incident) => (isConcern(incident) ? 0 : 1);
  return [...once.values()].sort(
    (a, b) => rank(a) - rank(b) || Date.parse(b.start) - Date.parse(a.start),
  );
}

/** A line across a timeline. */
export interface Tick {
  readonly at: number;
  /** Share of the strip. */
  readonly left: number;
}

const HOUR = 3_600_000;

/**
 * Midnights of the reader's zone (every sixth hour where two days or less are shown), at most `most`
 * of them.
 */
export function ticksOf({ from, to }: Span, most = 8): readonly Tick[] {
  const isShort = to - from <= 48 * HOUR;
  const ticks: number[] = [];
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  // By the calendar: a day may have 23 or 25 hours.
  while (day.getTime() <= to) {
    for (const hour of isShort ? [0, 6, 12, 18] : [0]) {
      const at = new Date(day).setHours(hour);
      if (at > from && at < to) ticks.push(at);
    }
    day.setDate(day.getDate() + 1);
  }
  const every = Math.ceil(ticks.length / most);
  return ticks
    .filter((_, i) => i % every === 0)
    .map((at) => ({ at, left: (at - from) / (to - from) }));
}
