import type { ScoredRow } from '#core/detect/assess.ts';
import { DEFAULT_INCIDENT_POLICY, type IncidentPolicy } from '#core/detect/incident-policy.ts';
import type { IncidentRecord } from '#core/detect/incident-record.ts';
import { emptyTracker, type TrackOptions, trackIncidents } from '#core/detect/incidents.ts';
import { type PointParts, scoredRow } from './scored-rows.ts';

/** A point alone is enough from 4 on, so that a 3 in these stories is one of several. */
export const POLICY: IncidentPolicy = { ...DEFAULT_INCIDENT_POLICY, alone: 4 };

/** Rows of `cpu` alone; undefined is a gap. */
export function rowsOf(points: readonly (number | PointParts | undefined)[]): readonly ScoredRow[] {
  return points.map((cpu, i) => scoredRow(i, cpu === undefined ? {} : { cpu }));
}

/** The scores of so many points in health. */
export function calm(rows: number): readonly number[] {
  return new Array<number>(rows).fill(0);
}

/** What a new tracker makes of rows. */
export function track(rows: readonly ScoredRow[]) {
  return trackIncidents(emptyTracker(), rows, POLICY);
}

/** What changes when, as `row kind` in the order of time. */
export function story(
  rows: readonly ScoredRow[],
  policy = POLICY,
  options: TrackOptions = {},
): readonly string[] {
  let state = emptyTracker();
  return rows.flatMap((row, i) => {
    const next = trackIncidents(state, [row], policy, options);
    state = next.state;
    return next.changes.map(({ kind }) => `${i} ${kind}`);
  });
}

/** The records of the incidents, as they were last. */
export function incidentsOf(rows: readonly ScoredRow[]): readonly IncidentRecord[] {
  const { changes } = track(rows);
  return [...new Map(changes.map(({ incident }) => [incident.id, incident])).values()];
}
