/** A route of the table: `GET /a/{id}`, `GET /static/{path+}`; method ANY takes every method. */
export interface Routed {
  readonly method: string;
  readonly path: string;
}

/** Where a request goes. */
export type RouteMatch<R extends Routed> =
  | {
      readonly kind: 'found';
      readonly route: R;
      /** Decoded values of the placeholders. */
      readonly pathParameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'not-found' };

interface Compiled<R> {
  readonly route: R;
  readonly segments: readonly Segment[];
}

interface Segment {
  readonly kind: 'literal' | 'parameter' | 'greedy';
  readonly name: string;
}

const RANK = { literal: 0, parameter: 1, greedy: 2 } as const;

/**
 * Compiles a route table as an HTTP API of API Gateway reads it: the most specific path wins,
 * whatever the order of the table, and HEAD is served by GET. A trailing slash is another path.
 *
 * @returns a function that finds the route of a method and a raw (still encoded) path
 * @throws {RangeError} for a malformed path, or two routes that take the same requests
 */
export function createRouter<R extends Routed>(
  routes: readonly R[],
): (method: string, rawPath: string) => RouteMatch<R> {
  const compiled = routes
    .map((route): Compiled<R> => ({ route, segments: parsePath(route.path) }))
    .sort((a, b) => compareSpecificity(a.segments, b.segments));
  refuseDuplicates(compiled);

  return (method, rawPath) => {
    let parts: string[];
    try {
      parts = rawPath.slice(1).split('/').map(decodeURIComponent);
    } catch {
      return { kind: 'malformed' };
    }
    const allowed = new Set<string>();
    for (const { route, segments } of compiled) {
      const pathParameters = matchSegments(segments, parts);
      if (pathParameters === undefined) continue;
      if (serves(route.method, method)) return { kind: 'found', route, pathParameters };
      allowed.add(route.method);
      if (route.method === 'GET') allowed.add('HEAD');
    }
    if (allowed.size > 0) return { kind: 'wrong-method', allowed: [...allowed].sort() };
    return { kind: 'not-found' };
  };
}

function serves(routeMethod: string, method: string): boolean {
  return (
    routeMethod === method || routeMethod === 'ANY' || (method === 'HEAD' && routeMethod === 'GET')
  );
}

function parsePath(path: string): readonly Segment[] {
  if (!path.startsWith('/')) throw new RangeError(`a route's path starts with /, got ${path}`);
  const parts = path.slice(1).split('/');
  return parts.map((part, index) => {
    const placeholder = /^\{([A-Za-z0-9_]+)(\+?)\}$/.exec(part);
    if (placeholder === null) {
      if (/[{}]/.test(part)) throw new RangeError(`a placeholder is a whole segment, got ${path}`);
      return { kind: 'literal', name: part };
    }
    const isGreedy = placeholder[2] === '+';
    if (isGreedy && index !== parts.length - 1) {
      throw new RangeError(`a greedy placeholder comes last, got ${path}`);
    }
    return { kind: isGreedy ? 'greedy' : 'parameter', name: placeholder[1] ?? '' };
  });
}

function compareSpecificity(a: readonly Segment[], b: readonly Segment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = RANK[a[i]!.kind] - RANK[b[i]!.kind];
    if (difference !== 0) return difference;
  }
  return b.length - a.length;
}

function refuseDuplicates<R extends Routed>(compiled: readonly Compiled<R>[]): void {
  const seen = new Set<string>();
  for (const { route, segments } of compiled) {
    const shape = segments.map(({ kind, name }) => (kind === 'literal' ? name : `{${kind}}`));
    const key = `${route.method} /${shape.join('/')}`;
    if (seen.has(key)) throw new RangeError(`two routes take ${key}`);
    seen.add(key);
  }
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const parameters = new Map<string, string>();
  for (const [index, { kind, name }] of segments.entries()) {
    const part = parts[index];
    // An empty segment is no value: /models/ is not a model without a name.
    if (part === undefined || (part === '' && kind !== 'literal')) return undefined;
    if (kind === 'greedy') {
      parameters.set(name, parts.slice(index).join('/'));
      return Object.fromEntries(parameters);
    }
    if (kind === 'parameter') parameters.set(name, part);
    else if (name !== part) return undefined;
  }
  return parts.length === segments.length ? Object.fromEntries(parameters) : undefined;
}
