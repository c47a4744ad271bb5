import type { Incident } from '#contracts/http/incidents.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, epochMs, toIso } from '#core/time.ts';
import { NAME_PART, type WorkloadKey, workloadKey } from '#core/workload.ts';
import type { CatalogKey } from './ports/catalog-store.ts';

/** What names an incident: a workload has one at a time. */
export interface IncidentKey {
  readonly workload: WorkloadKey;
  readonly start: EpochMs;
}

/** The key of an incident, by what it holds. */
export function keyOf({ workload, start }: Pick<Incident, 'workload' | 'start'>): IncidentKey {
  return { workload: workloadKey(workload), start: epochMs(Date.parse(start)) };
}

/**
 * The API's name of an incident: its workload and its start to the second, joined as in the id of a
 * model.
 *
 * @example
 * ```ts
 * incidentId({ workload: 'default#shop#web#*', start: epochMs(0) }); // => 'default~shop~web~*~19700101T000000Z'
 * ```
 */
export function incidentId({ workload, start }: IncidentKey): string {
  const compact = toIso(start).replace(/[-:]|\.\d+/g, '');
  return [...workload.split('#'), compact].join('~');
}

/** The inverse of `incidentId`. @throws {DomainError} `NOT_FOUND` for a text of another form */
export function parseIncidentId(id: string): IncidentKey {
  const [start = '', ...rest] = id.split('~').reverse();
  const names = rest.reverse();
  const at = Date.parse(
    start.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const isId = names.length === 4 && names.every((name) => NAME_PART.test(name));
  const key = isId && !Number.isNaN(at) && { workload: names.join('#'), start: epochMs(at) };
  if (key && incidentId(key) === id) return key;
  throw unknownIncident(id);
}

/** There is no incident of that name. */
export function unknownIncident(id: string): DomainError {
  return new DomainError('NOT_FOUND', `there is no incident ${id.slice(0, 200)}`, {
    form: 'cluster~namespace~deployment~container~start',
  });
}

/** Where the incidents of one workload are, by their start. */
export function partitionOf(workload: WorkloadKey): string {
  return `incident#${workload}`;
}

/** Where those of all workloads are that started in one month, by their start and workload. */
export function partitionOfMonth(month: string): string {
  return `incidents#${month}`;
}

/** The record that decides. */
export function recordKey({ workload, start }: IncidentKey): CatalogKey {
  return { partition: partitionOf(workload), id: toIso(start) };
}

/** Its copy among those of all workloads. */
export function copyKey(key: IncidentKey): CatalogKey {
  return { partition: partitionOfMonth(toIso(key.start).slice(0, 7)), id: idByTime(key) };
}

/** The reference to it while it is open. */
export function openKey(key: IncidentKey): CatalogKey {
  return { partition: OPEN_INCIDENTS, id: idByTime(key) };
}
export const OPEN_INCIDENTS = 'open-incidents';

/** The incident that a reference is to. */
export function keyOfReference({ id }: Pick<CatalogKey, 'id'>): IncidentKey {
  const at = id.indexOf('#');
  return { start: epochMs(Date.parse(id.slice(0, at))), workload: id.slice(at + 1) };
}

function idByTime({ workload, start }: IncidentKey): string {
  return `${toIso(start)}#${workload}`;
}

/**
 * The months, as `2026-03`, that hold the times from `from` until `to`, newest first.
 *
 * @example
 * ```ts
 * monthsBack(epochMs(Date.UTC(2025, 11, 31)), epochMs(Date.UTC(2026, 1, 1))); // => ['2026-02', '2026-01', '2025-12']
 * ```
 */
export function monthsBack(from: EpochMs, to: EpochMs): readonly string[] {
  // Months since 1970: `Date.UTC` takes any number of them.
  const monthOf = (at: EpochMs) => {
    const date = new Date(at);
    return 12 * (date.getUTCFullYear() - 1970) + date.getUTCMonth();
  };
  const newest = monthOf(to);
  return Array.from({ length: Math.max(0, newest - monthOf(from) + 1) }, (_, i) =>
    toIso(epochMs(Date.UTC(1970, newest - i))).slice(0, 7),
  );
}
