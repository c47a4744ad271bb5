import type { FleetRow } from '#contracts/http/fleet.ts';

const LEAST_MS = 15 * 60_000;
const STEPS = 3;

/** Whether the data of a workload are older than its step explains: by three steps, and a quarter of an hour. */
export function isOld(
  { last_seen, step_seconds }: Pick<FleetRow, 'last_seen' | 'step_seconds'>,
  now: number,
): boolean {
  return now - Date.parse(last_seen) > Math.max(LEAST_MS, STEPS * step_seconds * 1_000);
}

/** The whole fleet in numbers. */
export interface FleetFacts {
  readonly workloads: number;
  readonly withIncidents: number;
  readonly predictable: number;
  readonly old: number;
}

/** Counts the fleet. */
export function fleetFacts(rows: readonly FleetRow[], now: number): FleetFacts {
  const count = (holds: (row: FleetRow) => boolean) => rows.filter(holds).length;
  return {
    workloads: rows.length,
    withIncidents: count(({ open_incidents }) => open_incidents > 0),
    predictable: count(({ grade }) => grade?.grade === 'predictable'),
    old: count((row) => isOld(row, now)),
  };
}

/** All metrics of the fleet, those that most workloads have first. */
export function fleetMetrics(rows: readonly FleetRow[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of rows) {
    for (const metric of metrics) counts.set(metric, (counts.get(metric) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
}
