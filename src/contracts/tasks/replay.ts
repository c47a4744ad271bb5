import * as z from 'zod';
import { RunIdSchema } from './items.ts';

/** What the state machine of a replay hands to its task; with `error` it records that the run failed. */
export const ReplayTaskInputSchema = z.strictObject({
  run_id: RunIdSchema,
  error: z.string().optional(),
  cause: z.unknown().optional(),
});
export type ReplayTaskInput = z.infer<typeof ReplayTaskInputSchema>;
