import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import type { PlanLookup } from '#adapters/sources/configured-plans.ts';
import type { CollectionRounds } from '#app/collection/collection-rounds.ts';
import type { Collection } from '#app/collection/create-collection.ts';
import type { MetricsSink } from '#app/ports/metrics-sink.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import type { StartReplayDeps } from '#app/replay/start-replay.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import type { SweepPlan } from '#app/scheduled/sweep.ts';
import type { Services } from '#app/services.ts';
import type { StartTrainingDeps } from '#app/training/start-training.ts';
import type { WriteBack } from '#app/write-back/write-back.ts';
import { CODE_VERSION } from '#contracts/code-version.ts';
import { WorkMessageSchema } from '#contracts/events.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { type ApiFunction, ROUTES } from '#contracts/routes.ts';
import type { Schedule } from '#contracts/schedules.ts';
import type { DurationMs } from '#core/time.ts';
import { createHandler as createCapacity } from '#functions/capacity/handler.ts';
import { createHandler as createCatalog } from '#functions/catalog/handler.ts';
import { createHandler as createCollect } from '#functions/collect/handler.ts';
import { createHandler as createDetect } from '#functions/detect/handler.ts';
import { createHandler as createDispatch } from '#functions/dispatch/handler.ts';
import { createHandler as createIngest } from '#functions/ingest/handler.ts';
import { createHandler as createMetrics } from '#functions/metrics/handler.ts';
import { createHandler as createPredict } from '#functions/predict/handler.ts';
import { createHandler as createRecommend } from '#functions/recommend/handler.ts';
import { createHandler as createReplay } from '#functions/replay/handler.ts';
import { createHandler as createScore } from '#functions/score/handler.ts';
import { createHandler as createTrain } from '#functions/train/handler.ts';
import type { HttpHandler, HttpRoute } from './http/invoke-route.ts';

/** The Lambda handlers of the local process, behind the triggers that AWS would give them. */
export interface LocalFunctions {
  readonly routes: readonly HttpRoute[];
  consume(event: SQSEvent): Promise<SQSBatchResponse>;
  invokeSchedule(schedule: Schedule): Promise<unknown>;
}

export function createLocalFunctions(options: {
  readonly services: Services;
  readonly training: StartTrainingDeps;
  readonly replaying: StartReplayDeps;
  readonly queue: WorkQueue;
  readonly plans: ReadonlyMap<string, CollectPlan>;
  /** Time between two rounds of the schedule. */
  readonly cycle?: DurationMs;
  /** What is read from CloudWatch beside them. */
  readonly collection: Collection;
  readonly rounds?: CollectionRounds;
  readonly planOf?: PlanLookup;
  /** Sources that are read as a whole. */
  readonly sweepPlans?: readonly SweepPlan[];
  readonly writeBack?: WriteBack | undefined;
  readonly logger: EventLogger;
}): LocalFunctions {
  const { services, training, replaying, queue, plans, collection, rounds, planOf, cycle, logger } =
    options;
  const sweepPlans = options.sweepPlans ?? [];
  const health = { startedAt: services.clock.now(), codeVersion: CODE_VERSION };
  const train = createTrain(training, logger);
  const api: Readonly<Record<ApiFunction, HttpHandler>> = {
    catalog: createCatalog(
      {
        ...services,
        ...health,
        keyCrypto: nodeKeyCrypto,
        configured: async () => ({ ...services, collection, acceptsKeys: true }),
      },
      logger,
    ),
    ingest: createIngest(services, logger),
    metrics: createMetrics({ ...services, ...health }, logger),
    predict: createPredict(services, logger),
    detect: createDetect(services, logger),
    recommend: createRecommend(services, logger),
    capacity: createCapacity(services, logger),
    replay: createReplay(replaying, logger),
    train: async (event, context) => asHttp(await train(event, context)),
  };
  const dispatch = createDispatch(
    {
      ...services,
      ...{ queue, collected: [...plans.keys()], sources: sweepPlans.map(({ name }) => name) },
      ...(rounds && { rounds }),
    },
    logger,
  );
  const collect = createCollect(
    {
      ...{ ...services, queue, sweepPlans },
      planOf: (workload) => plans.get(workload) ?? planOf?.(workload),
      timeLimit: (ms) => AbortSignal.timeout(ms),
    },
    logger,
  );
  const score = createScore(
    {
      ...services,
      training,
      metrics: UNHEARD,
      writeBack: options.writeBack,
      ...(cycle && { cycle }),
    },
    logger,
  );

  return {
    // Under the prefix of keys too, so that agents and scrapers have one address here and on AWS.
    routes: servedRoutes(ROUTES, ['open', 'iam', 'key']).map(({ path, route }) => ({
      method: route.method,
      path,
      handler: api[route.function],
    })),
    /** One queue for both consumers here; SQS has one each. */
    async consume(event) {
      const [toScore, toCollect] = split(event);
      const failures = [await collect(toCollect), await score(toScore)];
      return { batchItemFailures: failures.flatMap((each) => each.batchItemFailures) };
    },
    invokeSchedule: (schedule) =>
      schedule.function === 'train'
        ? train(schedule.event, SCHEDULE_CONTEXT)
        : dispatch(schedule.event),
  };
}

/** What CloudWatch is told on AWS; here the API has the incidents, and the log each that opens. */
const UNHEARD: MetricsSink = { emit: () => {} };

/** A schedule's invocation reads nothing from its context. */
const SCHEDULE_CONTEXT = { awsRequestId: 'schedule' } as Context;

function split(event: SQSEvent): readonly [SQSEvent, SQSEvent] {
  const isScore = (body: string) =>
    WorkMessageSchema.safeParse(JSON.parse(body)).data?.kind === 'score';
  return [
    { Records: event.Records.filter(({ body }) => isScore(body)) },
    { Records: event.Records.filter(({ body }) => !isScore(body)) },
  ];
}

function asHttp(result: Awaited<ReturnType<ReturnType<typeof createTrain>>>) {
  if ('statusCode' in result) return result;
  throw new TypeError('a scheduled invocation came in over HTTP');
}
