import type { ObjectStore } from '../ports/object-store.ts';
import type { RunLog } from '../run-log.ts';

/**
 * Removes the stage outputs of runs whose record has expired, as the bucket's lifecycle does on AWS.
 *
 * @returns how many objects were removed
 */
export async function forgetRuns(deps: {
  readonly objects: ObjectStore;
  readonly runs: RunLog;
}): Promise<number> {
  const keys = await deps.objects.list('runs/');
  const runIds = new Set(keys.map((key) => key.split('/')[1] ?? ''));
  let removed = 0;
  for (const runId of runIds) {
    if (await deps.runs.get(runId)) continue;
    for (const key of keys.filter((each) => each.startsWith(`runs/${runId}/`))) {
      await deps.objects.delete(key);
      removed++;
    }
  }
  return removed;
}
