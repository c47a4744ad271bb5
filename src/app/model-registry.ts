import * as z from 'zod';
import { type ModelInfo, ModelSchema } from '#contracts/http/catalog.ts';
import { DomainError } from '#core/errors.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import { NAME_PART, type WorkloadKey } from '#core/workload.ts';
import { parseRecord, readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

/** Pointers of all workloads and metrics, in one partition so that they list in one query. */
const POINTERS = 'models';
/** How many champions back a rollback can reach. */
const HISTORY_LENGTH = 20;
/** The beginning of a SHA-256. */
const VERSION_NAME = /^[A-Za-z0-9]{1,64}$/;

const PointerSchema = z.strictObject({
  champion: z.string().nullable(),
  /** Newest version trained, champion or not: its calibration serves naive until something wins. */
  latest: z.string().nullable(),
  /** Champions before this one, newest last; null stands for naive. */
  previous: z.array(z.string().nullable()),
});
export type ModelPointer = z.infer<typeof PointerSchema>;

/** A version as stored: the stage follows from the pointer, so it is not part of it. */
const VersionSchema = ModelSchema.omit({ stage: true }).extend({ artifact_key: z.string() });
export type ModelVersion = z.infer<typeof VersionSchema>;

/** One workload's metric, the unit that has a champion. */
export interface ModelSubject {
  readonly workload: WorkloadKey;
  readonly metric: string;
}

/** Versions of models and which of them serves. Changing the champion is one conditional write. */
export interface ModelRegistry {
  pointer(subject: ModelSubject): Promise<ModelPointer | undefined>;
  version(subject: ModelSubject, version: string): Promise<ModelVersion | undefined>;
  /** Records a version as the latest. Doing it twice is doing it once. */
  add(subject: ModelSubject, version: ModelVersion): Promise<void>;
  /**
   * Makes `version` the champion (null: naive serves again), provided that the champion still is
   * `expected`.
   * @throws {DomainError} `MODEL_CHANGED`
   */
  promote(subject: ModelSubject, version: string | null, expected: string | null): Promise<void>;
  /**
   * Takes the champion back to the one before it (null: naive served before it).
   * @throws {DomainError} `ROLLBACK_IMPOSSIBLE`
   */
  rollback(
    subject: ModelSubject,
  ): Promise<{ readonly from: string | null; readonly to: string | null }>;
  /** Every subject that was ever trained, with its pointer. */
  subjects(): Promise<readonly (ModelSubject & { readonly pointer: ModelPointer })[]>;
  /** All versions of one subject, newest first. */
  versions(subject: ModelSubject): Promise<readonly ModelVersion[]>;
}

/** Versions in memory at most: some kB each. */
const REMEMBERED_VERSIONS = 500;

export function createModelRegistry(catalog: CatalogStore): ModelRegistry {
  const pointerKey = (subject: ModelSubject) => ({
    partition: POINTERS,
    id: `${subject.workload}#${subject.metric}`,
  });
  const versionPartition = (subject: ModelSubject) => `model#${subject.workload}#${subject.metric}`;
  const changePointer = (
    subject: ModelSubject,
    change: (current: ModelPointer) => ModelPointer | undefined,
  ) =>
    updateRecord(catalog, PointerSchema, pointerKey(subject), (current) =>
      change(current ?? { champion: null, latest: null, previous: [] }),
    );

  // A version is named by its content, so one that was read is not read again; the pointer always is.
  const versions = new Map<string, ModelVersion>();

  return {
    pointer: (subject) => readRecord(catalog, PointerSchema, pointerKey(subject)),

    async version(subject, version) {
      const key = { partition: versionPartition(subject), id: version };
      const name = `${key.partition}#${version}`;
      const known = versions.get(name) ?? (await readRecord(catalog, VersionSchema, key));
      if (!known) return undefined;
      versions.delete(name);
      versions.set(name, known);
      const oldest = versions.keys().next().value;
      if (versions.size > REMEMBERED_VERSIONS && oldest !== undefined) versions.delete(oldest);
      return known;
    },

    async add(subject, version) {
      const partition = versionPartition(subject);
      versions.delete(`${partition}#${version.version}`);
      await catalog.put({ partition, id: version.version }, version);
      await changePointer(subject, (current) =>
        current.latest === version.version ? undefined : { ...current, latest: version.version },
      );
    },

    async promote(subject, version, expected) {
      await changePointer(subject, (current) => {
        if (current.champion === version) return undefined;
        if (current.champion !== expected) {
          throw new DomainError(
            'MODEL_CHANGED',
            `the champion of ${subject.metric} is ${current.champion}, not ${expected}`,
            { champion: current.champion, expected },
          );
        }
        const previous = [...current.previous, current.champion].slice(-HISTORY_LENGTH);
        return { ...current, champion: version, previous };
      });
    },

    async rollback(subject) {
      let from: string | null = null;
      const after = await changePointer(subject, (current) => {
        const to = current.previous.at(-1);
        if (to === undefined) {
          throw new DomainError(
            'ROLLBACK_IMPOSSIBLE',
            `${subject.metric} has had no champion before ${current.champion ?? 'naive'}`,
            { champion: current.champion },
          );
        }
        from = current.champion;
        return { ...current, champion: to, previous: current.previous.slice(0, -1) };
      });
      return { from, to: after?.champion ?? null };
    },

    async subjects() {
      const records = await catalog.list(POINTERS);
      return records.map((record) => {
        const at = record.id.lastIndexOf('#');
        return {
          workload: record.id.slice(0, at),
          metric: record.id.slice(at + 1),
          pointer: parseRecord(PointerSchema, record),
        };
      });
    },

    async versions(subject) {
      const records = await catalog.list(versionPartition(subject));
      return records
        .map((record) => parseRecord(VersionSchema, record))
        .sort((a, b) => Date.parse(b.trained_at) - Date.parse(a.trained_at));
    },
  };
}

/** A version as the API shows it, with the stage that the pointer gives it. */
export function toModelInfo(version: ModelVersion, pointer: ModelPointer): ModelInfo {
  const { artifact_key: _, ...info } = version;
  const stage =
    version.version === pointer.champion
      ? 'champion'
      : version.version === pointer.latest
        ? 'candidate'
        : 'archived';
  return { ...info, stage };
}

/** The API's name of a version; `#` would end a URL's path, so the parts are joined by `~`. */
export function modelId(subject: ModelSubject, version: string): string {
  return [...subject.workload.split('#'), subject.metric, version].join('~');
}

/** The inverse of `modelId`. @throws {DomainError} `NOT_FOUND` for a text of another form */
export function parseModelId(id: string): { subject: ModelSubject; version: string } {
  const parts = id.split('~');
  const [metric = '', version = ''] = parts.slice(4);
  const isId =
    parts.length === 6 &&
    parts.slice(0, 4).every((part) => NAME_PART.test(part)) &&
    METRIC_NAME.test(untracked(metric).metric) &&
    VERSION_NAME.test(version);
  if (!isId) {
    throw new DomainError('NOT_FOUND', `${id.slice(0, 200)} is not the id of a model`, {
      form: 'cluster~namespace~deployment~container~metric~version',
    });
  }
  return { subject: { workload: parts.slice(0, 4).join('#'), metric }, version };
}
