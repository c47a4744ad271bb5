import * as z from 'zod';
import { type Feedback, type Incident, IncidentSchema } from '#contracts/http/incidents.ts';
import { SEVERITY_SCORES, type Severity } from '#core/detect/severity.ts';
import { addMs, DAY, type EpochMs, epochMs, toIso } from '#core/time.ts';
import type { WorkloadId, WorkloadKey } from '#core/workload.ts';
import { parseRecord, readRecord, updateRecord } from './catalog-records.ts';
import {
  copyKey,
  type IncidentKey,
  keyOf,
  keyOfReference,
  monthsBack,
  OPEN_INCIDENTS,
  openKey,
  parseIncidentId,
  partitionOf,
  partitionOfMonth,
  recordKey,
  unknownIncident,
} from './incident-keys.ts';
import type { CatalogRecord, CatalogStore } from './ports/catalog-store.ts';

/** A year can be compared with the one before; counted from the end of an incident. */
const LIFETIME_DAYS = 400;
/** Records that one query reads while a listing looks for what it was asked. */
const PAGE = 200;
/** References that are followed at once. */
const READS_AT_ONCE = 25;

const StoredSchema = z.strictObject({
  incident: IncidentSchema,
  /** Counts the changes, so that a copy that comes late does not overwrite a newer one. */
  version: z.number().int().positive(),
});

/** Which incidents a listing is about. */
export interface IncidentFilter {
  /** One workload; all of them unless given. */
  readonly workload?: WorkloadKey;
  /** What is true of the workload's name. */
  readonly matches?: (workload: WorkloadId) => boolean;
  readonly state?: Incident['state'];
  /** This severity or worse. */
  readonly severity?: Severity;
  /** Started at this time or later. Of all workloads at most 400 days before `before` are listed. */
  readonly from?: EpochMs;
  /** Started before this time. */
  readonly before: EpochMs;
  readonly limit: number;
}

/** The incidents of all workloads: written by the scheduled scoring and by whoever judges them. */
export interface IncidentLog {
  /**
   * Stores an incident as it is seen now: opened, moved on or closed. Doing it twice is doing it
   * once. What somebody said of it stays.
   * @returns what is stored
   */
  save(incident: Incident): Promise<Incident>;
  /** @throws {DomainError} `NOT_FOUND` */
  get(id: string): Promise<Incident>;
  /** Incidents of one workload that started at `since` or later, newest first. */
  ofWorkload(workload: WorkloadKey, since: EpochMs): Promise<readonly Incident[]>;
  /** Newest first. */
  list(filter: IncidentFilter): Promise<readonly Incident[]>;
  /**
   * Records what somebody says of an incident; the last word counts, and null takes it back. The same
   * said again keeps the time at which it was said first.
   * @throws {DomainError} `NOT_FOUND`
   */
  giveFeedback(id: string, feedback: Feedback | null): Promise<Incident>;
}

/**
 * Incidents in the catalog. Each is listed by its workload and, with those of all workloads, by the
 * month it started in; one that is still open by a reference, too, however old it is. The record of
 * the workload decides. Its copy and reference follow, and where a process ended in between, the
 * next `save` puts them right.
 */
