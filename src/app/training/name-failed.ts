import * as z from 'zod';
import { FailedExecutionsSchema, MapManifestSchema } from '#contracts/pipeline/map-results.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { workloadKey } from '#core/workload.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunLog } from '../run-log.ts';
import { causeText } from './cause-text.ts';

/** Inputs of failed batches: some 5 kB each, so more than 10,000 of them. */
const MAX_BYTES = 64_000_000;

/** What a child execution was given. */
const BatchSchema = z.object({ Items: z.array(WorkloadItemSchema) });

/**
 * Names the workloads whose end nobody wrote down: those of batches that failed as a whole, as the
 * results of the map list them. A workload of such a batch that did come to an end keeps it.
 *
 * @param manifestKey - of the map's results
 * @returns how many workloads were named
 * @throws {DomainError} `STORE_UNAVAILABLE`, `STATE_INCOMPATIBLE` when results are missing or of
 *   another form
 */
export async function nameFailed(
  { runs, objects }: { readonly runs: RunLog; readonly objects: ObjectStore },
  runId: string,
  manifestKey: string,
): Promise<number> {
  const manifest = await readResult(objects, manifestKey, MapManifestSchema);
  if (manifest.ResultFiles.FAILED.length === 0) return 0;
  const { details } = await runs.detail(runId);
  const ended = new Set(
    details.flatMap(({ workload, outcome }) =>
      outcome === 'running' ? [] : [workloadKey(workload)],
    ),
  );
  let named = 0;
  for (const { Key } of manifest.ResultFiles.FAILED) {
    for (const failed of await readResult(objects, Key, FailedExecutionsSchema)) {
      const error = { code: failed.Error ?? 'UNKNOWN', message: causeText(failed.Cause) };
      for (const { workload } of parseAs(BatchSchema, failed.Input, Key).Items) {
        if (ended.has(workload)) continue;
        await runs.workloadFailed(runId, workload, error);
        named++;
      }
    }
  }
  return named;
}

async function readResult<T>(objects: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T> {
  const bytes = await objects.get(key, { maxBytes: MAX_BYTES });
  if (!bytes) throw unreadable(key, 'is not there');
  return parseAs(schema, new TextDecoder().decode(bytes), key);
}

function parseAs<T>(schema: z.ZodType<T>, text: string, key: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unreadable(key, 'is no JSON', error);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreadable(key, 'is of another form', parsed.error);
  return parsed.data;
}

function unreadable(key: string, why: string, cause?: unknown): DomainError {
  return new DomainError(
    'STATE_INCOMPATIBLE',
    `the map's result ${key} ${why}`,
    { key },
    ...(cause === undefined ? [] : [cause]),
  );
}
