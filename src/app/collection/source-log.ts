import * as z from 'zod';
import { type EpochMs, epochMs } from '#core/time.ts';
import { parseRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const PARTITION = 'sources';
/** A success is written so often at most: many batches succeed in one round. */
const RESOLUTION_MS = 30_000;

const ProblemSchema = z.strictObject({
  at_ms: z.number(),
  code: z.string(),
  message: z.string(),
  workload: z.string(),
});
const StatusSchema = z.strictObject({
  last_success_ms: z.number().nullable(),
  last_problem: ProblemSchema.nullable(),
});

/** What last went wrong at a source, and with which workload. */
export interface SourceProblem {
  readonly at: EpochMs;
  readonly code: string;
  readonly message: string;
  readonly workload: string;
}

/** What the last reads of a source have come to. */
export interface SourceStatus {
  readonly name: string;
  readonly lastSuccess: EpochMs | null;
  readonly lastProblem: SourceProblem | null;
}

/** How the sources do that Helios reads by itself. */
export interface SourceLog {
  list(): Promise<readonly SourceStatus[]>;
  /** Records what a batch of reads came to; later times win. */
  note(
    name: string,
    outcome: { readonly success?: EpochMs; readonly problem?: SourceProblem },
  ): Promise<void>;
}

export function createSourceLog(catalog: CatalogStore): SourceLog {
  return {
    async list() {
      const records = await catalog.list(PARTITION);
      return records.map((record) => {
        const { last_success_ms: success, last_problem: problem } = parseRecord(
          StatusSchema,
          record,
        );
        return {
          name: record.id,
          lastSuccess: success === null ? null : epochMs(success),
          lastProblem: problem && {
            at: epochMs(problem.at_ms),
            code: problem.code,
            message: problem.message,
            workload: problem.workload,
          },
        };
      });
    },
    async note(name, { success, problem }) {
      if (success === undefined && problem === undefined) return;
      await updateRecord(catalog, StatusSchema, { partition: PARTITION, id: name }, (current) => {
        const known = current ?? { last_success_ms: null, last_problem: null };
        const isLater =
          success !== undefined && success - (known.last_success_ms ?? 0) >= RESOLUTION_MS;
        const isNews =
          problem !== undefined &&
          (problem.message !== known.last_problem?.message ||
            problem.at - known.last_problem.at_ms >= RESOLUTION_MS);
        if (!isLater && !isNews) return undefined;
        return {
          last_success_ms: isLater ? success : known.last_success_ms,
          last_problem: isNews
            ? {
                at_ms: problem.at,
                code: problem.code,
                message: problem.message.slice(0, 500),
                workload: problem.workload,
              }
            : known.last_problem,
        };
      });
    },
  };
}
