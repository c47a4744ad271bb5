import type { Collected, CollectRequest, MetricSource } from '#app/ports/metric-source.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import { type WebshopSlot, webshopSlots } from '#core/simulate/webshop.ts';
import {
  WEBSHOP_METRICS,
  WEBSHOP_STEP,
  type WebshopMetric,
} from '#core/simulate/webshop-parameters.ts';
import type { EpochMs } from '#core/time.ts';

/**
 * The simulated web shop as a source: the history before now at once, and a new slot every five
 * minutes from then on. Nothing before the anchor exists. Deployments are delivered, as a monitoring
 * system would see them; the truth about incidents is not.
 *
 * Collecting a range twice gives the same observations, with the slot's time as their as-of time,
 * so that the store sees duplicates and not newer knowledge.
 *
 * @param anchor - the seed and the first slot, on the five-minute grid; the same anchor, the same
 *   shop, whenever the process was started
 * @throws {RangeError} from `collect`, when the anchor is not on the grid
 */
export function simulatorSource(anchor: {
  readonly seed: number;
  readonly start: EpochMs;
}): MetricSource {
  const simulation = webshopSlots(anchor);
  const simulated: WebshopSlot[] = [];

  /** Slots that lie in the range as a whole, none before the anchor. */
  function slotsIn({ from, to }: CollectRequest['range']): readonly WebshopSlot[] {
    const first = Math.max(0, Math.ceil((from - anchor.start) / WEBSHOP_STEP));
    const end = Math.floor((to - anchor.start) / WEBSHOP_STEP);
    while (simulated.length < end) simulated.push(simulation.next().value);
    return simulated.slice(first, Math.max(first, end));
  }

  return {
    name: 'simulator',
    async collect({ metrics, range }): Promise<Collected> {
      const wanted = metrics.length === 0 ? WEBSHOP_METRICS : metrics.filter(isSimulated);
      const slots = slotsIn(range);
      const observations = slots.flatMap(({ at, values }) =>
        wanted.map(
          (metric): Observation => ({
            metric,
            at,
            value: values[metric],
            source: 'simulator',
            asOf: at,
          }),
        ),
      );
      const problems = metrics
        .filter((metric) => !isSimulated(metric))
        .map((metric) => ({ metric, reason: 'not simulated' }));
      const deployments = slots.flatMap(({ deployment }) => (deployment ? [deployment.at] : []));
      return { step: WEBSHOP_STEP, observations, counters: [], deployments, problems };
    },
  };
}

function isSimulated(metric: string): metric is WebshopMetric {
  return WEBSHOP_METRICS.some((known) => known === metric);
}
