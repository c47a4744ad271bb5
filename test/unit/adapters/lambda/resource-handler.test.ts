import { describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '#adapters/lambda/http-handler.ts';
import { createResourceHandler } from '#adapters/lambda/resource-handler.ts';
import { lambdaContext } from '#server/http/lambda-context.ts';
import { httpEvent } from '#test/helpers/http-event.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';

const CONTEXT = lambdaContext('catalog', 'request-1', () => 1_000);
const ANSWERS: HttpHandler = async ({ routeKey }) => ({ statusCode: 200, body: routeKey });

describe('createResourceHandler', () => {
  it.each(['GET /models', 'GET /api/v1/models', 'GET /app/api/v1/models/{id}', 'PUT /key/models'])(
    'takes %s for models',
    async (routeKey) => {
      const handler = createResourceHandler({ models: async () => ANSWERS }, recordingLogger());
      expect(await handler(httpEvent(routeKey), CONTEXT)).toMatchObject({ body: routeKey });
    },
  );

  it.each(['GET /runs', 'GET /api/v1', 'GET /constructor', '', '$default'])(
    'has nothing for %p, and loads nothing',
    async (routeKey) => {
      const load = async () => Promise.reject(new Error('loaded'));
      const handler = createResourceHandler({ models: load }, recordingLogger());
      const answer = await handler(httpEvent(routeKey), CONTEXT);
      expect(answer.statusCode).toBe(404);
    },
  );

  it('loads a resource once, also for requests at the same time', async () => {
    let loads = 0;
    const models = async () => {
      loads += 1;
      return ANSWERS;
    };
    const handler = createResourceHandler({ models }, recordingLogger());
    const ask = () => handler(httpEvent('GET /models'), CONTEXT);
    await Promise.all([ask(), ask()]);
    await ask();
    expect(loads).toBe(1);
  });

  it('answers 500 when loading fails, without saying why, and loads again', async () => {
    const logger = recordingLogger();
    const outcomes = [Promise.reject(new Error('no such chunk')), Promise.resolve(ANSWERS)];
    const models = () => outcomes.shift() ?? Promise.resolve(ANSWERS);
    const handler = createResourceHandler({ models }, logger);
    const failed = await handler(httpEvent('GET /models'), CONTEXT);
    expect(failed.statusCode).toBe(500);
    expect(JSON.parse(failed.body ?? '')).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(failed.body).not.toContain('chunk');
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect((await handler(httpEvent('GET /models'), CONTEXT)).statusCode).toBe(200);
  });
});
