import type { DetectionConfig } from '#contracts/config/detection.ts';
import { DEFAULT_INCIDENT_POLICY, type IncidentPolicy } from '#core/detect/incident-policy.ts';

/**
 * What becomes an incident, as configured.
 *
 * @param threshold - asked for instead of the configured one; a single point opens an incident only
 *   from here on, too
 */
export function policyOf(
  { threshold: configured, minimum_effect, metrics }: DetectionConfig,
  threshold = configured,
): IncidentPolicy {
  const own = Object.entries(metrics).map(
    ([metric, each]) =>
      [metric, { direction: each.direction, minimumEffect: each.minimum_effect }] as const,
  );
  return {
    ...DEFAULT_INCIDENT_POLICY,
    threshold,
    alone: Math.max(threshold, DEFAULT_INCIDENT_POLICY.alone),
    minimumEffect: minimum_effect,
    metrics: Object.fromEntries(own),
  };
}
