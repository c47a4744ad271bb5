import * as z from 'zod';

/** Where a stage's output lies in the object store, and the checksum it is verified by. */
export const ArtifactRefSchema = z.strictObject({
  /** A path of parts that every object store can hold. */
  key: z
    .string()
    .max(900)
    .regex(
      /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._%=-]{1,200}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._%=-]{1,200})*$/,
    ),
  sha256: z.string(),
  bytes: z.number().int(),
});
