import type { ObjectStore } from '../ports/object-store.ts';

/** What runs leave: stage outputs, and the checkpoints of their trainings. */
const PREFIXES = ['runs', 'checkpoints'] as const;

/**
 * Removes the stage outputs and checkpoints of runs whose record has expired, and the checkpoints of
 * runs that have ended, as the bucket's lifecycle does on AWS.
 *
 * @returns how many objects were removed
 */
export async function forgetRuns(deps: {
  readonly objects: ObjectStore;
  /** Trainings and replays: both keep objects under their run. */
  readonly runs: {
    get(runId: string): Promise<{ readonly finished_at: string | null } | undefined>;
  };
}): Promise<number> {
  let removed = 0;
  for (const prefix of PREFIXES) {
    const keys = await deps.objects.list(`${prefix}/`);
    const runIds = new Set(keys.map((key) => key.split('/')[1] ?? ''));
    for (const runId of runIds) {
      const run = await deps.runs.get(runId);
      const isNeeded = run && (prefix === 'runs' || run.finished_at === null);
      if (isNeeded) continue;
      for (const key of keys.filter((each) => each.startsWith(`${prefix}/${runId}/`))) {
        await deps.objects.delete(key);
        removed++;
      }
    }
  }
  return removed;
}
