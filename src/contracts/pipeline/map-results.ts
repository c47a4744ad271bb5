import * as z from 'zod';

/**
 * What a Distributed Map leaves behind, as far as Helios reads it: AWS may add fields of its own.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */

const ResultFileSchema = z.object({ Key: z.string().min(1), Size: z.number() });

/** `manifest.json`: where the results of the child executions lie. */
export const MapManifestSchema = z.object({
  ResultFiles: z.object({ FAILED: z.array(ResultFileSchema) }),
});

/** One file of child executions that failed; their input is JSON as text. */
export const FailedExecutionsSchema = z.array(
  z.object({ Input: z.string(), Error: z.string().optional(), Cause: z.string().optional() }),
);
