import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { KnownEvent } from '#core/forecast/known-events.ts';
import { epochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';

/** The parts of a workload's name that an entry of the configuration gives. */
type WorkloadParts = { readonly [part in keyof WorkloadId]?: string | undefined };

/**
 * The configured events that apply to one metric of one workload, as the core knows them.
 *
 * @param metric - its name in the catalogue, not an alias
 */
export function eventsFor(
  configured: readonly ConfiguredEvent[],
  workload: WorkloadId,
  metric: string,
): readonly KnownEvent[] {
  return configured
    .filter((event) => appliesTo(event, workload) && (event.metrics?.includes(metric) ?? true))
    .map(({ name, start, end, factor }) => ({
      name,
      start: epochMs(Date.parse(start)),
      end: epochMs(Date.parse(end)),
      factor,
    }));
}

/** Whether an entry of the configuration means a workload: every part that it names matches. */
export function appliesTo(event: WorkloadParts, workload: WorkloadId): boolean {
  return (
    (event.cluster ?? workload.cluster) === workload.cluster &&
    (event.namespace ?? workload.namespace) === workload.namespace &&
    (event.deployment ?? workload.deployment) === workload.deployment &&
    (event.container ?? workload.container) === workload.container
  );
}
