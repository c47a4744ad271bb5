import { expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';
import { ROUTES, type Route } from '#contracts/routes.ts';
import {
  batchBody,
  detectBody,
  ingestBody,
  predictBody,
  queryFields,
  trainBody,
} from '#test/helpers/arbitrary-requests.ts';
import { parseExposition } from '#test/helpers/exposition.ts';
import { afterFirstTraining, CPU, START } from '#test/helpers/first-training.ts';
import { functionHandlers } from '#test/helpers/function-handlers.ts';
import { httpEvent } from '#test/helpers/http-event.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';

// Few and always the same, for the forms of answers, good and bad ones among them: that nothing breaks is
// tried with more events, others each time, in fuzz.test.ts.
const RUNS = { numRuns: 80, seed: 7 };

/** Sends a request and holds the answer to its contract: a success of the route's form, or a 4xx. */
async function answered(
  handlers: ReturnType<typeof functionHandlers>['handlers'],
  route: Route,
  event: APIGatewayProxyEventV2,
): Promise<number> {
  const answer = (await handlers[route.function]?.(event)) as APIGatewayProxyStructuredResultV2;
  const status = answer.statusCode ?? 0;
  expect(status).toBeLessThan(500);
  const schema = status < 300 ? route.response : ErrorEnvelopeSchema;
  expect(schema.safeParse(JSON.parse(answer.body ?? '')).error).toBeUndefined();
  return status;
}

function routeOf(key: string): Route {
  const route = ROUTES.find(({ method, path }) => `${method} ${path}` === key);
  if (!route) throw new Error(`no route ${key}`);
  return route;
}

it.each<[string, fc.Arbitrary<unknown>]>([
  ['POST /api/v1/predict', predictBody],
  ['POST /api/v1/predict/batch', batchBody],
  ['POST /api/v1/detect', detectBody],
  ['POST /api/v1/train', trainBody],
])('no body makes %s fail', async (key, body) => {
  const route = routeOf(key);
  const { handlers } = functionHandlers(await afterFirstTraining(72));
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      seen.add(await answered(handlers, route, httpEvent(key, { body: JSON.stringify(value) })));
    }),
    // A training of everything is asked for by nothing; the others need a workload.
    { ...RUNS, examples: [[{}]] },
  );
  // Both the good and the bad were among them.
  expect([...seen].some((status) => status < 300)).toBe(true);
  expect(seen).toContain(400);
});

it('no text makes a function fail', async () => {
  const { handlers } = functionHandlers(await afterFirstTraining(72));
  const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json());
  await fc.assert(
    fc.asyncProperty(texts, fc.boolean(), async (body, isBase64Encoded) => {
      for (const key of [
        'POST /api/v1/ingest',
        'POST /predict',
        'POST /detect',
        'POST /api/v1/train',
      ]) {
        await answered(handlers, routeOf(key), { ...httpEvent(key), body, isBase64Encoded });
      }
    }),
    { numRuns: 25 },
  );
});

it('no batch makes ingest fail, nor anybody who reads what it stored', async () => {
  const services = await afterFirstTraining(72);
  const { handlers } = functionHandlers(services);
  const ingestRoute = routeOf('POST /api/v1/ingest');
  const predictRoute = routeOf('POST /api/v1/predict');
  const seriesRoute = routeOf('GET /api/v1/series');
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(ingestBody, async (value) => {
      const body = JSON.stringify(value);
      seen.add(await answered(handlers, ingestRoute, httpEvent('POST /api/v1/ingest', { body })));
    }),
    RUNS,
  );
  expect([...seen].sort()).toEqual([200, 400]);
  const workloads = await services.directory.list();
  expect(workloads.length).toBeGreaterThan(2);
  for (const { id, metrics } of workloads) {
    for (const metric of metrics.keys()) {
      const body = JSON.stringify({ ...id, metric });
      await answered(handlers, predictRoute, httpEvent('POST /api/v1/predict', { body }));
      const query = new URLSearchParams({ ...id, metric }).toString();
      await answered(handlers, seriesRoute, httpEvent('GET /api/v1/series', { query }));
    }
  }
});

