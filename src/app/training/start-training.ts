import type { Run, TrainRequest, TrainResponse } from '#contracts/http/train.ts';
import type { PipelineInput } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { MEMBER_NAMES } from '#core/forecast/line-up.ts';
import type { Clock } from '#core/time.ts';
import type { Executions } from '../ports/executions.ts';
import type { RunLog } from '../run-log.ts';
import { selectorParts } from '../select-workload.ts';
import { isBlend } from './fit-statistical.ts';
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
  const isNew = await deps.runs.create(runId, trigger);
  const input: PipelineInput = { trigger, request };
  // Started even if the record was there: a crash between the two must not leave a run queued.
  const outcome = await deps.executions.start(runId, input);
  const run = await deps.runs.get(runId);
  if (!run) throw new DomainError('STORE_UNAVAILABLE', `run ${runId} could not be read back`);
  return { run, started: isNew || outcome === 'started' };
}

/** The model a request names exists in some line-up, whatever the workload's grid. */
function checkModel(request: TrainRequest): void {
  const model = request.model ?? request.model_type;
  const known: readonly string[] = MEMBER_NAMES;
  if (model === undefined || isBlend(model) || known.includes(model)) return;
  throw new DomainError('MODEL_UNKNOWN', `there is no model ${model} to train`, {
    model,
    known: ['auto', 'ensemble', ...known],
  });
}
