import type { Run, TrainRequest, TrainResponse } from '#contracts/http/train.ts';
import type { PipelineInput } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import type { Executions } from '../ports/executions.ts';
import type { RunLog } from '../run-log.ts';
import { selectorParts } from '../select-workload.ts';
import { modelsToAskFor } from './asked-model.ts';
import { newRunId } from './run-id.ts';

export interface StartTrainingDeps {
  readonly runs: RunLog;
  readonly executions: Executions;
  readonly clock: Clock;
  /** Keeps two runs of one second apart. */
  readonly newSuffix: () => string;
}

/**
 * Starts a training run. Its id is its idempotency key: asking again with the same id answers with
 * the run that is there.
 * @throws {DomainError} `MODEL_UNKNOWN`, `REQUEST_INVALID`, `STORE_UNAVAILABLE`, `THROTTLED`
 */
export async function startTraining(
  deps: StartTrainingDeps,
  trigger: Run['trigger'],
  request: TrainRequest,
): Promise<TrainResponse> {
  selectorParts(request);
  checkModel(request);
  const runId = request.run_id ?? newRunId(deps.clock.now(), deps.newSuffix());
  const input: PipelineInput = { trigger, request };
  // First the execution, whose `plan` makes the record if a crash comes between: the other way round
  // a run could stay queued for ever.
  const outcome = await deps.executions.start(runId, input);
  await deps.runs.create(runId, trigger);
  const run = await deps.runs.get(runId);
  if (!run) throw new DomainError('STORE_UNAVAILABLE', `run ${runId} could not be read back`);
  return { run, started: outcome === 'started' };
}

/** The model a request names exists in some line-up, whatever the workload's grid. */
function checkModel(request: TrainRequest): void {
  const model = request.model ?? request.model_type;
  const known = modelsToAskFor();
  if (model === undefined || known.includes(model)) return;
  throw new DomainError('MODEL_UNKNOWN', `there is no model ${model} to train`, { model, known });
}
