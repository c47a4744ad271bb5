import { NAME_PART } from '../workload.ts';

/** What a row says of its workload; parts it does not name are left to the importer. */
export interface Identity {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly deployment?: string;
  readonly container?: string;
  /** Pod, host or container that was measured, where a workload has several. */
  readonly instance?: string;
}

/** Labels that name a part, the most explicit first: Kubernetes, cAdvisor, Docker Compose. */
const LABELS = {
  cluster: ['cluster'],
  namespace: ['namespace', 'kubernetes_namespace', 'container_label_io_kubernetes_pod_namespace'],
  deployment: [
    ...['deployment', 'workload', 'app_kubernetes_io_name', 'app', 'k8s_app', 'service'],
    'container_label_com_docker_compose_service',
  ],
  container: ['container', 'container_name', 'container_label_io_kubernetes_container_name'],
  pod: ['pod', 'pod_name', 'container_label_io_kubernetes_pod_name'],
  instance: ['instance', 'hostname', 'host', 'node'],
} as const;

/** Columns of a file that name a part of the workload, beside its values. */
export const IDENTITY_COLUMNS: ReadonlyMap<string, keyof Identity> = new Map([
  ['cluster', 'cluster'],
  ['namespace', 'namespace'],
  ['deployment', 'deployment'],
  ['workload', 'deployment'],
  ['service', 'deployment'],
  ['container', 'container'],
  ['container_name', 'container'],
  ['pod', 'instance'],
  ['instance', 'instance'],
]);

/** Letters of Kubernetes' generated names: no vowels, so that they spell no words. */
const GENERATED = '[bcdfghjklmnpqrstvwxz2456789]';
const REPLICA_SET_POD = new RegExp(`^(.+?)-${GENERATED}{6,10}-${GENERATED}{5}$`);
const DAEMON_SET_POD = new RegExp(`^(.+?)-${GENERATED}{5}$`);
const STATEFUL_SET_POD = /^(.+?)-\d{1,4}$/;

/**
 * Reads `key=value,key=value`. A value ends where the next `key=` begins, so that it may hold commas.
 *
 * @returns undefined when it does not begin with a key
 * @example
 * ```ts
 * [...parseLabels('namespace=shop,image=a/b:1,2')!]; // => [['namespace', 'shop'], ['image', 'a/b:1,2']]
 * ```
 */
export function parseLabels(text: string): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  const bare = text.replace(/^\{(.*)\}$/, '$1').trim();
  if (bare === '') return labels;
  for (const part of bare.split(/,\s*(?=[A-Za-z_][A-Za-z0-9_.]*=)/)) {
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_.]*)=(.*)$/.exec(part) ?? [];
    if (key === undefined || value === undefined) return undefined;
    labels.set(key.replaceAll('.', '_').toLowerCase(), value.replace(/^"(.*)"$/, '$1').trim());
  }
  return labels;
}

/**
 * The workload that a container's labels speak of. A pod without a label of its deployment tells it by
 * its name; outside of Kubernetes a container is a workload of its name.
 *
 * @param containerId - what the exporter calls the container; used when no label names the workload
 * @example
 * ```ts
 * identityOfLabels(new Map([['namespace', 'shop'], ['pod', 'cart-7d9c6b8f5d-x2x4q']]), '');
 * // => { namespace: 'shop', deployment: 'cart', instance: 'cart-7d9c6b8f5d-x2x4q' }
 * ```
 */
export function identityOfLabels(
  labels: ReadonlyMap<string, string>,
  containerId: string,
): Identity {
  const first = (names: readonly string[]) =>
    names.map((name) => labels.get(name)).find((value) => value !== undefined && value !== '');
  const pod = first(LABELS.pod);
  const container = first(LABELS.container);
  const deployment =
    first(LABELS.deployment) ??
    (pod === undefined ? undefined : deploymentOfPod(pod)) ??
    labels.get('name') ??
    container ??
    (containerId === '' ? undefined : lastSegment(containerId));
  const parts = {
    cluster: first(LABELS.cluster),
    namespace: first(LABELS.namespace),
    deployment,
    container: container === deployment && pod === undefined ? undefined : container,
    instance: pod ?? first(LABELS.instance),
  };
  return withoutMissing(parts);
}

/**
 * The deployment, daemon set or stateful set that a pod's name was made from.
 *
 * @example
 * ```ts
 * deploymentOfPod('cart-7d9c6b8f5d-x2x4q'); // => 'cart'
 * deploymentOfPod('postgres-0'); // => 'postgres'
 * deploymentOfPod('debug'); // => 'debug'
 * ```
 */
export function deploymentOfPod(pod: string): string {
  for (const form of [REPLICA_SET_POD, DAEMON_SET_POD, STATEFUL_SET_POD]) {
    const [, name] = form.exec(pod) ?? [];
    if (name !== undefined) return name;
  }
  return pod;
}

/** Longest name of an instance that a source may have. */
const LONGEST_INSTANCE = 64;

/** An instance as sources name it: of a long name the end, which sets pods apart. */
export function instanceName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._-]/g, '-').slice(-LONGEST_INSTANCE);
  return plain.replace(/^[^A-Za-z0-9]+/, '');
}

/** The first part that cannot be a name; undefined when all can. */
export function badPart(identity: Identity): string | undefined {
  const { cluster, namespace, deployment, container } = identity;
  return [cluster, namespace, deployment, container].find(
    (part) => part !== undefined && !NAME_PART.test(part),
  );
}

function lastSegment(id: string): string {
  return id.split('/').filter(Boolean).at(-1)?.slice(0, 64) ?? id;
}

function withoutMissing(parts: Readonly<Record<keyof Identity, string | undefined>>): Identity {
  const { cluster, namespace, deployment, container, instance } = parts;
  return {
    ...(cluster !== undefined && { cluster }),
    ...(namespace !== undefined && { namespace }),
    ...(deployment !== undefined && { deployment }),
    ...(container !== undefined && { container }),
    ...(instance !== undefined && { instance }),
  };
}
