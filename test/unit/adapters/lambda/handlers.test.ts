import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { createQueueHandler } from '#adapters/lambda/queue-handler.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { PipelineEnvSchema, WorkEnvSchema } from '#contracts/env.ts';
import type { WorkloadMessage } from '#contracts/events.ts';
import { DomainError } from '#core/errors.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';

describe('a task', () => {
  const InputSchema = z.strictObject({ n: z.number() });
  const task = (work: (input: { n: number }) => Promise<unknown>) => {
    const logger = recordingLogger();
    return { run: createTaskHandler('double', InputSchema, work, logger), logger };
  };

  it('works on its parsed payload', async () => {
    const { run, logger } = task(async ({ n }) => ({ n: 2 * n }));
    expect(await run({ n: 21 })).toEqual({ n: 42 });
    expect(logger.lines).toEqual([
      { level: 'info', event: 'task done', fields: { task: 'double' } },
    ]);
  });

  it.each([
    ['a code of the catalogue', new DomainError('THROTTLED', 'slow down'), 'THROTTLED'],
    ["an error's own name", new RangeError('too far'), 'RangeError'],
  ])('fails under %s, for Retry and Catch to match', async (_, error, name) => {
    const { run, logger } = task(() => Promise.reject(error));
    await expect(run({ n: 1 })).rejects.toMatchObject({ name, message: error.message });
    expect(logger.lines.map(({ event }) => event)).toEqual(['task failed']);
  });

  it.each([[{}], [{ n: '1' }], [{ n: 1, m: 2 }], [null], [undefined]])(
    'refuses the payload %j',
    async (payload) => {
      const { run } = task(async () => 'never');
      await expect(run(payload)).rejects.toMatchObject({
        name: 'REQUEST_INVALID',
        message: 'the payload of double is not as expected',
      });
    },
  );
});

describe('a queue', () => {
  const record = (messageId: string, body: unknown): SQSRecord =>
    ({ messageId, body: typeof body === 'string' ? body : JSON.stringify(body) }) as SQSRecord;
  const consumer = (work: (message: WorkloadMessage) => Promise<Record<string, unknown>>) => {
    const logger = recordingLogger();
    return { consume: createQueueHandler(work, logger), logger };
  };
  const WORKLOAD = 'default#shop#web#*';

  it('hands back only what failed', async () => {
    const done: string[] = [];
    const { consume, logger } = consumer(async ({ workload }) => {
      if (workload.includes('bad')) throw new DomainError('SOURCE_UNAVAILABLE', 'no answer');
      done.push(workload);
      return { observations: 3 };
    });
    const answer = await consume({
      Records: [
        record('m1', { kind: 'collect', workload: WORKLOAD }),
        record('m2', { kind: 'collect', workload: 'default#shop#bad#*' }),
        record('m3', '{'),
        record('m4', { kind: 'paint', workload: WORKLOAD }),
        record('m5', { kind: 'roll-up', workload: WORKLOAD, day: '2026-02-30' }),
        record('m6', { kind: 'score', workload: WORKLOAD, more: 1 }),
        record('m7', { kind: 'score', workload: 'default#shop#api#*' }),
      ],
    });
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      'm2',
      'm3',
      'm4',
      'm5',
      'm6',
    ]);
    expect(done).toEqual([WORKLOAD, 'default#shop#api#*']);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(5);
    expect(logger.lines[0]).toEqual({
      level: 'info',
      event: 'work done',
      fields: { kind: 'collect', workload: WORKLOAD, observations: 3 },
    });
  });

  it('of nothing hands back nothing', async () => {
    const { consume } = consumer(async () => ({}));
    expect(await consume({ Records: [] })).toEqual({ batchItemFailures: [] });
  });
});

describe('an environment', () => {
  const STORES = {
    OBSERVATIONS_TABLE_NAME: 'Observations',
    CATALOG_TABLE_NAME: 'Catalog',
    OBJECTS_URL: 's3://bucket-name',
  };

  it('is parsed with its defaults', () => {
    const env = parseEnv(PipelineEnvSchema, { ...STORES, MINIMUM_IMPROVEMENT: '0.1', OTHER: 'x' });
    expect(env).toMatchObject({ TRAINING_WINDOW_DAYS: 28, MINIMUM_IMPROVEMENT: 0.1 });
  });

  it('that lacks something fails the cold start, naming it and no value', () => {
    const env = { ...STORES, COLLECT_QUEUE_URL: 'secret-queue', SCORE_QUEUE_URL: 'https://sqs/x' };
    const parse = () => parseEnv(WorkEnvSchema, env);
    expect(parse).toThrow(/COLLECT_QUEUE_URL/);
    expect(parse).toThrow(/CONFIG_PATH/);
    expect(parse).not.toThrow(/secret-queue/);
  });
});
