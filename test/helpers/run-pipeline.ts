import type { TrainRequest } from '#contracts/http/train.ts';
import {
  BUCKET_PLACEHOLDER,
  functionPlaceholder,
  PIPELINE_FUNCTIONS,
  type PipelineFunction,
  TRAINING_PIPELINE,
} from '#contracts/pipeline/definition.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { createHandler as createEngineer } from '#functions/engineer/handler.ts';
import { createHandler as createEvaluate } from '#functions/evaluate/handler.ts';
import { createHandler as createFinish } from '#functions/finish/handler.ts';
import { createHandler as createFitBoosting } from '#functions/fit-boosting/handler.ts';
import { createHandler as createFitDetectors } from '#functions/fit-detectors/handler.ts';
import { createHandler as createFitRecurrent } from '#functions/fit-recurrent/handler.ts';
import { createHandler as createFitStatistical } from '#functions/fit-statistical/handler.ts';
import { createHandler as createPlan } from '#functions/plan/handler.ts';
import { createHandler as createRegister } from '#functions/register/handler.ts';
import { createHandler as createValidate } from '#functions/validate/handler.ts';
import { bindDefinition } from '#server/state-machine/bind-definition.ts';
import { runStateMachine, type StateMachineResult } from '#server/state-machine/interpreter.ts';
import { type LambdaFunction, lambdaTasks } from '#server/state-machine/tasks.ts';
import type { MemoryServices } from './memory-services.ts';
import { recordingLogger } from './recording-logger.ts';

/** The handlers of the pipeline's functions over one set of services. */
export function taskHandlers(
  services: MemoryServices,
): Readonly<Record<PipelineFunction, LambdaFunction>> {
  const logger = recordingLogger();
  return {
    plan: createPlan(services, logger),
    validate: createValidate(services, logger),
    engineer: createEngineer(services, logger),
    'fit-statistical': createFitStatistical(services, logger),
    'fit-boosting': createFitBoosting(services, logger),
    'fit-recurrent': createFitRecurrent(services, logger),
    'fit-detectors': createFitDetectors(services, logger),
    evaluate: createEvaluate(services, logger),
    register: createRegister(services, logger),
    finish: createFinish(services, logger),
  };
}

/**
 * Runs the training pipeline: the definition that is deployed, in the real interpreter, with the real
 * handlers in this process. Retries do not wait.
 */
export function runPipeline(
  services: MemoryServices,
  options: {
    readonly runId?: string;
    readonly trigger?: 'schedule' | 'request' | 'due';
    readonly request?: TrainRequest;
    /** Replaces handlers, to make one fail. */
    readonly handlers?: Partial<Record<PipelineFunction, LambdaFunction>>;
    /** Told of each wait, which takes no time. */
    readonly onSleep?: (ms: number) => void;
  } = {},
): Promise<StateMachineResult> {
  const { runId = 'run-1', trigger = 'request', request = {} } = options;
  return runStateMachine({
    definition: bindDefinition(TRAINING_PIPELINE, {
      [BUCKET_PLACEHOLDER]: 'memory',
      ...Object.fromEntries(PIPELINE_FUNCTIONS.map((name) => [functionPlaceholder(name), name])),
    }),
    input: { trigger, request },
    execution: { id: `test:${runId}`, name: runId, startTime: services.clock.now() },
    tasks: lambdaTasks({ ...taskHandlers(services), ...options.handlers }),
    readObject: (_, key) => services.objects.get(key),
    writeObject: (_, key, bytes) => services.objects.put(key, bytes),
    sleep: async (ms) => options.onSleep?.(ms),
    random: () => 0.5,
  });
}

/** Runs the stages of one planned workload up to and without `last`, as the state machine would. */
export async function runStagesBefore(
  services: MemoryServices,
  last: PipelineFunction,
  workload: string,
  options: { readonly runId?: string; readonly request?: TrainRequest } = {},
): Promise<WorkloadItem> {
  const { runId = 'run-1', request = {} } = options;
  const handlers = taskHandlers(services);
  const { signal } = new AbortController();
  await handlers.plan({ run_id: runId, request: { trigger: 'request', request } }, { signal });
  let item: unknown = { run_id: runId, workload };
  for (const stage of [
    'validate',
    'engineer',
    'fit-statistical',
    'evaluate',
    'register',
  ] as const) {
    if (stage === last) break;
    item = JSON.parse(JSON.stringify(await handlers[stage](item, { signal })));
  }
  return item as WorkloadItem;
}
