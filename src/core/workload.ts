/** Something that carries load: a deployment, or one container of it. */
export interface WorkloadId {
  readonly cluster: string;
  readonly namespace: string;
  readonly deployment: string;
  /** `*` is the deployment as a whole. */
  readonly container: string;
}

/** A workload's own text form, used in keys: `cluster#namespace#deployment#container`. */
export type WorkloadKey = string;

/** What each part of a workload's name may look like. `#` and `/` would break keys and paths. */
export const NAME_PART = /^[A-Za-z0-9*]([A-Za-z0-9._*-]{0,126}[A-Za-z0-9*])?$/;

/** Fills the defaults in: cluster and namespace are `default`, the container is `*`. */
export function workloadId(parts: {
  readonly deployment: string;
  readonly namespace?: string | undefined;
  readonly cluster?: string | undefined;
  readonly container?: string | undefined;
}): WorkloadId {
  return {
    cluster: parts.cluster ?? 'default',
    namespace: parts.namespace ?? 'default',
    deployment: parts.deployment,
    container: parts.container ?? '*',
  };
}

/**
 * The key under which a workload is stored.
 *
 * @example
 * ```ts
 * workloadKey(workloadId({ deployment: 'web' })); // => 'default#default#web#*'
 * ```
 */
export function workloadKey(id: WorkloadId): WorkloadKey {
  return `${id.cluster}#${id.namespace}#${id.deployment}#${id.container}`;
}

/** The inverse of `workloadKey`. @throws {RangeError} when `key` does not have four parts */
export function parseWorkloadKey(key: WorkloadKey): WorkloadId {
  const [cluster, namespace, deployment, container, ...rest] = key.split('#');
  if (!cluster || !namespace || !deployment || !container || rest.length > 0) {
    throw new RangeError(`a workload key has four parts joined by #, got ${key}`);
  }
  return { cluster, namespace, deployment, container };
}

/** A workload as a path of an object store: `cluster/namespace/deployment/container`, `*` as `_all`. */
export function workloadPath(id: WorkloadId): string {
  const container = id.container === '*' ? '_all' : id.container;
  return [id.cluster, id.namespace, id.deployment, container]
    .map((part) => encodeURIComponent(part).replaceAll('*', '%2A'))
    .join('/');
}

/** A workload as people read it: `namespace/deployment`, with cluster and container when set. */
export function workloadLabel(id: WorkloadId): string {
  const cluster = id.cluster === 'default' ? '' : `${id.cluster}:`;
  const container = id.container === '*' ? '' : `/${id.container}`;
  return `${cluster}${id.namespace}/${id.deployment}${container}`;
}
