import { UTILIZATION_IS_DEMAND } from '../recommend/capacity-per-replica.ts';
import type { ScalingState } from '../recommend/cooldown.ts';
import { decide } from '../recommend/decide.ts';
import type { DemandForecast, Measured } from '../recommend/needs.ts';
import type { ScalingPolicy } from '../recommend/policy.ts';
import { addMs, type EpochMs } from '../time.ts';
import type { Demand } from './demand.ts';
import type { Policy, PolicyView } from './fleet.ts';
import type { IssuedForecasts } from './issue-forecasts.ts';

/**
 * Helios: the decision code that is served, with the forecast that would have been issued at that
 * moment. Where it holds, the fleet stays as it is. Demand is in units, so a unit's capacity is 1.
 *
 * @param metricLagSteps - how far back the newest measurement lies, 1 or more, as for the fleet
 */
export function heliosPolicy(
  policy: ScalingPolicy,
  demand: Pick<Demand, 'start' | 'step' | 'values'>,
  forecasts: IssuedForecasts,
  metricLagSteps: number,
): Policy {
  const { start, step } = demand;
  const window = Math.max(1, Math.ceil(policy.scaleInWindow / step));
  const timeOf = (index: number): EpochMs => addMs(start, step, index);
  let state: ScalingState | undefined;
  return {
    decide(view) {
      const known = view.index - metricLagSteps;
      const now = timeOf(view.index);
      const { decision, state: next } = decide({
        policy,
        now,
        currentReplicas: view.ordered,
        measured: {
          ...spread(view),
          at: timeOf(known + 1),
          highestLoad: highestOf(demand.values, known, window),
        },
        capacity: UTILIZATION_IS_DEMAND,
        forecast: forecastAt(forecasts, known, {
          cutoff: timeOf(known),
          step,
          validUntil: addMs(now, step),
        }),
        doubts: [],
        state,
      });
      state = next;
      return decision.decision === 'act' ? decision.target : view.ordered;
    },
  };
}

/** Demand beyond what the serving units can do would queue: it is spread over as many as it takes. */
function spread({ measured, ready }: PolicyView): Pick<Measured, 'utilization' | 'replicas'> {
  const replicas = Math.max(1, ready, Math.ceil(measured));
  return { utilization: measured / replicas, replicas };
}

/** The greatest value of the window that ends with `known`; NaN when it starts before the series. */
function highestOf(values: Float64Array, known: number, window: number): number {
  if (known + 1 < window) return Number.NaN;
  let highest = 0;
  for (let i = known + 1 - window; i <= known; i++) highest = Math.max(highest, values[i]!);
  return highest;
}

/** The forecast issued at an origin, undefined where there was none yet. */
function forecastAt(
  { firstOrigin, horizon, quantiles, points, paths }: IssuedForecasts,
  origin: number,
  about: Pick<DemandForecast, 'cutoff' | 'step' | 'validUntil'>,
): DemandForecast | undefined {
  const row = origin - firstOrigin;
  const from = row * horizon;
  if (row < 0 || from >= points.length || Number.isNaN(paths[0]?.[from])) return undefined;
  const to = from + horizon;
  return {
    ...about,
    point: points.subarray(from, to),
    quantiles: quantiles.map((q, k) => ({ q, values: paths[k]!.subarray(from, to) })),
  };
}
