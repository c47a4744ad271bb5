import type { LabelMapping } from '#contracts/config/sources/prometheus.ts';
import { badPart, identityOfLabels, instanceName } from '#core/csv/identity.ts';
import { type WorkloadId, workloadId } from '#core/workload.ts';
import type { NamedQuery } from './presets.ts';

/** Whose a series is, and where it was measured when there are several places. */
export interface SeriesIdentity {
  readonly workload: WorkloadId;
  readonly instance: string | undefined;
}

/** What is said of workloads beside the labels of their series. */
export interface IdentityDefaults {
  /** Whose a series is that names no workload. */
  readonly workload: WorkloadId;
  /** Static labels: `cluster`, `namespace` and `container` fill what a series leaves open. */
  readonly labels: Readonly<Record<string, string>>;
}

const PARTS = ['cluster', 'namespace', 'deployment', 'container', 'instance'] as const;

/**
 * The workload of a series: the configured labels first, then the usual ones, then the owner that the
 * pod's name tells, then the job.
 *
 * @returns undefined when a label cannot be a name even without its odd characters
 */
export function identityOfSeries(
  labels: ReadonlyMap<string, string>,
  query: Pick<NamedQuery, 'mapping' | 'fixed'>,
  defaults: IdentityDefaults,
): SeriesIdentity | undefined {
  const usual = identityOfLabels(labels, '');
  const own = Object.fromEntries(
    PARTS.map((part) => [part, first(labels, query.mapping[part] ?? []) ?? usual[part]]),
  );
  const deployment = own.deployment ?? first(labels, ['job']);
  const { labels: fixed, workload: whole } = defaults;
  const found =
    deployment === undefined
      ? {
          cluster: own.cluster ?? whole.cluster,
          namespace: own.namespace ?? whole.namespace,
          deployment: whole.deployment,
          container: own.container ?? whole.container,
        }
      : {
          cluster: own.cluster ?? fixed.cluster,
          namespace: own.namespace ?? fixed.namespace,
          deployment: isAddress(deployment) ? deployment.replace(/:\d+$/, '') : deployment,
          container: own.container ?? fixed.container,
        };
  const workload = plainNames({ ...found, ...query.fixed });
  if (badPart(workload) !== undefined) return undefined;
  const instance = own.instance === undefined ? '' : instanceName(own.instance);
  return { workload, instance: instance === '' ? undefined : instance };
}

function first(
  labels: ReadonlyMap<string, string>,
  names: NonNullable<LabelMapping['deployment']>,
): string | undefined {
  return names.map((name) => labels.get(name)).find((value) => value !== undefined && value !== '');
}

/** Of a target that is a machine, the port is no part of its name. */
function isAddress(name: string): boolean {
  return /^[^/:]+:\d{1,5}$/.test(name);
}

/** `monitoring/web` as `monitoring-web`: what may not stand in a name becomes a dash. */
function plainNames(parts: Parameters<typeof workloadId>[0]): WorkloadId {
  const plain = (part: string | undefined) =>
    part
      ?.replace(/[^A-Za-z0-9._*-]+/g, '-')
      .replace(/^[-._]+|[-._]+$/g, '')
      .slice(0, 128);
  return workloadId({
    cluster: plain(parts.cluster),
    namespace: plain(parts.namespace),
    deployment: plain(parts.deployment) ?? '',
    container: plain(parts.container),
  });
}