it('no query and no id makes a catalog route fail', async () => {
  const services = await afterFirstTraining(72);
  const { handlers } = functionHandlers(services);
  const champion = (await services.registry.pointer(CPU))?.champion;
  const keys = ROUTES.filter((route) => route.function === 'catalog').map(
    ({ method, path }) => `${method} ${path}`,
  );
  const ids = fc.oneof(
    fc.constantFrom('run-1', `default~shop~web~*~cpu_utilization~${champion}`, 'a~b~c~d~e~f'),
    fc.string(),
    fc.string({ minLength: 3_000, maxLength: 4_000 }),
    fc.constant(`a~b~c~${'d'.repeat(3_000)}~e~f`),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...keys), queryFields, ids, async (key, pairs, id) => {
      const route = routeOf(key);
      const text = new URLSearchParams(pairs).toString();
      const params = route.path.includes('{id}') ? { id } : {};
      await answered(handlers, route, httpEvent(key, { query: text, params }));
    }),
    RUNS,
  );
});

it('no query, no id and no feedback makes a route of incidents fail', async () => {
  const services = await afterFirstTraining(72);
  const { id: known } = await services.incidents.save(openIncidentAt(START));
  const { handlers } = functionHandlers(services);
  const list = 'GET /api/v1/incidents';
  const feedback = 'POST /api/v1/incidents/{id}/feedback';
  const ids = fc.oneof(
    fc.constantFrom(known, 'a~b~c~d~20260101T000000Z', 'a~b~c~d~99999999T999999Z'),
    fc.string(),
    fc.constant(`a~b~c~${'d'.repeat(3_000)}~20260101T000000Z`),
  );
  const bodies = fc.oneof(
    fc.jsonValue(),
    fc.record({ label: fc.constantFrom('expected', 'anomaly'), note: fc.string() }),
  );
  const right = httpEvent(feedback, {
    params: { id: known },
    body: JSON.stringify({ label: 'expected' }),
  });
  const seen = new Set([await answered(handlers, routeOf(feedback), right)]);
  await fc.assert(
    fc.asyncProperty(queryFields, ids, bodies, async (pairs, id, value) => {
      const query = new URLSearchParams(pairs).toString();
      await answered(handlers, routeOf(list), httpEvent(list, { query }));
      const event = httpEvent(feedback, { params: { id }, body: JSON.stringify(value) });
      seen.add(await answered(handlers, routeOf(feedback), event));
    }),
    RUNS,
  );
  expect([200, 400, 404]).toEqual(expect.arrayContaining([...seen]));
  expect(seen).toContain(200);
});

it('no query and no name makes a route of scrapers and scalers fail', async () => {
  const services = await afterFirstTraining(72);
  const { handlers } = functionHandlers(services);
  const keda = 'GET /scalers/keda/{workload}';
  const names = fc.oneof(fc.constantFrom('web', 'web#x', '../web'), fc.string());
  const fields = fc.oneof(
    queryFields,
    fc.record({ namespace: fc.constant('shop'), horizon_minutes: fc.string() }).map(Object.entries),
  );
  await fc.assert(
    fc.asyncProperty(fields, names, async (pairs, workload) => {
      const query = new URLSearchParams(pairs).toString();
      await answered(handlers, routeOf(keda), httpEvent(keda, { query, params: { workload } }));
      const scraped = await handlers.metrics?.(httpEvent('GET /metrics', { query }));
      const { statusCode, body } = scraped as APIGatewayProxyStructuredResultV2;
      expect(statusCode).toBeLessThan(500);
      if (statusCode === 200) expect(parseExposition(body ?? '').length).toBeGreaterThan(0);
    }),
    { numRuns: 25 },
  );
});
