import * as z from 'zod';
import {
  type Grade,
  GradeEvidenceSchema,
  GradeStateSchema,
  permissionOf,
} from '#core/evaluate/grade.ts';
import { parseRecord, readRecord, updateRecord } from '../catalog-records.ts';
import type { ModelSubject } from '../model-registry.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

/** The grades of all workloads and metrics, in one partition so that they list in one query. */
const PARTITION = 'grades';

const GradedBucketSchema = z.strictObject({
  from_step: z.int().positive(),
  to_step: z.int().positive(),
  state: GradeStateSchema,
  /** Since when it has had this grade, as `EpochMs`. */
  since: z.number(),
  evidence: GradeEvidenceSchema,
});
export type GradedBucket = z.infer<typeof GradedBucketSchema>;

const GradeRecordSchema = z.strictObject({
  /** The last look, as `EpochMs`. */
  looked_at: z.number(),
  /** What was looked at. */
  version: z.string(),
  member: z.string(),
  step_ms: z.number().positive(),
  buckets: z.array(GradedBucketSchema),
});

/** The grades of one metric of one workload by horizon, with what they were made of. */
export type GradeRecord = z.infer<typeof GradeRecordSchema>;

/** Remembers what forecasts are worth, so that a grade does not waver. */
export interface GradeLog {
  get(subject: ModelSubject): Promise<GradeRecord | undefined>;
  /** Changes a record as `updateRecord` does: `change` may be called again when others write too. */
  update(
    subject: ModelSubject,
    change: (current: GradeRecord | undefined) => GradeRecord | undefined,
  ): Promise<GradeRecord | undefined>;
  list(): Promise<readonly (ModelSubject & { readonly record: GradeRecord })[]>;
}

/** A grade log over the catalog, one record a workload and metric. */
export function createGradeLog(catalog: CatalogStore): GradeLog {
  const keyOf = ({ workload, metric }: ModelSubject) => ({
    partition: PARTITION,
    id: `${workload}#${metric}`,
  });
  return {
    get: (subject) => readRecord(catalog, GradeRecordSchema, keyOf(subject)),
    update: (subject, change) => updateRecord(catalog, GradeRecordSchema, keyOf(subject), change),
    async list() {
      const records = await catalog.list(PARTITION);
      return records.map((record) => {
        const at = record.id.lastIndexOf('#');
        return {
          workload: record.id.slice(0, at),
          metric: record.id.slice(at + 1),
          record: parseRecord(GradeRecordSchema, record),
        };
      });
    },
  };
}

/** The bucket of a record that a step ahead lies in; undefined beyond the last one. */
export function bucketAt(record: GradeRecord, step: number): GradedBucket | undefined {
  return record.buckets.find(({ from_step, to_step }) => from_step <= step && step <= to_step);
}

/**
 * What the forecasts of a metric are worth so many steps ahead, and whether they may be acted on.
 * Without a record there is too little data to say.
 */
export function gradeAt(
  record: GradeRecord | undefined,
  step: number,
): { readonly grade: Grade; readonly allows: ReturnType<typeof permissionOf> } {
  const grade = (record && bucketAt(record, step)?.state.grade) ?? 'too_little_data';
  return { grade, allows: permissionOf(grade) };
}
