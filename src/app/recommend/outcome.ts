import type { ActionItem, Recommendation, RecommendedAction } from '#contracts/http/recommend.ts';
import { shortFrom } from '#core/recommend/expected.ts';
import { exceedance, peakOf, stepsWithin, utilizationOf } from '#core/recommend/needs.ts';
import { addMs, durationMs, type EpochMs, epochMs, MINUTE, toIso } from '#core/time.ts';
import type { Evaluation } from './evaluate-replicas.ts';
import { HORIZON } from './foresee.ts';

/** Three rounds of the scheduled scoring: who misses them all has lost touch. */
const VALID_FOR = durationMs(15 * MINUTE);

/** Nothing can be said before somebody has looked at these. */
const TO_INVESTIGATE = [
  'REPLICAS_UNKNOWN',
  'NOT_MEASURED',
  'DATA_STALE',
  'CLOCK_AHEAD',
  'MEASUREMENT_IMPLAUSIBLE',
];

/** What is done about the replicas, in the wire's words. */
export function actionOf({ decided: { decision } }: Evaluation): RecommendedAction {
  if (decision.decision === 'act') return decision.action;
  const isBroken = decision.because.some(({ code }) => TO_INVESTIGATE.includes(code));
  return isBroken ? 'investigate' : 'no_action';
}

/** The action on replicas, and one more where nobody but a person can help. */
export function actionItems(evaluation: Evaluation): readonly ActionItem[] {
  const { decided, use, foreseen } = evaluation;
  const { decision, needs } = decided;
  const [first] = decision.because;
  const action = actionOf(evaluation);
  const isForecast = needs?.expected !== undefined && foreseen.confidence !== undefined;
  const item: ActionItem = {
    action,
    ...(decision.decision === 'act' ? { target_replicas: decision.target } : {}),
    ...(isForecast
      ? { confidence: foreseen.confidence?.value, confidence_cases: foreseen.confidence?.cases }
      : {}),
    reason: first?.message ?? '',
    reason_code: first?.code ?? '',
    ...(decision.decision === 'act' && use.current !== undefined && use.current > 0
      ? { estimated_savings_percent: savedPercent(use.current, decision.target) }
      : {}),
  };
  const capped = decision.because.find(({ code }) => code === 'CAPPED_BY_MAXIMUM');
  if (!capped) return [item];
  return [item, { action: 'investigate', reason: capped.message, reason_code: capped.code }];
}

function savedPercent(current: number, target: number): number {
  return Math.round((1_000 * (current - target)) / current) / 10;
}

/** The target with its range, its risk and its times, in the wire's words; null without an opinion. */
export function replicaFields(evaluation: Evaluation) {
  const { decided, policy } = evaluation;
  const acts = decided.decision.decision === 'act' ? decided.decision : undefined;
  const by = executeBy(evaluation);
  return {
    target_replicas: acts?.target ?? null,
    lower_replicas: acts?.lower ?? null,
    upper_replicas: acts?.upper ?? null,
    quantile: policy.quantile,
    lead_time_seconds: policy.leadTime / 1_000,
    p_short: probabilityShort(evaluation),
    execute_by: by === null ? null : toIso(by),
    valid_until: toIso(validUntil(evaluation)),
  };
}

/** How soon somebody should act. */
export function urgencyOf(evaluation: Evaluation): Recommendation['urgency'] {
  const { because } = evaluation.decided.decision;
  const action = actionOf(evaluation);
  if (action === 'scale_in' || action === 'investigate') return 'low';
  if (because.some(({ code }) => code === 'CAPPED_BY_MAXIMUM')) return 'immediate';
  if (action !== 'scale_out') return 'none';
  const isNow = because.some(({ code }) => code === 'MEASURED_NEED' || code === 'BELOW_MINIMUM');
  return isNow ? 'immediate' : 'high';
}

/** The latest moment to start what is recommended, so that it is ready in time; null when none is. */
export function executeBy(evaluation: Evaluation): EpochMs | null {
  const { foreseen, input, policy, use, now } = evaluation;
  if (actionOf(evaluation) !== 'scale_out') return null;
  if (urgencyOf(evaluation) === 'immediate' || !foreseen.forecast || !use.current) return now;
  const at = shortFrom(foreseen.forecast, input.capacity, policy, use.current, now);
  return at === undefined ? now : epochMs(Math.max(now, at - policy.leadTime));
}

/** When the recommendation expires: with what it was made of, and in a quarter of an hour at most. */
export function validUntil({ decided, use, foreseen, policy, now }: Evaluation): EpochMs {
  const ends: number[] = [addMs(now, VALID_FOR)];
  if (decided.decision.decision === 'act') {
    if (use.measured) ends.push(addMs(use.measured.at, policy.staleAfter));
    if (decided.needs?.expected && foreseen.forecast) ends.push(foreseen.forecast.validUntil);
  }
  return epochMs(Math.max(now, Math.min(...ends)));
}

/** The probability, at most, that the target is too small before anything new could be ready. */
export function probabilityShort({ decided, foreseen, input, use }: Evaluation): number | null {
  const { decision, needs } = decided;
  const replicas = decision.decision === 'act' ? decision.target : use.current;
  if (!needs?.expected || !foreseen.forecast || replicas === undefined) return null;
  const steps = stepsWithin(foreseen.forecast, input.now, needs.expected.until);
  return steps ? exceedance(foreseen.forecast, input.capacity.perReplica * replicas, steps) : null;
}

/** Greatest expected utilisation of the present replicas in the hour ahead, caller's word included. */
export function predictedUtilization(evaluation: Evaluation): number | null {
  const { foreseen, input, use, claimed, now } = evaluation;
  const steps = foreseen.forecast && stepsWithin(foreseen.forecast, now, addMs(now, HORIZON));
  const own =
    steps && foreseen.forecast && use.current
      ? utilizationOf(peakOf(foreseen.forecast.point, steps), input.capacity, use.current)
      : Number.NaN;
  const known = [own, claimed ?? Number.NaN].filter(Number.isFinite);
  return known.length > 0 ? Math.max(...known) : null;
}
