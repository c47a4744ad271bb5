import type { DecideInput } from '#core/recommend/decide.ts';
import type { DemandForecast, Measured } from '#core/recommend/needs.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, DEFAULT_STEP, type EpochMs, epochMs, HOUR } from '#core/time.ts';

/** When decisions of tests are made: two minutes after the newest step has ended. */
export const DECIDED_AT = epochMs(Date.UTC(2026, 2, 2, 12, 2));
const NEWEST_END = epochMs(Date.UTC(2026, 2, 2, 12, 0));

/** `utilization` of `replicas` in the newest step, and no more than `highest` in the window before. */
export function measuredUse(
  utilization: number,
  replicas: number,
  highest = utilization,
): Measured {
  return { at: NEWEST_END, utilization, replicas, highestLoad: highest * replicas };
}

/** A forecast that is the same at every step: quantiles 0.1, 0.5, 0.9 and 0.98 of demand. */
export function flatForecast(
  [q10, q50, q90, q98]: readonly [number, number, number, number],
  options: { readonly cutoff?: EpochMs; readonly steps?: number } = {},
): DemandForecast {
  const { cutoff = addMs(NEWEST_END, DEFAULT_STEP, -1), steps = 24 } = options;
  const path = (value: number) => new Float64Array(steps).fill(value);
  return {
    cutoff,
    step: DEFAULT_STEP,
    validUntil: addMs(cutoff, HOUR, 2),
    point: path(q50),
    quantiles: [
      { q: 0.1, values: path(q10) },
      { q: 0.5, values: path(q50) },
      { q: 0.9, values: path(q90) },
      { q: 0.98, values: path(q98) },
    ],
  };
}

/** Ten replicas, half used, with a trusted forecast of the same demand in fully used replicas. */
export function decideInput(over: Partial<DecideInput> = {}): DecideInput {
  return {
    policy: DEFAULT_POLICY,
    now: DECIDED_AT,
    currentReplicas: 10,
    measured: measuredUse(0.5, 10),
    capacity: { perReplica: 1, idle: 0 },
    forecast: flatForecast([4, 5, 6, 6.5]),
    doubts: [],
    state: undefined,
    ...over,
  };
}
