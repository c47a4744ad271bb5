import type { TrainRequest } from '#contracts/http/train.ts';
import type { PipelineInput, PlanInput, PlanOutput } from '#contracts/tasks/items.ts';
import { workloadId } from '#core/workload.ts';
import { selectorParts } from '../select-workload.ts';
import type { Workload } from '../workload-directory.ts';
import { isDue } from './due.ts';
import { saveRequest } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * First state of the pipeline: writes the list of workloads to train where the map reads it. A
 * request trains what it names; a schedule and a "due" start train what is due.
 */
export async function plan(deps: StageDeps, input: PlanInput): Promise<PlanOutput> {
  const { trigger, request } = input.request;
  // A run that a schedule or another account's tool started directly is not in the catalog yet.
  await deps.runs.create(input.run_id, trigger);
  const known = await deps.directory.list();
  const named = known.filter((workload) => isNamed(workload, request));
  const chosen = trigger === 'request' ? named : await onlyDue(deps, named);
  const manifest = chosen.map((workload) => ({ workload: workload.key }));
  const manifestKey = `runs/${input.run_id}/manifest.json`;
  await deps.objects.put(manifestKey, new TextEncoder().encode(JSON.stringify(manifest)));
  await saveRequest(deps.objects, input.run_id, input.request satisfies PipelineInput);
  await deps.runs.planned(input.run_id, manifest.length);
  return { run_id: input.run_id, manifest_key: manifestKey, workloads: manifest.length };
}

/** Whether a request means this workload: every part it names must match. */
function isNamed(workload: Workload, request: TrainRequest): boolean {
  const wanted = selectorParts(request);
  if (wanted.deployment === undefined) {
    return (
      (wanted.namespace === undefined || wanted.namespace === workload.id.namespace) &&
      (wanted.cluster === undefined || wanted.cluster === workload.id.cluster) &&
      (wanted.container === undefined || wanted.container === workload.id.container)
    );
  }
  const id = workloadId({ ...wanted, deployment: wanted.deployment });
  return (
    id.deployment === workload.id.deployment &&
    id.namespace === workload.id.namespace &&
    id.cluster === workload.id.cluster &&
    (wanted.container === undefined || id.container === workload.id.container)
  );
}

async function onlyDue(deps: StageDeps, workloads: readonly Workload[]): Promise<Workload[]> {
  const now = deps.clock.now();
  const due: Workload[] = [];
  for (const workload of workloads) {
    if (isDue(workload, await deps.attempts.get(workload.key), now)) due.push(workload);
  }
  return due;
}
