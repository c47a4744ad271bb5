import type { Run } from '#contracts/http/train.ts';
import type { FinishInput } from '#contracts/tasks/items.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunLog } from '../run-log.ts';
import { causeText } from './cause-text.ts';
import { nameFailed } from './name-failed.ts';

export interface FinishDeps {
  readonly runs: RunLog;
  readonly objects: ObjectStore;
}

/**
 * Ends a workload that failed, or the run: names what failed without a word, counts the outcomes and
 * closes it.
 * @throws {DomainError} `STORE_UNAVAILABLE`, `STATE_INCOMPATIBLE` for results that cannot be read
 */
export async function finish(deps: FinishDeps, input: FinishInput): Promise<Run | FinishInput> {
  const { runs } = deps;
  const error = input.error
    ? { code: input.error.slice(0, 100), message: causeText(input.cause) }
    : null;
  if (input.workload === undefined) {
    if (input.results_key !== undefined) await nameFailed(deps, input.run_id, input.results_key);
    return runs.finished(input.run_id, error);
  }
  await runs.workloadFailed(
    input.run_id,
    input.workload,
    error ?? { code: 'UNKNOWN', message: 'the workload failed without saying why' },
  );
  return { run_id: input.run_id, workload: input.workload };
}
