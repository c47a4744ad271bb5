import * as z from 'zod';
import { ErrorEnvelopeSchema } from './http/common.ts';
import { SET_PREFIX } from './route-sets.ts';
import { type AuthSet, ROUTES, type Route } from './routes.ts';

/** The API as an OpenAPI 3.1 document, generated from the route table and its schemas. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Helios',
      version,
      description: 'Predictive infrastructure intelligence: forecasts with measured accuracy.',
    },
    paths,
    components: {
      securitySchemes: {
        iam: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4 of the service execute-api',
        },
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'a token of the issuer that is configured, under /app',
        },
        key: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'hk_<id>_<secret>',
          description: 'a Helios key with the scope that the operation names, under /key',
        },
      },
      schemas: { Error: jsonSchema(ErrorEnvelopeSchema, 'output') },
    },
  };
}

function operation(route: Route): Record<string, unknown> {
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query)];
  return {
    operationId: uniqueId(route),
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? { requestBody: { required: true, content: json(jsonSchema(route.body, 'input')) } }
      : {}),
    responses: {
      [route.status]: {
        description: 'success',
        content: {
          [route.contentType ?? 'application/json']: {
            schema: jsonSchema(route.response, 'output'),
          },
        },
      },
      default: {
        description: 'an error',
        content: json({ $ref: '#/components/schemas/Error' }),
      },
    },
    security: route.sets.includes('open') ? [] : route.sets.map((set) => ({ [set]: [] })),
    ...(route.scope === undefined ? {} : { 'x-helios-scope': route.scope }),
    ...(route.sets.length > 1 ? { servers: route.sets.map(serverOf) } : {}),
  };
}

/** Where an operation lies for callers of one scheme. */
function serverOf(set: AuthSet) {
  return { url: SET_PREFIX[set] || '/', description: `for callers of the scheme ${set}` };
}

/** Aliases share an operation, but an OpenAPI document must not repeat an id. */
function uniqueId(route: Route): string {
  const first = ROUTES.find(({ operation }) => operation === route.operation);
  return first === route
    ? route.operation
    : `${route.operation}At${route.path.replace(/\W+/g, '_')}`;
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined) {
  if (!query) return [];
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function json(schema: unknown) {
  return { 'application/json': { schema } };
}
