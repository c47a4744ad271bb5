import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { ActuationConfigSchema } from '#contracts/config/actuation.ts';
import { DEFAULT_STEP } from '#core/time.ts';
import { createHandler as createActuate } from '#functions/actuate/handler.ts';
import { createHandler as createAuthorize } from '#functions/authorize/handler.ts';
import { createHandler as createCapacity } from '#functions/capacity/handler.ts';
import { createHandler as createCatalog } from '#functions/catalog/handler.ts';
import { createHandler as createCollect } from '#functions/collect/handler.ts';
import { createHandler as createDetect } from '#functions/detect/handler.ts';
import { createHandler as createDispatch } from '#functions/dispatch/handler.ts';
import { createHandler as createIngest } from '#functions/ingest/handler.ts';
import { createHandler as createMetrics } from '#functions/metrics/handler.ts';
import { createHandler as createPredict } from '#functions/predict/handler.ts';
import { createHandler as createPublish } from '#functions/publish/handler.ts';
import { createHandler as createRecommend } from '#functions/recommend/handler.ts';
import { createHandler as createReplay } from '#functions/replay/handler.ts';
import { createHandler as createScore } from '#functions/score/handler.ts';
import { createHandler as createSimulate } from '#functions/simulate/handler.ts';
import { createHandler as createTrain } from '#functions/train/handler.ts';
import { lambdaContext } from '#server/http/lambda-context.ts';
import { collectionOf } from './collection.ts';
import { memoryPageBucket } from './memory-page-bucket.ts';
import { memoryScalableTargets } from './memory-scalable-targets.ts';
import type { MemoryServices } from './memory-services.ts';
import { recordingExecutions } from './recording-executions.ts';
import { recordingLogger } from './recording-logger.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { recordingQueue } from './recording-queue.ts';
import { ROOT } from './repository.ts';
import { taskHandlers } from './run-pipeline.ts';

/** A function as Lambda calls it: event in, answer out. */
export type FunctionHandler = (event: unknown) => Promise<unknown>;

/** The folders of functions/: each is one Lambda function. */
export function functionFolders(): readonly string[] {
  return readdirSync(join(ROOT, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The target that `actuate` is configured with in tests. */
const ACTUATED = ActuationConfigSchema.parse({
  enabled: true,
  targets: [{ deployment: 'web', namespace: 'shop', resource_id: 'service/shop/web' }],
});

/** The workload that `collect` reads in tests. */
export const COLLECTED = 'default#prod#orders#*';

/** The handlers of all functions over one set of services, with what they logged and sent. */
export function functionHandlers(services: MemoryServices) {
  const logger = recordingLogger();
  const queue = recordingQueue();
  const executions = recordingExecutions();
  const training = { ...services, executions, newSuffix: () => 'abc123' };
  const about = { startedAt: services.clock.now(), codeVersion: '1.2.3' };
  const plan = { source: constantSource, metrics: ['cpu_utilization'] };
  const planOf = (workload: string) => (workload === COLLECTED ? plan : undefined);
  const { signal } = new AbortController();
  const context = lambdaContext('test', 'request-of-the-context', () => 29_000);

  const http = (handler: (event: APIGatewayProxyEventV2, _: typeof context) => unknown) => {
    return async (event: unknown) => handler(event as APIGatewayProxyEventV2, context);
  };
  const queued = (handler: (event: SQSEvent) => unknown) => {
    return async (event: unknown) => handler(event as SQSEvent);
  };
  const train = createTrain(training, logger);
  const handlers: Readonly<Record<string, FunctionHandler>> = {
    ...Object.fromEntries(
      Object.entries(taskHandlers(services)).map(([name, handler]) => [
        name,
        (event: unknown) => handler(event, { signal }),
      ]),
    ),
    catalog: http(
      createCatalog(
        {
          ...services,
          ...about,
          keyCrypto: nodeKeyCrypto,
          configured: async () => ({
            ...services,
            collection: collectionOf(services),
            acceptsKeys: true,
          }),
        },
        logger,
      ),
    ),
    authorize: createAuthorize({ ...services, keyCrypto: nodeKeyCrypto }, logger),
    ingest: http(createIngest(services, logger)),
    metrics: http(createMetrics({ ...services, ...about }, logger)),
    predict: http(createPredict(services, logger)),
    detect: http(createDetect(services, logger)),
    recommend: http(createRecommend(services, logger)),
    capacity: http(createCapacity(services, logger)),
    replay: http(createReplay({ ...services, executions, newSuffix: () => 'abc123' }, logger)),
    simulate: createSimulate(services, logger),
    train: (event) => train(event, context),
    actuate: createActuate(
      { ...services, config: ACTUATED, targets: memoryScalableTargets() },
      logger,
    ),
    publish: createPublish(
      { bucket: memoryPageBucket('page'), readPage: async () => [], answer: async () => {} },
      logger,
    ),
    dispatch: createDispatch({ ...services, queue, collected: [COLLECTED] }, logger),
    collect: queued(
      createCollect({ ...services, queue, planOf, sweepPlans: [], timeLimit }, logger),
    ),
    score: queued(createScore({ ...services, training, metrics: recordingMetrics() }, logger)),
  };
  return { handlers, logger, queue, executions };
}

/** Nothing here takes long. */
const timeLimit = () => new AbortController().signal;

/** One observation at the start of the range it is asked for. */
const constantSource: MetricSource = {
  name: 'constant',
  async collect({ range: { from } }) {
    const observation = { metric: 'cpu_utilization', at: from, value: 0.5, source: 'constant' };
    return {
      step: DEFAULT_STEP,
      observations: [{ ...observation, asOf: from }],
      counters: [],
      problems: [],
    };
  },
};
