import type { Because } from './because.ts';
import { recommendCpu } from './cpu-request.ts';
import { recommendMemory } from './memory-request.ts';
import {
  type ContainerUse,
  type CurrentResources,
  DEFAULT_RESOURCE_POLICY,
  type ResourcePolicy,
} from './resource-policy.ts';

/**
 * A request and a limit of one container, in cores or bytes, or why none is recommended. A limit of
 * null is none at all.
 */
export type AmountAdvice =
  | {
      readonly decision: 'act';
      readonly request: number;
      readonly limit: number | null;
      readonly because: readonly Because[];
    }
  | { readonly decision: 'hold'; readonly because: readonly Because[] };

/** The requests and limits of one container. */
export interface ResourceAdvice {
  readonly cpu: AmountAdvice;
  readonly memory: AmountAdvice;
}

/**
 * The requests and limits of a container from what one replica of it used. A request is never below
 * the expected use: the mean of what was measured, and the greatest value of the forecast where there
 * is one. CPU and memory are judged apart: one may be recommended where the other is held.
 */
export function recommendResources(
  use: ContainerUse,
  current: CurrentResources = {},
  policy: ResourcePolicy = DEFAULT_RESOURCE_POLICY,
): ResourceAdvice {
  return {
    cpu: recommendCpu(use, current, policy),
    memory: recommendMemory(use, current, policy),
  };
}

/**
 * Whether a recommended request differs enough from the present one to be worth a restart: the
 * updater of the Vertical Pod Autoscaler asks for 10 %, too. Without a present request there is
 * nothing to compare with.
 */
export function needsResize(
  advice: AmountAdvice,
  currentRequest: number | undefined,
  minimumChange = 0.1,
): boolean {
  if (advice.decision === 'hold' || currentRequest === undefined) return false;
  return Math.abs(advice.request - currentRequest) >= minimumChange * currentRequest;
}
