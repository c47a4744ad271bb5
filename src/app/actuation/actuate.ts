import {
  type ActuationConfig,
  type ActuationTarget,
  scalableTargetKey,
} from '#contracts/config/actuation.ts';
import type { ActuationOutcome, ActuationRun } from '#contracts/http/actuation.ts';
import {
  type ActionRole,
  type ActuationStep,
  planTargets,
  type TargetPlan,
} from '#core/actuate/plan.ts';
import type { TargetSituation, WantedReplicas } from '#core/actuate/situation.ts';
import { isDomainError } from '#core/errors.ts';
import { type Clock, type EpochMs, epochMs, toIso } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import type { ScalableTargets } from '../ports/scalable-targets.ts';
import { isValidAt, type RecommendationLog } from '../recommendation-log.ts';
import type { ActuationLog } from './actuation-log.ts';

export interface ActuateDeps {
  readonly config: ActuationConfig;
  readonly recommendations: Pick<RecommendationLog, 'latest'>;
  readonly actuation: ActuationLog;
  readonly targets: ScalableTargets;
  readonly clock: Clock;
}

/** A run with the targets that could not be read or written, which alone are tried again. */
export interface ActuationResult {
  readonly run: ActuationRun;
  readonly failures: readonly { readonly target: string; readonly error: unknown }[];
}

/**
 * Brings the minimums of all configured targets to what is recommended now, by pairs of scheduled
 * actions that undo themselves. One target that fails does not keep the others; running again is
 * running once.
 *
 * In a dry run nothing is written but the account of what would have been.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE` when the catalog does not answer
 */
export async function actuate(deps: ActuateDeps): Promise<ActuationResult> {
  const { config, actuation, clock } = deps;
  const now = clock.now();
  const isStopped = config.stopped || (await actuation.switch()).stopped;
  const failures: { target: string; error: unknown }[] = [];
  const outcomes = new Map<ActuationTarget, ActuationOutcome>();
  const read: { readonly target: ActuationTarget; readonly situation: TargetSituation }[] = [];

  const attempt = async (target: ActuationTarget, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isDomainError(error)) throw error;
      failures.push({ target: scalableTargetKey(target), error });
      const { code, message } = error;
      outcomes.set(target, outcomeOf(target, undefined, { code, message, details: {} }, []));
    }
  };

  for (const target of config.targets) {
    await attempt(target, async () => {
      read.push({ target, situation: await situationOf(deps, target, isStopped, now) });
    });
  }
  const plans = planTargets(
    read.map(({ situation }) => situation),
    now,
  );
  for (const [i, { target, situation }] of read.entries()) {
    const plan = plans[i];
    if (!plan) continue;
    await attempt(target, async () => {
      if (!config.dry_run) await carryOut(deps, target, plan);
      outcomes.set(target, outcomeOf(target, situation, plan.because, plan.steps));
    });
  }
  const run: ActuationRun = {
    at: toIso(now),
    dry_run: config.dry_run,
    stopped: isStopped,
    targets: config.targets.flatMap((target) => outcomes.get(target) ?? []),
  };
  await actuation.setLastRun(run);
  return { run, failures };
}

/** Names are kept apart from anybody else's; one of each role a target, so that writing replaces. */
function nameOf(role: ActionRole, { deployment }: ActuationTarget): string {
  return `helios-${role}-${deployment}`;
}

async function situationOf(
  { recommendations, actuation, targets }: ActuateDeps,
  target: ActuationTarget,
  isStopped: boolean,
  now: EpochMs,
): Promise<TargetSituation> {
  const names = { raise: nameOf('raise', target), restore: nameOf('restore', target) };
  const actions = await targets.actions(target, [names.raise, names.restore]);
  const bounds = await targets.bounds(target);
  const memory = await actuation.memory(scalableTargetKey(target));
  const latest = await recommendations.latest(workloadKey(workloadId(target)));
  return {
    bounds,
    raise: actions.get(names.raise),
    restore: actions.get(names.restore),
    memory,
    wanted: latest && wantedBy(latest, now),
    isStopped,
  };
}

/** What a recommendation asks for, while it is valid. Nothing simulated ever acts. */
function wantedBy(
  recommendation: NonNullable<Awaited<ReturnType<RecommendationLog['latest']>>>,
  now: EpochMs,
): WantedReplicas | undefined {
  const { simulated, target_replicas: replicas, valid_until } = recommendation;
  if (simulated || replicas === null || !isValidAt(recommendation, now)) return undefined;
  return { replicas, validUntil: epochMs(Date.parse(valid_until)) };
}

/** Writes in the order of the plan, which is what makes every ending of it safe. */
async function carryOut(
  { actuation, targets }: ActuateDeps,
  target: ActuationTarget,
  { steps }: TargetPlan,
): Promise<void> {
  const key = scalableTargetKey(target);
  for (const step of steps) {
    if (step.kind === 'remember') await actuation.remember(key, step.memory);
    else if (step.kind === 'forget') await actuation.forget(key);
    else if (step.kind === 'delete') await targets.delete(target, nameOf(step.role, target));
    else await targets.put(target, { ...step, name: nameOf(step.role, target) });
  }
}

function outcomeOf(
  target: ActuationTarget,
  situation: TargetSituation | undefined,
  because: ActuationOutcome['because'],
  steps: readonly ActuationStep[],
): ActuationOutcome {
  const { service_namespace, resource_id, scalable_dimension } = target;
  return {
    workload: workloadId(target),
    service_namespace,
    resource_id,
    scalable_dimension,
    minimum: situation?.bounds?.minimum ?? null,
    maximum: situation?.bounds?.maximum ?? null,
    because: { ...because, details: { ...because.details } },
    steps: steps.flatMap((step): ActuationOutcome['steps'] => {
      if (step.kind === 'put') {
        const { kind, role, at, minimum } = step;
        return [{ kind, name: nameOf(role, target), at: toIso(at), minimum }];
      }
      if (step.kind !== 'delete') return [];
      return [{ kind: step.kind, name: nameOf(step.role, target), at: null, minimum: null }];
    }),
  };
}
