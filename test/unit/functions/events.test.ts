import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { WorkMessageSchema } from '#contracts/events.ts';
import { findServedRoute } from '#contracts/find-route.ts';
import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';
import { ROUTES } from '#contracts/routes.ts';
import { type WorkloadItem, WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { afterFirstTraining, CPU, itemOfFirstTraining } from '#test/helpers/first-training.ts';
import { functionFolders, functionHandlers } from '#test/helpers/function-handlers.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';
import { at } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';
import { ROOT } from '#test/helpers/repository.ts';
import { storeSampleKeys } from '#test/helpers/sample-keys.ts';

const EVENTS = join(ROOT, 'events');
const EXPECTED_FILE = 'expected.json';
const FUNCTIONS = functionFolders();

const ExpectedSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({ status: z.number().int(), body: z.looseObject({}) }),
    /** Lines of a body that is text. */
    z.strictObject({ status: z.number().int(), lines: z.array(z.string()) }),
    z.strictObject({ output: z.looseObject({}), sent: z.array(WorkMessageSchema).optional() }),
    z.strictObject({ error: z.string() }),
  ]),
);

/** References to the outputs of the stages of run-1, by the field that holds them. */
let references: WorkloadItem;
let champion: string;

beforeAll(async () => {
  const services = await afterFirstTraining();
  const version = (await services.registry.pointer(CPU))?.champion;
  champion = `default~shop~web~*~cpu_utilization~${version}`;
  references = await itemOfFirstTraining();
});

function casesOf(name: string): readonly string[] {
  return readdirSync(join(EVENTS, name))
    .filter((file) => file.endsWith('.json') && file !== EXPECTED_FILE)
    .map((file) => file.replace(/\.json$/, ''));
}

function expectedOf(name: string): z.infer<typeof ExpectedSchema> {
  return ExpectedSchema.parse(JSON.parse(readFileSync(join(EVENTS, name, EXPECTED_FILE), 'utf8')));
}

/** The event with what only the prepared data know filled in. */
function readEvent(name: string, sample: string): unknown {
  const text = readFileSync(join(EVENTS, name, `${sample}.json`), 'utf8');
  const event: unknown = JSON.parse(text.replaceAll('$CHAMPION', champion));
  const item = WorkloadItemSchema.safeParse(event).data;
  if (!item) return event;
  const filled = Object.entries(references).filter(([field]) => {
    const given = Object(item)[field];
    return given?.key?.startsWith('runs/run-1/');
  });
  return { ...item, ...Object.fromEntries(filled) };
}

describe('every function', () => {
  it('has sample events', () => {
    const folders = readdirSync(EVENTS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.sort()).toEqual(FUNCTIONS);
    for (const name of FUNCTIONS) expect([name, casesOf(name).length]).not.toEqual([name, 0]);
  });

  it('has an expectation for each, and no other', () => {
    for (const name of FUNCTIONS) {
      expect([name, Object.keys(expectedOf(name)).sort()]).toEqual([
        name,
        [...casesOf(name)].sort(),
      ]);
    }
  });
});

it('every route has a sample event', () => {
  const sampled = new Set(
    FUNCTIONS.flatMap((name) =>
      casesOf(name).map((sample) => Object(readEvent(name, sample)).routeKey),
    ),
  );
  const missing = ROUTES.map(({ method, path }) => `${method} ${path}`).filter(
    (key) => !sampled.has(key),
  );
  expect(missing).toEqual([]);
});

describe.each(FUNCTIONS)('%s', (name) => {
  it.each(casesOf(name))('%s', async (sample) => {
    const services = await afterFirstTraining(72);
    await services.incidents.save(openIncidentAt(at('2026-03-04T20:00:00Z')));
    await storeSampleKeys(services.keys);
    const validity = { from: at('2026-03-04T23:55:00Z'), until: at('2026-03-05T00:20:00Z') };
    await services.recommendations.publish(recommendationOf(validity));
    const { handlers, queue } = functionHandlers(services);
    const event = readEvent(name, sample);
    const expected = expectedOf(name)[sample];
    if (!expected) throw new Error(`expected.json of ${name} does not know ${sample}`);
    const answer = Promise.resolve(handlers[name]?.(event));
    if ('error' in expected) {
      await expect(answer).rejects.toMatchObject({ name: expected.error });
      return;
    }
    if ('output' in expected) {
      expect(await answer).toMatchObject(expected.output);
      expect(queue.sent).toEqual(expected.sent ?? []);
      return;
    }
    const { statusCode, body } = (await answer) as APIGatewayProxyStructuredResultV2;
    if ('lines' in expected) {
      expect(statusCode).toBe(expected.status);
      expect(body?.split('\n')).toEqual(expect.arrayContaining(expected.lines));
      return;
    }
    const parsed: unknown = JSON.parse(body ?? 'null');
    expect({ status: statusCode, body: parsed }).toMatchObject(expected);
    const { routeKey } = event as APIGatewayProxyEventV2;
    const response = findServedRoute(routeKey)?.route.response;
    const schema = expected.status < 300 ? response : ErrorEnvelopeSchema;
    expect(schema?.safeParse(parsed).error).toBeUndefined();
  });
});
