import type { WorkloadRef } from '#contracts/http/common.ts';

/** A path with a query; what is undefined is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** A workload as the fields of a query or a body. */
export function workloadQuery({ cluster, namespace, deployment, container }: WorkloadRef) {
  return { cluster, namespace, deployment, container };
}

/** One text for a workload, for keys of lists: cluster, namespace, deployment and container. */
export function workloadId({ cluster, namespace, deployment, container }: WorkloadRef): string {
  return `${cluster}/${namespace}/${deployment}/${container}`;
}
