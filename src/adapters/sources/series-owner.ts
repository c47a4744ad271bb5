import type { Identity } from '#core/csv/identity.ts';
import { NAME_PART, type WorkloadId, workloadId } from '#core/workload.ts';
import type { SourceDeps } from './define-source.ts';

/** Whose a series is. */
export interface SeriesOwner {
  readonly workload: WorkloadId;
  /** Pod or host, where a workload has several. */
  readonly instance: string | undefined;
}

/**
 * Whose a series is: what the series names itself; what it leaves open is filled by the source's own
 * workload, which the static labels of the configuration name.
 */
export function seriesOwner(
  identity: Identity,
  { workload: own }: Pick<SourceDeps, 'workload'>,
): SeriesOwner {
  return {
    workload: workloadId({
      cluster: namePart(identity.cluster) ?? own.cluster,
      namespace: namePart(identity.namespace) ?? own.namespace,
      deployment: namePart(identity.deployment) ?? own.deployment,
      container: namePart(identity.container) ?? own.container,
    }),
    instance: identity.instance,
  };
}

/** A name as Helios can have it: what it must not hold becomes a dash. */
export function namePart(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const plain = text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128)
    .replace(/[^A-Za-z0-9]+$/, '');
  return NAME_PART.test(plain) ? plain : undefined;
}

/** A metric's name as Helios can have it: `Percentage CPU` becomes `percentage_cpu`. */
export function metricName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64)
    .replace(/_+$/, '');
  return plain === '' ? 'metric' : plain;
}
