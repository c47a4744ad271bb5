import type { Decided, DecideInput } from '#core/recommend/decide.ts';
import { MINUTE } from '#core/time.ts';

/** A count may be off by the rounding of one product and one quotient. */
const ROUNDING = 1e-6;

/** What is wrong with a decision, whatever it was made of; undefined when nothing is. */
export function faultOf(input: DecideInput, { decision }: Decided): string | undefined {
  const { policy, measured, currentReplicas: current, now, forecast } = input;
  if (decision.because.length === 0) return 'it has no reason';
  if (decision.decision === 'hold') return undefined;
  const { target, lower, upper, action } = decision;
  if (!Number.isInteger(target)) return 'its target is no whole number';
  if (target < policy.minimumReplicas || target > policy.maximumReplicas) return 'out of bounds';
  const isOrdered = lower <= target && target <= upper;
  if (!isOrdered || lower < policy.minimumReplicas || upper > policy.maximumReplicas) {
    return 'its band does not hold the target, or leaves the bounds';
  }
  if (!measured || current === undefined) return 'nothing was measured';
  const isSound = measured.utilization >= 0 && measured.utilization <= 10 && current >= 0;
  if (!isSound || !Number.isFinite(current)) return 'what was measured cannot be';
  if (now - measured.at > policy.staleAfter) return 'the measurement is stale';
  const need = (measured.utilization * measured.replicas) / policy.targetUtilization;
  if (target < Math.min(need, policy.maximumReplicas) - ROUNDING) return 'below the measured need';
  const isExpired = !forecast || now >= forecast.validUntil;
  const isBoundAlone = current > policy.maximumReplicas;
  if (action === 'scale_in' && !isBoundAlone) {
    if (isExpired || input.doubts.length > 0) return 'replicas go on no forecast';
    if (!(measured.highestLoad / current < policy.scaleDownThreshold)) return 'load was not low';
  }
  const hasClaim = (input.claimedLoad ?? 0) > 0;
  const onForecast = decision.because.some(({ code }) => code === 'FORECAST_NEED');
  if (onForecast && (isExpired || input.doubts.length > 0)) return 'it acts on an expired forecast';
  const isSilent = isExpired && !hasClaim && current >= policy.minimumReplicas;
  if (isSilent && action === 'scale_out' && need <= current - ROUNDING) return 'for no reason';
  if (forecast && forecast.cutoff > now + 5 * MINUTE && onForecast) return 'it acts on the future';
  return undefined;
}
