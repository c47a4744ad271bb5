import type { AuthSet, Route } from './routes.ts';

/**
 * Where the routes of a set lie. One handler answers under each: what a caller may do is decided
 * before it, by the authorizer of the set.
 */
export const SET_PREFIX: Readonly<Record<AuthSet, string>> = {
  open: '',
  iam: '',
  jwt: '/app',
  key: '/key',
};

/** A row of the route table in one of its sets. */
export interface ServedRoute {
  readonly set: AuthSet;
  /** With the prefix of its set. */
  readonly path: string;
  /** As API Gateway names it, e.g. `POST /key/api/v1/ingest`. */
  readonly routeKey: string;
  readonly route: Route;
}

/** The routes of some sets, in the order of the table. */
export function servedRoutes(
  routes: readonly Route[],
  sets: readonly AuthSet[],
): readonly ServedRoute[] {
  return routes.flatMap((route) =>
    route.sets
      .filter((set) => sets.includes(set))
      .map((set) => {
        const path = `${SET_PREFIX[set]}${route.path}`;
        return { set, path, routeKey: `${route.method} ${path}`, route };
      }),
  );
}

/** Finds the row that a route key of any set means, among these rows. */
export function routeFinder(
  routes: readonly Route[],
): (routeKey: string) => ServedRoute | undefined {
  const byKey = new Map(
    servedRoutes(routes, ['open', 'iam', 'jwt', 'key']).map((served) => [served.routeKey, served]),
  );
  return (routeKey) => byKey.get(routeKey);
}

/** POSTs that only ask: their question does not fit into a query. */
const QUESTIONS: ReadonlySet<string> = new Set([
  'predict',
  'predictBatch',
  'detect',
  'recommend',
  'getOutlook',
]);

/** Whether a route does more than answer: it starts something, or decides something. */
export function isChange({ method, operation }: Route): boolean {
  return method !== 'GET' && !QUESTIONS.has(operation);
}
