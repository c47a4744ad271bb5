import * as z from 'zod';
import { canonicalJson } from '#adapters/canonical-json.ts';
import { readRecord } from '#app/catalog-records.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { sha256Hex } from '#app/sha256.ts';

const DoneSchema = z.strictObject({ output: z.unknown() });

/** Runs the tasks of one execution, each until it has succeeded once. */
export interface DurableTasks {
  /** @throws whatever `work` throws: a failure is not remembered, so that it can be tried again */
  run(name: string, payload: unknown, work: () => Promise<unknown>): Promise<unknown>;
  /** Once the execution has ended. */
  forget(): Promise<void>;
}

/**
 * Remembers what the tasks of an execution have answered, as Step Functions does: an execution that
 * goes on after a kill starts at its first state again, and gets the answers there are instead of
 * doing the same twice. Planning again would even find nothing: what was due when the run began is
 * not due any more once its training was tried.
 */
export function durableTasks(catalog: CatalogStore, execution: string): DurableTasks {
  const partition = `local-execution#${execution}`;
  return {
    async run(name, payload, work) {
      const digest = await sha256Hex(canonicalJson(payload ?? null));
      const key = { partition, id: `${name}#${digest}` };
      const done = await readRecord(catalog, DoneSchema, key);
      if (done) return done.output;
      const output = await work();
      await catalog.put(key, { output });
      return output;
    },
    async forget() {
      for (const { id } of await catalog.list(partition)) await catalog.delete({ partition, id });
    },
  };
}
