import type { WorkloadRef } from '#contracts/http/common.ts';

/** Where the page is: the view, what follows it in the path, and the state of the view. */
export interface Place {
  readonly view: string;
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Reads a place from the fragment of an address, such as `#/workload/default/shop/web/*?metric=cpu`.
 * Places lie in the fragment so that any server of static files can deliver them.
 */
export function parseHash(hash: string): Place {
  const [path = '', query = ''] = split(hash.replace(/^#?\/?/, ''), '?');
  const [view = '', ...rest] = path.split('/').map(decode);
  return {
    view,
    rest: rest.filter((part) => part !== ''),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a place; what is undefined or empty is left out of its query. */
export function href(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `#/${path.map(encodeURIComponent).join('/')}${search}`;
}

/** The address of a view of one workload. */
export function workloadHref(
  view: string,
  { cluster, namespace, deployment, container }: WorkloadRef,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  return href([view, cluster, namespace, deployment, container], query);
}

/** The workload a place is about, if it names one. */
export function workloadOf({ rest }: Place): WorkloadRef | undefined {
  const [cluster, namespace, deployment, container = '*'] = rest;
  return cluster && namespace && deployment
    ? { cluster, namespace, deployment, container }
    : undefined;
}

function split(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** People edit addresses: what is no valid escape is taken as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
