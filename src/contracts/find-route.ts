import { routeFinder, type ServedRoute } from './route-sets.ts';
import { ROUTES } from './routes.ts';

const find = routeFinder(ROUTES);

/**
 * The row that a route key of any set means; none where the row is not of that set, whatever a
 * gateway lets through.
 *
 * @example
 * ```ts
 * findServedRoute('POST /key/api/v1/ingest')?.set; // => 'key'
 * findServedRoute('POST /api/v1/ingest')?.set; // => 'iam'
 * findServedRoute('POST /key/api/v1/predict'); // => undefined
 * ```
 */
export function findServedRoute(routeKey: string): ServedRoute | undefined {
  return find(routeKey);
}
