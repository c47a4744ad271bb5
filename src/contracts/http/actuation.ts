import * as z from 'zod';
import { ReasonSchema, WorkloadRefSchema } from './common.ts';

/** Whether actuation is stopped by somebody, beside what the configuration says. */
export const ActuationSwitchSchema = z.strictObject({
  stopped: z.boolean(),
  changed_at: z.string().nullable().meta({ description: 'null: nobody has ever changed it' }),
  changed_by: z.string().nullable().meta({ description: 'the IAM principal, where there is one' }),
  note: z.string().nullable(),
});
export type ActuationSwitch = z.infer<typeof ActuationSwitchSchema>;

const StepSchema = z.strictObject({
  kind: z.enum(['put', 'delete']),
  name: z.string().meta({ description: 'of the scheduled action' }),
  at: z.string().nullable(),
  minimum: z.number().int().nullable(),
});

/** What became of one target in a run. */
export const ActuationOutcomeSchema = z.strictObject({
  workload: WorkloadRefSchema,
  service_namespace: z.string(),
  resource_id: z.string(),
  scalable_dimension: z.string(),
  minimum: z.number().int().nullable().meta({ description: 'null: not registered, or not read' }),
  maximum: z.number().int().nullable(),
  because: ReasonSchema,
  steps: z.array(StepSchema).meta({ description: 'writes; in a dry run those that it left out' }),
});
export type ActuationOutcome = z.infer<typeof ActuationOutcomeSchema>;

export const ActuationRunSchema = z.strictObject({
  at: z.string(),
  dry_run: z.boolean(),
  stopped: z.boolean(),
  targets: z.array(ActuationOutcomeSchema),
});
export type ActuationRun = z.infer<typeof ActuationRunSchema>;

export const ActuationSchema = z.strictObject({
  switch: ActuationSwitchSchema,
  last_run: ActuationRunSchema.nullable().meta({
    description: 'null: the actuation stack is not deployed, or has not run yet',
  }),
});
export type Actuation = z.infer<typeof ActuationSchema>;

export const ActuationSwitchRequestSchema = z.strictObject({
  note: z.string().min(1).max(500).optional().meta({ description: 'why, for whoever reads it' }),
});
export type ActuationSwitchRequest = z.infer<typeof ActuationSwitchRequestSchema>;
