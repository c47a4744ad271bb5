import * as z from 'zod';

/** Where a stage's output lies in the object store, and the checksum it is verified by. */
export const ArtifactRefSchema = z.strictObject({
  key: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
});
