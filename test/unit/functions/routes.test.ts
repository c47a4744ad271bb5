import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { KEY_SCOPES } from '#contracts/http/keys.ts';
import { EXPOSITION_TYPE } from '#contracts/http/scalers.ts';
import { openApiDocument } from '#contracts/openapi.ts';
import { ROUTES } from '#contracts/routes.ts';
import { functionFolders, functionHandlers } from '#test/helpers/function-handlers.ts';
import { httpEvent } from '#test/helpers/http-event.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';

const KEYS = ROUTES.map(({ method, path }) => `${method} ${path}`);

/** As much of OpenAPI 3.1 as is checked here; strict where Helios decides what is in it. */
const ParameterSchema = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: z.looseObject({}),
});
const MediaSchema = z.strictObject({ schema: z.looseObject({}) });
const ContentSchema = z.strictObject({ 'application/json': MediaSchema });
const OperationSchema = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9_]*$/),
  summary: z.string().min(1),
  parameters: z.array(ParameterSchema).optional(),
  requestBody: z.strictObject({ required: z.boolean(), content: ContentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.strictObject({
      description: z.string(),
      content: z.union([ContentSchema, z.strictObject({ [EXPOSITION_TYPE]: MediaSchema })]),
    }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  servers: z
    .array(z.strictObject({ url: z.enum(['/', '/app', '/key']), description: z.string() }))
    .optional(),
  'x-helios-scope': z.enum(KEY_SCOPES).optional(),
});
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const DocumentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), OperationSchema)),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })),
    schemas: z.record(z.string(), z.looseObject({})),
  }),
});

const RAW: unknown = JSON.parse(JSON.stringify(openApiDocument('1.2.3')));
const DOCUMENT = DocumentSchema.parse(RAW);
const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the route table', () => {
  it('names each route once', () => {
    expect(new Set(KEYS).size).toBe(KEYS.length);
  });

  it('names functions that there are', () => {
    const folders = functionFolders();
    for (const route of ROUTES) expect(folders).toContain(route.function);
  });

  it('gives routes of one operation one function and one set of schemas', () => {
    for (const { operation, ...route } of ROUTES) {
      const first = ROUTES.find((other) => other.operation === operation);
      expect([route.function, route.body, route.query, route.response]).toEqual([
        first?.function,
        first?.body,
        first?.query,
        first?.response,
      ]);
    }
  });

  it.each(ROUTES.map((route, i) => [KEYS[i], route] as const))(
    '%s is answered by its function',
    async (key, route) => {
      const services = memoryServices(at('2026-03-02T10:00:00Z'));
      const { handlers, logger } = functionHandlers(services);
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const params = Object.fromEntries(names.map((name) => [name, 'x']));
      const event = httpEvent(key ?? '', { params, ...(route.body ? { body: {} } : {}) });
      const answer = (await handlers[route.function]?.(event)) as APIGatewayProxyStructuredResultV2;
      // Nothing is known and the body is empty: whatever the answer, it is one.
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.body).not.toContain('there is no route');
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );
});

describe('the OpenAPI document', () => {
  it('has every route, with the status of its success, and no other', () => {
    const shown = OPERATIONS.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(shown.sort()).toEqual([...KEYS].sort());
    for (const route of ROUTES) {
      const found = OPERATIONS.find(
        ({ path, method }) => path === route.path && method === route.method.toLowerCase(),
      );
      expect(Object.keys(found?.operation.responses ?? {})).toEqual([
        String(route.status),
        'default',
      ]);
      expect(found?.operation.requestBody !== undefined).toBe(route.body !== undefined);
    }
  });

  it('names each operation once', () => {
    const ids = OPERATIONS.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('declares each parameter once, those of the path as required', () => {
    for (const { path, operation } of OPERATIONS) {
      const parameters = operation.parameters ?? [];
      const names = parameters.map((each) => `${each.in} ${each.name}`);
      expect(new Set(names).size).toBe(names.length);
      const inPath = parameters.filter((each) => each.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });

  it('secures operations by schemes that it declares, the open ones by none', () => {
    const schemes = Object.keys(DOCUMENT.components.securitySchemes);
    for (const route of ROUTES) {
      const method = METHODS.find((each) => each === route.method.toLowerCase()) ?? 'get';
      const operation = DOCUMENT.paths[route.path]?.[method];
      const used = (operation?.security ?? []).flatMap((each) => Object.keys(each));
      expect(used).toEqual(route.sets.includes('open') ? [] : [...route.sets]);
      for (const scheme of used) expect(schemes).toContain(scheme);
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = referencesIn(RAW);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      expect([reference, resolve(reference) !== undefined]).toEqual([reference, true]);
    }
  });

  it('requires what a request requires, and lets defaults be left out', () => {
    const predict = DOCUMENT.paths['/api/v1/predict']?.post;
    const schema = predict?.requestBody?.content['application/json'].schema;
    expect(schema).toMatchObject({ type: 'object', required: ['metric'] });
    expect(schema).toMatchObject({ additionalProperties: false });
    const series = DOCUMENT.paths['/api/v1/series']?.get?.parameters ?? [];
    expect(series.filter(({ required }) => required).map(({ name }) => name)).toEqual(['metric']);
  });
});

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' ? [String(member)] : referencesIn(member),
  );
}

/** What a JSON pointer into the document points at (RFC 6901). */
function resolve(reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, part) => Object(value)[part], RAW);
}
