import type {
  Recommendation,
  RecommendRequest,
  RecommendResponse,
} from '#contracts/http/recommend.ts';
import { DomainError } from '#core/errors.ts';
import { arithmeticOf } from '#core/recommend/arithmetic.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { epochMs, toIso } from '#core/time.ts';
import { priceFor } from '../cost/price-for.ts';
import { scalingFor } from '../scaling-config.ts';
import { resolveWorkload } from '../select-workload.ts';
import { type Evaluation, evaluateReplicas } from './evaluate-replicas.ts';
import { HORIZON } from './foresee.ts';
import {
  actionItems,
  actionOf,
  predictedUtilization,
  replicaFields,
  urgencyOf,
} from './outcome.ts';
import { policyUsed, scalingOf } from './policy-of.ts';
import { isPublished } from './publish.ts';
import type { RecommendDeps } from './recommend-deps.ts';
import { type Resize, resizeOf, type StatedResources, statedResources } from './resize.ts';

/** Hours of a month in which costs are given: 365 days / 12. */
const HOURS_PER_MONTH = 730;

/**
 * Recommends replicas, and the size of each, of one workload: to act with a target, or to hold with
 * the reasons. Keeps the cooldown that the decision leaves, unless it is a dry run, or a question: one
 * with a count or a policy of its own about a workload that the scheduled scoring decides on.
 *
 * @throws {DomainError} `NOT_FOUND`, `REQUEST_INVALID`, `STORE_UNAVAILABLE`
 */
export async function recommend(
  deps: RecommendDeps,
  request: RecommendRequest,
): Promise<RecommendResponse> {
  const workload = await resolveWorkload(deps.directory, request);
  const configured = scalingFor(deps.scaling, workload.id);
  const scaling = scalingOf(configured, request);
  const stated = statedReplicas(request);
  const isOther = stated !== undefined || JSON.stringify(scaling) !== JSON.stringify(configured);
  const isDryRun = request.dry_run || (isOther && isPublished(workload, configured));
  const resources = statedResources(scaling, request);
  const evaluation = await evaluateReplicas(deps, workload, {
    scaling,
    stated,
    predictions: request.predictions,
    isDryRun,
  });
  const { policy, foreseen, isCooling, now } = evaluation;
  const resize = await resizeOf(deps, workload, resources, {
    replicas: evaluation.use.current,
    strategy: request.strategy,
    isScaledIn: actionOf(evaluation) === 'scale_in',
    freshFrom: epochMs(now - policy.staleAfter),
  });
  const price =
    request.price_per_replica_hour ??
    priceFor(deps.pricing, workload.id, scaling.price_per_replica_hour)?.perHour;
  const recommendation = {
    ...recommendationOf(evaluation, resources, resize),
    cost: costOf(evaluation, price),
  };
  return {
    generated_at: toIso(now),
    recommendations: [
      request.explain
        ? { ...recommendation, explanation: [...explanationOf(evaluation)] }
        : recommendation,
    ],
    metadata: {
      cooldown_active: isCooling,
      target_utilization: policy.targetUtilization,
      policy: policyUsed(policy),
      model: foreseen.response?.model ?? null,
      model_version: foreseen.response?.version ?? null,
      dry_run: isDryRun,
    },
  };
}

/** @throws {DomainError} `REQUEST_INVALID` when the two fields disagree */
function statedReplicas({ current_replicas, current_state }: RecommendRequest): number | undefined {
  const inState = current_state?.replicas;
  if (current_replicas !== undefined && inState !== undefined && current_replicas !== inState) {
    throw new DomainError(
      'REQUEST_INVALID',
      `current_replicas and current_state.replicas differ: ${current_replicas}, ${inState}`,
    );
  }
  return current_replicas ?? inState;
}

function recommendationOf(
  evaluation: Evaluation,
  resources: StatedResources,
  resize: Resize | undefined,
): Omit<Recommendation, 'cost'> {
  const { workload, use, decided, now } = evaluation;
  const { decision, needs } = decided;
  const { measured } = use;
  return {
    workload: workload.id.deployment,
    namespace: workload.id.namespace,
    cluster: workload.id.cluster,
    container: workload.id.container,
    simulated: workload.simulated,
    timestamp: toIso(now),
    current_state: {
      replicas: use.current ?? null,
      replicas_source: use.source,
      cpu_request: resources.cpu_request ?? null,
      memory_request: resources.memory_request ?? null,
      cpu_limit: resources.cpu_limit ?? null,
      memory_limit: resources.memory_limit ?? null,
    },
    decision: decision.decision,
    actions: [...actionItems(evaluation), ...(resize?.action ? [resize.action] : [])],
    ...replicaFields(evaluation),
    measured: measured
      ? {
          at: toIso(measured.at),
          utilization: measured.utilization,
          replicas: measured.replicas,
          need: needs?.reactive ?? null,
        }
      : null,
    demand: demandOf(evaluation),
    predicted_utilization: predictedUtilization(evaluation),
    time_horizon_minutes: HORIZON / 60_000,
    reasons: [...evaluation.reasons, ...(resize?.notes ?? [])].map((reason) => ({ ...reason })),
    urgency: urgencyOf(evaluation),
    rightsizing: resize?.block ?? null,
  };
}

function demandOf({ basis, decided }: Evaluation): Recommendation['demand'] {
  const { metric, source, fit, idle, per_replica } = basis;
  if (metric === null) return null;
  return {
    metric,
    unit: source === 'utilization' ? 'replicas' : metricDefinition(metric).unit,
    value: decided.needs?.expected?.demand ?? null,
    capacity_per_replica: per_replica,
    idle_utilization: idle,
    capacity_source: source,
    fit,
  };
}

/** @param price - of one replica for an hour */
function costOf({ decided, use }: Evaluation, price: number | undefined): Recommendation['cost'] {
  const { decision } = decided;
  if (price === undefined || use.current === undefined || decision.decision === 'hold') return null;
  const change = (decision.target - use.current) * price;
  return {
    price_per_replica_hour: price,
    change_per_hour: change,
    change_per_month: change * HOURS_PER_MONTH,
  };
}

function explanationOf({ input, decided, basis }: Evaluation): readonly string[] {
  const { metric, source } = basis;
  const unit = source === 'utilization' ? 'replicas' : metricDefinition(metric ?? '').unit;
  return arithmeticOf(input, decided, metric === null ? undefined : { metric, unit, source });
}
