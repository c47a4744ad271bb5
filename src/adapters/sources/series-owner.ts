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
 * Whose a series is: what the static labels of the configuration name, else what the series names
 * itself, else the source's own workload. Where the labels name the deployment, what the series calls
 * its own is an instance of it.
 */
export function seriesOwner(
  identity: Identity,
  { workload: own, labels }: Pick<SourceDeps, 'workload' | 'labels'>,
): SeriesOwner {
  const deployment = namePart(identity.deployment);
  const isNamed = labels.deployment !== undefined;
  return {
    workload: workloadId({
      cluster: labels.cluster ?? namePart(identity.cluster) ?? own.cluster,
      namespace: labels.namespace ?? namePart(identity.namespace) ?? own.namespace,
      deployment: labels.deployment ?? deployment ?? own.deployment,
      container: labels.container ?? namePart(identity.container) ?? own.container,
    }),
    instance: identity.instance ?? (isNamed ? deployment : undefined),
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
