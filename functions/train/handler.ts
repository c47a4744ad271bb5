import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { type StartTrainingDeps, startTraining } from '#app/training/start-training.ts';
import { ScheduleEventSchema } from '#contracts/events.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import { TRAIN_ROUTES } from '#contracts/routes/train.ts';

/** Starts a training run: asked for over HTTP, or by the nightly schedule. */
export function createHandler(deps: StartTrainingDeps, logger: EventLogger) {
  const http = createHttpHandler(
    TRAIN_ROUTES,
    { train: ({ body }) => startTraining(deps, 'request', body as TrainRequest) },
    logger,
  );
  return async (event: unknown, context: Context) => {
    const scheduled = ScheduleEventSchema.safeParse(event);
    if (!scheduled.success) return http(event as APIGatewayProxyEventV2, context);
    const { run } = await startTraining(deps, 'schedule', {});
    logger.info('training started', { runId: run.run_id, trigger: 'schedule' });
    return { run_id: run.run_id };
  };
}
