import type { Reason } from '#contracts/http/common.ts';
import type { CostQuery, SavingInfo, SavingsResponse } from '#contracts/http/cost.ts';
import { type Advice, FOLLOW_WITHIN, savingsOf } from '#core/cost/savings.ts';
import { addMs, DAY, epochMs, SECOND, toIso } from '#core/time.ts';
import type { TimeRange } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import { scalingFor } from '../scaling-config.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import type { CostDeps } from './cost-deps.ts';
import { countedOf, headOf, ofEach, rangeOf, selected, totalOf } from './cost-queries.ts';
import { priceFor } from './price-for.ts';
import { RAW_DAYS } from './read-slots.ts';
import { REPLICAS } from './workload-cost.ts';

/**
 * What following published recommendations has saved in a period: (replicas before − replicas
 * observed) × price, for the time it held, negative where replicas were added.
 */
export async function costSavings(deps: CostDeps, query: CostQuery): Promise<SavingsResponse> {
  const now = deps.clock.now();
  const asked = rangeOf(query.period, now);
  const oldest = addMs(asked.to, DAY, -RAW_DAYS);
  const range = { from: epochMs(Math.max(asked.from, oldest)), to: asked.to };
  const workloads = await selected(deps.directory, query);
  const found = await ofEach(workloads, (workload) => savingsOfWorkload(deps, workload, range));
  const savings = found.flatMap((each) => each.savings);
  const reasons: Reason[] = asked.from < oldest ? [limited()] : [];
  return {
    ...headOf(query.period, range, now),
    follow_within_seconds: FOLLOW_WITHIN / SECOND,
    saved: totalOf(countedOf(savings).map(({ saved }) => saved)),
    recommendations: found.reduce((sum, { advised }) => sum + advised, 0),
    followed: savings.length,
    savings: savings.sort((a, b) => (a.followed_at < b.followed_at ? -1 : 1)),
    reasons,
  };
}

async function savingsOfWorkload(
  deps: CostDeps,
  workload: Workload,
  range: TimeRange,
): Promise<{ readonly advised: number; readonly savings: readonly SavingInfo[] }> {
  const history = await deps.recommendations.history(workload.key, range.from, range.to);
  const advice = history.flatMap((each): Advice[] => {
    const { current_replicas: before, target_replicas: target } = each;
    if (before === null || target === null || before === target) return [];
    return [{ at: epochMs(Date.parse(each.generated_at)), before, target }];
  });
  if (advice.length === 0) return { advised: 0, savings: [] };
  const end = endOfData(workload, range.to);
  const frame = await readFrame(deps.observations, workload, { from: range.from, to: end });
  const replicas = frame?.series.get(REPLICAS);
  if (!replicas) return { advised: advice.length, savings: [] };
  const { price_per_replica_hour } = scalingFor(deps.scaling, workload.id);
  const price = priceFor(deps.pricing, workload.id, price_per_replica_hour);
  const savings = savingsOf(replicas, advice).map((each) => ({
    workload: workload.id,
    simulated: workload.simulated,
    recommended_at: toIso(each.at),
    followed_at: toIso(each.followedAt),
    until: toIso(each.until),
    open: each.isOpen,
    before_replicas: each.before,
    target_replicas: each.target,
    held_seconds: each.heldSeconds,
    replica_hours: each.replicaHours,
    saved: price ? each.replicaHours * price.perHour : null,
  }));
  return { advised: advice.length, savings };
}

function limited(): Reason {
  return {
    code: 'HISTORY_LIMITED',
    message: `replicas are kept by the minute for ${RAW_DAYS} days: older savings cannot be told`,
    details: { days: RAW_DAYS },
  };
}
