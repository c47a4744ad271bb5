import * as z from 'zod';
import { ArtifactRefSchema } from '../artifacts/artifact-ref.ts';
import { TrainRequestSchema } from '../http/train.ts';
import { WorkloadKeySchema } from '../workload-key.ts';

/** Payloads of the pipeline's tasks: names of things in the stores, never data. */

/** What the id of a run looks like; on AWS it is the name of an execution. */
export const RunIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/);

/** What an execution is started with; its name is the run's id. */
export const PipelineInputSchema = z.strictObject({
  trigger: z.enum(['schedule', 'request', 'due', 'drift']),
  request: TrainRequestSchema,
});
export type PipelineInput = z.infer<typeof PipelineInputSchema>;

export const PlanInputSchema = z.strictObject({
  run_id: RunIdSchema,
  request: PipelineInputSchema,
});
export type PlanInput = z.infer<typeof PlanInputSchema>;

export const PlanOutputSchema = z.strictObject({
  run_id: RunIdSchema,
  manifest_key: z.string(),
  workloads: z.number().int(),
});
export type PlanOutput = z.infer<typeof PlanOutputSchema>;

/** One line of the manifest that the map reads. */
export const ManifestItemSchema = z.strictObject({ workload: WorkloadKeySchema });

/** What travels from stage to stage: each adds the reference to its output. */
export const WorkloadItemSchema = z.strictObject({
  run_id: RunIdSchema,
  workload: WorkloadKeySchema,
  decision: z.enum(['train', 'refuse']).optional(),
  data: ArtifactRefSchema.optional(),
  features: ArtifactRefSchema.optional(),
  fitted: ArtifactRefSchema.optional(),
  boosted: ArtifactRefSchema.optional(),
  recurrent: ArtifactRefSchema.optional(),
  /** `running`: the recurrent training stopped at a checkpoint and goes on when called again. */
  recurrent_state: z.enum(['running', 'done']).optional(),
  /** The bundle of detectors to publish, and the newest time it has learned from. */
  detectors: z.strictObject({ artifact: ArtifactRefSchema, trained_until: z.number() }).optional(),
  /** Branches of the fit that failed as a whole, and why. */
  branch_failures: z
    .array(z.strictObject({ branch: z.string(), error: z.string(), cause: z.unknown() }))
    .optional(),
  backtest: ArtifactRefSchema.optional(),
});
export type WorkloadItem = z.infer<typeof WorkloadItemSchema>;

/** Trains the pools of a run, before its workloads. */
export const PoolInputSchema = z.strictObject({
  run_id: RunIdSchema,
  manifest_key: z.string(),
  workloads: z.number().int(),
});
export type PoolInput = z.infer<typeof PoolInputSchema>;

/** Ends one workload (with `workload`) or the whole run, well or badly. */
export const FinishInputSchema = z.strictObject({
  run_id: RunIdSchema,
  workload: WorkloadKeySchema.optional(),
  /** Where the map lists how its batches ended. */
  results_key: z.string().min(1).max(1_024).optional(),
  error: z.string().optional(),
  cause: z.unknown().optional(),
});
export type FinishInput = z.infer<typeof FinishInputSchema>;
