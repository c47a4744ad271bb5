import type { RecommendRequest } from '#contracts/http/recommend.ts';
import type { Because } from '#core/recommend/because.ts';
import { because } from '#core/recommend/because.ts';
import type { ReplicaCapacity } from '#core/recommend/capacity-per-replica.ts';
import { isCooldownActive } from '#core/recommend/cooldown.ts';
import { type Decided, type DecideInput, decide } from '#core/recommend/decide.ts';
import type { ScalingPolicy } from '#core/recommend/policy.ts';
import { addMs, durationMs, type EpochMs } from '#core/time.ts';
import type { ConfiguredScaling } from '../scaling-config.ts';
import type { Workload } from '../workload-directory.ts';
import type { DemandBasis } from './demand-bases.ts';
import { demandBasisOf } from './demand-basis.ts';
import { type Foreseen, foresee, NOTHING } from './foresee.ts';
import { keepingAll, policyOf } from './policy-of.ts';
import { readUse, type Use } from './read-use.ts';
import type { RecommendDeps } from './recommend-deps.ts';

/** What somebody asks about the replicas of a workload. */
export interface ReplicaQuestion {
  /** The policy, as configured and asked for. */
  readonly scaling: ConfiguredScaling;
  /** Replicas as the caller says they are. */
  readonly stated?: number | undefined;
  readonly predictions?: RecommendRequest['predictions'];
  /** Nothing is written: cooldowns stay as they are. */
  readonly isDryRun: boolean;
}

/** A decision with everything it was made of. */
export interface Evaluation {
  readonly workload: Workload;
  readonly policy: ScalingPolicy;
  readonly scaling: ConfiguredScaling;
  readonly use: Use;
  readonly basis: DemandBasis;
  readonly foreseen: Foreseen;
  readonly input: DecideInput;
  readonly decided: Decided;
  /** Greatest utilisation that the caller predicts. */
  readonly claimed: number | undefined;
  /** Whether a cooldown limited this decision. */
  readonly isCooling: boolean;
  readonly now: EpochMs;
  readonly reasons: readonly Because[];
}

/**
 * Decides on the replicas of one workload: measurements, demand and its forecast are read, and the
 * cooldown that the decision leaves is kept unless it is a dry run.
 */
export async function evaluateReplicas(
  deps: RecommendDeps,
  workload: Workload,
  { scaling, stated, predictions, isDryRun }: ReplicaQuestion,
): Promise<Evaluation> {
  const now = deps.clock.now();
  const asked = policyOf(scaling, workload.gridStep);
  const use = await readUse(deps, workload, { policy: asked, scaling, stated, now });
  const policy = keepingAll(asked, scaling, use.current);
  const about = { scaling, current: use.current, isKept: !isDryRun, now };
  const basis = await demandBasisOf(deps, workload, about);
  const factor = basis.source === 'utilization' ? (use.current ?? Number.NaN) : 1;
  const foreseen =
    basis.metric === null
      ? { ...NOTHING, doubts: basis.reasons }
      : await foresee(deps, workload, basis.metric, { policy, factor, now });
  const claims = claimsIn(predictions, policy, durationMs(workload.gridStep), now);
  const claimedLoad =
    claims.peak === undefined || use.current === undefined ? undefined : claims.peak * use.current;
  const input = {
    policy,
    now,
    currentReplicas: use.current,
    measured: use.measured,
    capacity: capacityOf(basis),
    forecast: foreseen.forecast,
    doubts: foreseen.doubts,
    claimedLoad,
  };
  const { decided, state } = await decideAndKeep(deps, workload, input, isDryRun);
  return {
    workload,
    policy,
    scaling,
    use,
    basis,
    foreseen,
    input: { ...input, state },
    decided,
    claimed: claims.peak,
    isCooling: isCooldownActive(state, policy, now),
    now,
    reasons: [...decided.decision.because, ...notesOf(workload, use, foreseen), ...claims.notes],
  };
}

/** Decides on the state as it is stored, and stores what the decision leaves. */
async function decideAndKeep(
  deps: RecommendDeps,
  { key }: Workload,
  input: Omit<DecideInput, 'state'>,
  isDryRun: boolean,
) {
  let state = isDryRun ? await deps.scalingStates.get(key) : undefined;
  let decided: Decided = decide({ ...input, state });
  if (!isDryRun) {
    await deps.scalingStates.move(key, input.now, (current) => {
      state = current;
      decided = decide({ ...input, state });
      return decided.state;
    });
  }
  return { decided, state };
}

function capacityOf({ per_replica, idle }: DemandBasis): ReplicaCapacity {
  return { perReplica: per_replica ?? 1, idle };
}

/** What must not be hidden, whatever was decided. */
function notesOf(workload: Workload, use: Use, foreseen: Foreseen): Because[] {
  const { source, current, isCounted } = use;
  const notes: Because[] = [...foreseen.notes];
  if (workload.simulated) {
    notes.push(because('SIMULATED', 'this workload is simulated: nothing here was measured'));
  }
  if (current !== undefined && !isCounted) {
    const says = source === 'request' ? 'sent with the request' : 'as configured';
    const missing = workload.metrics.has('replicas') ? 'has no recent count' : 'is not collected';
    const message = `${current} replicas ${says} are taken to have run throughout: the metric replicas ${missing}`;
    notes.push(because('REPLICAS_ASSUMED', message));
  }
  return notes;
}

/** The caller's predictions of the time that a decision is about. */
function claimsIn(
  predictions: RecommendRequest['predictions'],
  policy: ScalingPolicy,
  step: Workload['gridStep'],
  now: EpochMs,
) {
  if (!predictions || predictions.length === 0) return { peak: undefined, notes: [] };
  const ahead = Math.max(policy.leadTime + step, policy.scaleInWindow);
  const until = addMs(now, durationMs(ahead));
  const due = predictions.filter(({ timestamp }) => {
    const at = Date.parse(timestamp);
    return at > now - step && at <= until;
  });
  if (due.length === 0) {
    const message = `none of the ${predictions.length} predictions sent is of the time from now until ${ahead / 60_000} min ahead`;
    return { peak: undefined, notes: [because('PREDICTIONS_OUT_OF_TIME', message)] };
  }
  const peak = Math.max(...due.map(({ value, upper_bound }) => Math.max(value, upper_bound ?? 0)));
  return { peak, notes: [] };
}