export function createIncidentLog(catalog: CatalogStore): IncidentLog {
  const change = async (
    key: IncidentKey,
    next: (current: Incident | undefined) => Incident,
  ): Promise<Incident> => {
    const stored = await updateRecord(
      catalog,
      StoredSchema,
      recordKey(key),
      (current) => {
        // Parsed, so that fields stand in the order of the schema and equal incidents are equal text.
        const incident = IncidentSchema.parse(next(current?.incident));
        const isNews = JSON.stringify(incident) !== JSON.stringify(current?.incident);
        if (current && !isNews) return undefined;
        return { incident, version: (current?.version ?? 0) + 1 };
      },
      { expiresAt: expiryOf },
    );
    if (!stored) throw unknownIncident(key.workload);
    await updateRecord(
      catalog,
      StoredSchema,
      copyKey(key),
      (copy) => (copy && copy.version >= stored.version ? undefined : stored),
      { expiresAt: expiryOf },
    );
    return stored.incident;
  };

  return {
    async save(incident) {
      const key = keyOf(incident);
      // First: a reference to nothing does no harm, an open incident without one would be missed.
      if (incident.state === 'open') await catalog.put(openKey(key), {});
      const saved = await change(key, (current) => ({
        ...incident,
        feedback: current ? current.feedback : incident.feedback,
      }));
      // Readers pass over it until the store has forgotten it.
      const expiresAt = expiryOfReference(saved);
      if (expiresAt !== undefined) await catalog.put(openKey(key), {}, { expiresAt });
      return saved;
    },

    async get(id) {
      const stored = await readRecord(catalog, StoredSchema, recordKey(parseIncidentId(id)));
      if (!stored) throw unknownIncident(id);
      return stored.incident;
    },

    async ofWorkload(workload, since) {
      const after = toIso(epochMs(since - 1));
      const records = await catalog.list(partitionOf(workload), { after });
      return records.map(incidentIn).reverse();
    },

    async list(filter) {
      const { workload, state } = filter;
      const incidents =
        state === 'open' && !workload ? openOnes(catalog, filter) : allOf(catalog, filter);
      const found: Incident[] = [];
      for await (const incident of incidents) {
        if (isAsked(incident, filter)) found.push(incident);
        if (found.length >= filter.limit) break;
      }
      return found;
    },

    async giveFeedback(id, feedback) {
      return change(parseIncidentId(id), (current) => {
        if (!current) throw unknownIncident(id);
        return isSame(current.feedback, feedback) ? current : { ...current, feedback };
      });
    },
  };
}

function isSame(said: Feedback | null, next: Feedback | null): boolean {
  return said?.label === next?.label && said?.by === next?.by && said?.note === next?.note;
}

function incidentIn(record: CatalogRecord): Incident {
  return parseRecord(StoredSchema, record).incident;
}

/** A reference is of use until the incident has ended. */
function expiryOfReference({ end }: Incident): EpochMs | undefined {
  return end === null ? undefined : epochMs(Date.parse(end));
}

/** Open incidents are kept until they have ended, and then for their lifetime. */
function expiryOf({ incident }: z.infer<typeof StoredSchema>): EpochMs | undefined {
  const end = expiryOfReference(incident);
  return end === undefined ? undefined : addMs(end, DAY, LIFETIME_DAYS);
}

function isAsked(incident: Incident, filter: IncidentFilter): boolean {
  const { state, severity, matches = () => true } = filter;
  return (
    (state === undefined || incident.state === state) &&
    (severity === undefined || SEVERITY_SCORES[incident.severity] >= SEVERITY_SCORES[severity]) &&
    matches(incident.workload)
  );
}

/** The incidents of the time asked for, newest first. */
async function* allOf(
  catalog: CatalogStore,
  { workload, from = epochMs(0), before }: IncidentFilter,
): AsyncGenerator<Incident> {
  const oldest = epochMs(Math.max(from, addMs(before, DAY, -LIFETIME_DAYS)));
  const partitions = workload
    ? [partitionOf(workload)]
    : monthsBack(oldest, before).map(partitionOfMonth);
  for (const partition of partitions) {
    for await (const page of pagesBack(catalog, partition, before)) {
      for (const incident of page.map(incidentIn)) {
        if (Date.parse(incident.start) < from) return;
        yield incident;
      }
    }
  }
}

/** The open incidents of the time asked for, newest first. */
async function* openOnes(
  catalog: CatalogStore,
  { from = epochMs(0), before }: IncidentFilter,
): AsyncGenerator<Incident> {
  for await (const page of pagesBack(catalog, OPEN_INCIDENTS, before)) {
    const keys = page.map(keyOfReference).filter(({ start }) => start >= from);
    for (let i = 0; i < keys.length; i += READS_AT_ONCE) {
      const reads = keys
        .slice(i, i + READS_AT_ONCE)
        .map((key) => readRecord(catalog, StoredSchema, recordKey(key)));
      for (const stored of await Promise.all(reads)) if (stored) yield stored.incident;
    }
    if (keys.length < page.length) return;
  }
}

/** The records whose ids begin with a time before `before`, newest first. */
async function* pagesBack(
  catalog: CatalogStore,
  partition: string,
  before: EpochMs,
): AsyncGenerator<readonly CatalogRecord[]> {
  let after = toIso(before);
  for (;;) {
    const page = await catalog.list(partition, { after, limit: PAGE, descending: true });
    yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.id;
  }
}
