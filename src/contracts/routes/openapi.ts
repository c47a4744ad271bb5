import { OpenApiSchema } from '../http/catalog.ts';
import type { Route } from '../routes.ts';

/** The description of all routes. */
export const OPENAPI_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    function: 'catalog',
    path: '/openapi.json',
    operation: 'openapi',
    summary: 'This API as an OpenAPI 3.1 document',
    response: OpenApiSchema,
    status: 200,
    sets: ['open'],
  },
];
