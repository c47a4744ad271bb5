import type { MetricSource } from '#app/ports/metric-source.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import type { HeartbeatConfig } from '#contracts/config/heartbeat.ts';
import {
  HEARTBEAT_KEY,
  HEARTBEAT_METRIC,
  HEARTBEAT_STEP,
  heartbeatValue,
} from '#core/simulate/heartbeat.ts';
import { durationMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';

const STEP = durationMs(HEARTBEAT_STEP);

/** The heartbeat as a source: a function of time, so any range, again and again, is the same. */
export const heartbeatSource: MetricSource = {
  name: 'heartbeat',
  async collect({ range }) {
    const observations: Observation[] = [];
    // Whole slots only: the one that is filling has no value yet.
    for (let at = Math.ceil(range.from / STEP) * STEP; at + STEP <= range.to; at += STEP) {
      const slot = epochMs(at);
      const value = heartbeatValue(slot);
      const known = { source: 'heartbeat', asOf: slot };
      observations.push({ metric: HEARTBEAT_METRIC, at: slot, value, ...known });
    }
    return { step: STEP, observations, counters: [], problems: [] };
  },
};

/** How the heartbeat is collected, by its key; nothing where it is switched off. */
export function heartbeatPlans({
  enabled,
}: HeartbeatConfig): ReadonlyMap<WorkloadKey, CollectPlan> {
  if (!enabled) return new Map();
  const plan = {
    source: heartbeatSource,
    metrics: [HEARTBEAT_METRIC],
    simulated: true,
    gridStep: STEP,
  };
  return new Map([[HEARTBEAT_KEY, plan]]);
}
