import type { ScalingConfig } from '#contracts/config/scaling.ts';
import { DomainError } from '#core/errors.ts';
import { parseCpu, parseMemory } from '#core/recommend/quantities.ts';
import type { CurrentResources } from '#core/recommend/resource-policy.ts';
import type { WorkloadId } from '#core/workload.ts';
import { scalingFor } from '../scaling-config.ts';

/** What a request says of replicas and their sizes, in cores and bytes. */
export interface AskedSizes {
  readonly replicas?: number | undefined;
  readonly cpu_request?: number | undefined;
  readonly cpu_limit?: number | undefined;
  readonly memory_request?: number | undefined;
  readonly memory_limit?: number | undefined;
}

/** Replicas and the sizes of one of them, as somebody has stated them. */
export interface StatedSizes extends CurrentResources {
  readonly replicas: number | undefined;
}

/**
 * What was stated of a workload: by the request, else by the configuration.
 * @throws {DomainError} `CONFIG_INVALID` when a configured quantity is none
 */
export function statedSizes(
  asked: AskedSizes,
  scaling: ScalingConfig,
  workload: WorkloadId,
): StatedSizes {
  const { replicas, resources = {} } = scalingFor(scaling, workload);
  return {
    replicas: asked.replicas ?? replicas,
    cpuRequest: asked.cpu_request ?? configured('cpu_request', resources.cpu_request, parseCpu),
    cpuLimit: asked.cpu_limit ?? configured('cpu_limit', resources.cpu_limit, parseCpu),
    memoryRequest:
      asked.memory_request ?? configured('memory_request', resources.memory_request, parseMemory),
    memoryLimit:
      asked.memory_limit ?? configured('memory_limit', resources.memory_limit, parseMemory),
  };
}

function configured(
  name: string,
  text: string | undefined,
  parse: (text: string) => number | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const amount = parse(text);
  if (amount !== undefined) return amount;
  throw new DomainError('CONFIG_INVALID', `scaling: resources.${name} is no quantity: ${text}`, {
    key: `scaling.resources.${name}`,
  });
}
