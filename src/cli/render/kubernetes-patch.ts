import { stringify } from 'yaml';
import type { Recommendation } from '#contracts/http/recommend.ts';
import { printable } from '../failure.ts';

/**
 * A recommendation as a strategic merge patch of a Kubernetes Deployment, for
 * `kubectl patch deployment NAME --patch-file FILE`. Why it is so, and how long it holds, stands in
 * comments; where nothing is to be changed, they are all there is.
 */
export function kubernetesPatch(recommendation: Recommendation): string {
  const { namespace, workload, actions, valid_until, container } = recommendation;
  const target = replicasToSet(recommendation);
  const resources = resourcesToSet(recommendation);
  const hasContainer = container !== '*';
  const comments = [
    ...actions.map(({ action, reason }) => `${action}: ${reason}`),
    ...(recommendation.simulated ? ['SIMULATED: nothing here was measured'] : []),
    `valid until ${valid_until}`,
    ...(resources && !hasContainer
      ? [
          `resources of a replica: ${JSON.stringify(resources)}`,
          'which container they belong to is not known: name it with --container',
        ]
      : []),
  ];
  const containers =
    resources && hasContainer
      ? { template: { spec: { containers: [{ name: container, resources }] } } }
      : undefined;
  const lines = comments.map((line) => `# ${printable(line).replace(/\s+/g, ' ')}\n`).join('');
  if (target === undefined && !containers) return `${lines}# nothing to change\n`;
  const patch = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload, namespace },
    spec: { ...(target === undefined ? {} : { replicas: target }), ...containers },
  };
  return lines + stringify(patch);
}

/** The count that differs from the present one. */
function replicasToSet({ actions }: Recommendation): number | undefined {
  return actions.find(({ action }) => action === 'scale_out' || action === 'scale_in')
    ?.target_replicas;
}

function resourcesToSet({ actions }: Recommendation) {
  const resize = actions.find(({ action }) => action === 'resize');
  if (!resize) return undefined;
  const requests = amounts(resize.target_cpu_request, resize.target_memory_request);
  const limits = amounts(resize.target_cpu_limit, resize.target_memory_limit);
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

function amounts(cpu: string | undefined, memory: string | undefined) {
  if (cpu === undefined && memory === undefined) return undefined;
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}
