import type { Run } from '#contracts/http/train.ts';
import type { FinishInput } from '#contracts/tasks/items.ts';
import type { RunLog } from '../run-log.ts';
import { causeText } from './cause-text.ts';

/** Ends a workload that failed, or the run: counts the outcomes and closes it. */
export async function finish(runs: RunLog, input: FinishInput): Promise<Run | FinishInput> {
  const error = input.error
    ? { code: input.error.slice(0, 100), message: causeText(input.cause) }
    : null;
  if (input.workload === undefined) return runs.finished(input.run_id, error);
  await runs.workloadFailed(
    input.run_id,
    input.workload,
    error ?? { code: 'UNKNOWN', message: 'the workload failed without saying why' },
  );
  return { run_id: input.run_id, workload: input.workload };
}
