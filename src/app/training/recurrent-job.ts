import * as z from 'zod';
import { StateSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** One training of one network: under way, done, or refused for good. */
const JobSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('running'), checkpoint: z.unknown(), spent_ms: z.number() }),
  z.strictObject({ status: z.literal('done'), state: StateSchema, spent_ms: z.number() }),
  z.strictObject({
    status: z.literal('refused'),
    code: z.string(),
    message: z.string(),
    spent_ms: z.number(),
  }),
]);
export type RecurrentJob = z.infer<typeof JobSchema>;

/** Weights and what the optimizer knows, three times the network as text. */
const MAX_BYTES = 64 * 1_024 * 1_024;

/**
 * Reads how far a training has come. What cannot be read is no checkpoint: the training begins anew.
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function readJob(
  objects: ObjectStore,
  key: string,
): Promise<RecurrentJob | undefined> {
  const bytes = await objects.get(key, { maxBytes: MAX_BYTES });
  if (!bytes) return undefined;
  try {
    return JobSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Replaces what is known of a training, in one write. @throws {DomainError} `STORE_UNAVAILABLE` */
export async function saveJob(objects: ObjectStore, key: string, job: RecurrentJob): Promise<void> {
  await objects.put(key, new TextEncoder().encode(JSON.stringify(job)));
}
