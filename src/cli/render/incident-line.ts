import type { FoundIncident } from '#contracts/http/incidents.ts';
import type { Severity } from '#core/detect/severity.ts';
import { formatShare } from '#core/units.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatAge, momentOf, type TimeFormat } from './time.ts';

const SEVERITY_STYLES = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'bold',
} as const satisfies Record<Severity, string>;

const END_WORDS = {
  recovered: '',
  new_level: ', since then usual at a new level',
  no_data: ', since then without values',
} as const satisfies Record<NonNullable<FoundIncident['ended_because']>, string>;

/** A severity in its colour. */
export function severityText(severity: Severity, terminal: Terminal): string {
  return styled(severity, SEVERITY_STYLES[severity], terminal);
}

/** Seconds from the start of an incident to its end, or to `now` while it is open. */
export function secondsOf({ start, end }: FoundIncident, now: string): number {
  return (momentOf(end ?? now) - momentOf(start)) / 1_000;
}

/** When an incident was, and for how long: `now` is where what is known of an open one ends. */
export function spanText(incident: FoundIncident, now: string, time: TimeFormat): string {
  const { start, end, ended_because } = incident;
  const lasted = formatAge(secondsOf(incident, now));
  const from = time.dateTime(momentOf(start));
  if (end === null) return `open since ${from} (${lasted})`;
  const why = ended_because === null ? '' : END_WORDS[ended_because];
  return `${from} to ${time.dateTime(momentOf(end))} (${lasted})${why}`;
}

/** The metrics of an incident, most responsible first, each with its share. */
export function metricsText({ metrics }: FoundIncident): string {
  const [only] = metrics;
  if (metrics.length === 1 && only) return only.metric;
  return metrics.map(({ metric, share }) => `${metric} ${formatShare(share)}`).join(', ');
}
