import type { ScalingConfig, ScalingEntry } from '#contracts/config/scaling.ts';
import type { WorkloadId } from '#core/workload.ts';
import { appliesTo } from './configured-events.ts';

/** What a configuration says of the scaling of one workload. */
export type ConfiguredScaling = Omit<ScalingEntry, keyof WorkloadId>;

/**
 * The configured scaling of one workload: all entries that apply to it, later ones over earlier ones,
 * field by field.
 */
export function scalingFor(config: ScalingConfig, workload: WorkloadId): ConfiguredScaling {
  return config
    .filter((entry) => appliesTo(entry, workload))
    .reduce<ConfiguredScaling>(
      (merged, { cluster, namespace, deployment, container, ...entry }) =>
        mergeScaling(merged, entry),
      {},
    );
}

/** The fields of `over` where it has them, otherwise those of `base`; of preset and prices one counts. */
export function mergeScaling(base: ConfiguredScaling, over: ConfiguredScaling): ConfiguredScaling {
  const { preset, prices, ...rest } = base;
  const isReplaced = over.preset !== undefined || over.prices !== undefined;
  return { ...(isReplaced ? rest : base), ...over };
}
