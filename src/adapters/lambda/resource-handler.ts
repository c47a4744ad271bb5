import { answering, type HttpHandler, noRoute } from './http-handler.ts';
import type { EventLogger } from './logger.ts';

/** Loads the handler of one resource, with the schemas and repositories that it alone needs. */
export type ResourceLoader = () => Promise<HttpHandler>;

/**
 * The Lambda handler of a function with many resources, of which a process is asked for few: each is loaded
 * at its first request, and answers by its own routes. Loading that fails is an error as any other and
 * is tried again at the next request.
 *
 * @param loaders - by the first part of the path, after the prefix of the set and `/api/v1`
 */
export function createResourceHandler(
  loaders: Readonly<Record<string, ResourceLoader>>,
  logger: EventLogger,
): HttpHandler {
  const loaderOf = new Map(Object.entries(loaders));
  const loaded = new Map<ResourceLoader, Promise<HttpHandler>>();
  const load = (loader: ResourceLoader): Promise<HttpHandler> => {
    const known = loaded.get(loader);
    if (known) return known;
    const loading = loader();
    loaded.set(loader, loading);
    loading.catch(() => loaded.delete(loader));
    return loading;
  };
  return answering(async (event, context) => {
    const routeKey = String(event.routeKey ?? '');
    const loader = loaderOf.get(resourceOf(routeKey));
    if (!loader) throw noRoute(routeKey);
    const handler = await load(loader);
    return handler(event, context);
  }, logger);
}

/** `models` of `GET /app/api/v1/models/{id}`. */
function resourceOf(routeKey: string): string {
  return /^[A-Z]+ (?:\/(?:app|key))?(?:\/api\/v1)?\/([^/]+)/.exec(routeKey)?.[1] ?? '';
}
