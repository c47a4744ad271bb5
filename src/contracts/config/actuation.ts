import * as z from 'zod';
import { NAME_PART } from '#core/workload.ts';

const NameSchema = z.string().regex(NAME_PART);

/** Targets that one deployment may raise: each has a pair of scheduled actions at most. */
export const MAX_ACTUATION_TARGETS = 60;

/** The tag that gives a scalable target into Helios' hands, and takes it out again. */
export const MANAGED_TAG = { key: 'helios:managed', value: 'true' } as const;

/** The dimensions of Application Auto Scaling that count replicas. */
export const SCALABLE_DIMENSIONS = [
  'ecs:service:DesiredCount',
  'lambda:function:ProvisionedConcurrency',
  'rds:cluster:ReadReplicaCount',
  'sagemaker:variant:DesiredInstanceCount',
] as const;

/** One workload and the scalable target whose minimum follows its recommendation. */
export const ActuationTargetSchema = z
  .strictObject({
    deployment: NameSchema,
    namespace: NameSchema.default('default'),
    cluster: NameSchema.default('default'),
    container: NameSchema.default('*'),
    service_namespace: z.enum(['ecs', 'lambda', 'rds', 'sagemaker']).default('ecs'),
    /** As Application Auto Scaling names it, e.g. `service/my-cluster/my-service`. */
    resource_id: z
      .string()
      .max(1_600)
      .regex(/^[\x21-\x7e]+$/, 'a resource id has no spaces and no other than ASCII letters'),
    scalable_dimension: z.enum(SCALABLE_DIMENSIONS).default('ecs:service:DesiredCount'),
  })
  .refine(
    ({ service_namespace, scalable_dimension }) =>
      scalable_dimension.startsWith(`${service_namespace}:`),
    { error: 'scalable_dimension is one of service_namespace', path: ['scalable_dimension'] },
  );
export type ActuationTarget = z.infer<typeof ActuationTargetSchema>;

/** The part `actuation:` of the configuration: whether Helios may raise minimums, and whose. */
export const ActuationConfigSchema = z
  .strictObject({
    /** Deploys the stack that acts. Without it nothing of Helios can change anybody's capacity. */
    enabled: z.boolean().default(false),
    /** Says what it would do, and has no permission to do it. */
    dry_run: z.boolean().default(true),
    /** Takes back everything and does nothing more, as `helios actuation stop` does at once. */
    stopped: z.boolean().default(false),
    targets: z
      .array(ActuationTargetSchema)
      .max(MAX_ACTUATION_TARGETS)
      .default([])
      .refine((targets) => new Set(targets.map(scalableTargetKey)).size === targets.length, {
        error: 'each scalable target is named once',
      }),
  })
  .prefault({});
export type ActuationConfig = z.infer<typeof ActuationConfigSchema>;

/** What tells one scalable target from another, as text. */
export function scalableTargetKey(
  target: Pick<ActuationTarget, 'scalable_dimension' | 'resource_id'>,
): string {
  return `${target.scalable_dimension} ${target.resource_id}`;
}
