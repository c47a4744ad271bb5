import type { ActionItem, RecommendRequest } from '#contracts/http/recommend.ts';
import type { ContainerRightsizing, RightsizingBlock } from '#contracts/http/rightsizing.ts';
import { RightsizingQuerySchema } from '#contracts/http/rightsizing.ts';
import { DomainError } from '#core/errors.ts';
import { type Because, because } from '#core/recommend/because.ts';
import { parseCpu, parseMemory } from '#core/recommend/quantities.ts';
import { needsResize } from '#core/recommend/resources.ts';
import type { EpochMs } from '#core/time.ts';
import { rightSize } from '../capacity/right-size.ts';
import type { ConfiguredScaling } from '../scaling-config.ts';
import type { Workload } from '../workload-directory.ts';
import type { RecommendDeps } from './recommend-deps.ts';

/** Requests and limits of one replica, as texts; absent where nobody said. */
export type StatedResources = NonNullable<ConfiguredScaling['resources']>;

/** What is recommended of the size of a replica. */
export interface Resize {
  readonly block: RightsizingBlock;
  /** Undefined when the present size is right, not known, or to be looked at later. */
  readonly action: ActionItem | undefined;
  /** What an action rests on, or why there is none yet. */
  readonly notes: readonly Because[];
}

/** The present requests and limits: as the request states them, else as configured. */
export function statedResources(
  { resources }: ConfiguredScaling,
  request: RecommendRequest,
): StatedResources {
  const { current_state, cpu_request, memory_request, cpu_limit, memory_limit } = request;
  const { replicas, ...state } = current_state ?? {};
  const own = { cpu_request, memory_request, cpu_limit, memory_limit };
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...resources, ...state, ...Object.fromEntries(given) };
}

/**
 * The requests and limits of one replica from what it used over the last day, and whether the present
 * ones should be changed: not from measurements that are stale, and not while replicas go, because each
 * that is left will use more than what was measured.
 * @throws {DomainError} `REQUEST_INVALID` when a stated quantity is none
 */
export async function resizeOf(
  deps: RecommendDeps,
  workload: Workload,
  stated: StatedResources,
  options: {
    readonly replicas: number | undefined;
    readonly strategy: RecommendRequest['strategy'];
    readonly isScaledIn: boolean;
    /** Nothing acts on what was measured before. */
    readonly freshFrom: EpochMs;
  },
): Promise<Resize | undefined> {
  const { replicas, strategy, isScaledIn, freshFrom } = options;
  const query = RightsizingQuerySchema.safeParse({
    ...workload.id,
    strategy,
    ...(replicas !== undefined && replicas > 0 ? { replicas } : {}),
    ...stated,
  });
  if (!query.success) {
    const { path = [], message = '' } = query.error.issues[0] ?? {};
    throw new DomainError('REQUEST_INVALID', `${path.join('.')}: ${message}`, { ...stated });
  }
  const { containers } = await rightSize(deps, query.data);
  const [container] = containers;
  if (!container) return undefined;
  const block = { ...container.rightsizing, replicas: replicas ?? container.rightsizing.replicas };
  const action = actionFor(container, stated);
  if (!action) return { block, action, notes: [] };
  const asOf = container.data_as_of;
  if (asOf === null || Date.parse(asOf) + workload.gridStep < freshFrom) {
    const message = `the newest measurement of its size is of ${asOf}: requests are not changed`;
    return { block, action: undefined, notes: [because('RESIZE_STALE', message)] };
  }
  if (isScaledIn) {
    const message = 'requests are not changed while replicas go: each that is left will use more';
    return { block, action: undefined, notes: [because('RESIZE_WAITS', message)] };
  }
  const notes = container.reasons.use.filter(({ code }) => code === 'WEEK_NOT_SEEN');
  return { block, action, notes: notes.map((each) => because(each.code, each.message)) };
}

function actionFor(
  container: ContainerRightsizing,
  stated: StatedResources,
): ActionItem | undefined {
  const { recommended_requests: requests, recommended_limits: limits, reasons } = container;
  const isOff = {
    cpu: differs(requests.cpu, stated.cpu_request, parseCpu),
    memory: differs(requests.memory, stated.memory_request, parseMemory),
  };
  if (!isOff.cpu && !isOff.memory) return undefined;
  const reason = isOff.cpu ? reasons.cpu[0] : reasons.memory[0];
  return {
    action: 'resize',
    ...(isOff.cpu && requests.cpu !== null && { target_cpu_request: requests.cpu }),
    ...(isOff.memory && requests.memory !== null && { target_memory_request: requests.memory }),
    ...(isOff.cpu && limits.cpu !== null && { target_cpu_limit: limits.cpu }),
    ...(isOff.memory && limits.memory !== null && { target_memory_limit: limits.memory }),
    reason: reason?.message ?? '',
    reason_code: reason?.code ?? '',
  };
}

function differs(
  recommended: string | null,
  stated: string | undefined,
  parse: (text: string) => number | undefined,
): boolean {
  const request = recommended === null ? undefined : parse(recommended);
  const current = stated === undefined ? undefined : parse(stated);
  if (request === undefined) return false;
  return needsResize({ decision: 'act', request, limit: null, because: [] }, current);
}
