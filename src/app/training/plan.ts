import type { TrainRequest } from '#contracts/http/train.ts';
import type { PipelineInput, PlanInput, PlanOutput } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { workloadId } from '#core/workload.ts';
import { selectorParts } from '../select-workload.ts';
import type { Workload } from '../workload-directory.ts';
import { isDue, NIGHTLY_REFIT_AFTER } from './due.ts';
import { saveRequest } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * First state of the pipeline: writes the list of workloads to train where the map reads it. A
 * request and a drift train what they name; a schedule and a "due" start train what is due.
 */
export async function plan(deps: StageDeps, input: PlanInput): Promise<PlanOutput> {
  const { trigger, request } = input.request;
  // A run that a schedule or another account's tool started directly is not in the catalog yet.
  await deps.runs.create(input.run_id, trigger);
  const isOfAll = trigger === 'request' && selectorParts(request).deployment === undefined;
  // Who asks for everything means what is watched; by the clock the heartbeat is trained as well.
  const known = await (isOfAll ? deps.directory.list() : deps.directory.all());
  const named = known.filter((workload) => isNamed(workload, request));
  if (trigger === 'request' && named.length === 0) throw nothingNamed(request, known);
  const isAsked = trigger === 'request' || trigger === 'drift';
  const chosen = isAsked ? named : await onlyDue(deps, named, trigger);
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

function nothingNamed(request: TrainRequest, known: readonly Workload[]): DomainError {
  const named = Object.values(selectorParts(request)).filter(Boolean).join(', ');
  return new DomainError('NOT_FOUND', `no workload that is known matches: ${named || 'any'}`, {
    known: known.slice(0, 50).map(({ key }) => key),
  });
}

async function onlyDue(
  deps: StageDeps,
  workloads: readonly Workload[],
  trigger: 'schedule' | 'due',
): Promise<Workload[]> {
  const now = deps.clock.now();
  const refitAfter = trigger === 'schedule' ? NIGHTLY_REFIT_AFTER : undefined;
  const due: Workload[] = [];
  for (const workload of workloads) {
    const last = await deps.attempts.get(workload.key);
    if (isDue(workload, last, now, refitAfter)) due.push(workload);
  }
  return due;
}
