import type { Recommendation, RecommendedAction } from '#contracts/http/recommend.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_FINDINGS, EXIT_INSUFFICIENT, ServiceFault } from '../failure.ts';
import { kubernetesPatch } from '../render/kubernetes-patch.ts';
import {
  recommendationMarkdown,
  recommendationTable,
  recommendationText,
} from '../render/recommendation-report.ts';

export interface RecommendFlags extends WorkloadFlags {
  readonly replicas?: number;
  readonly cpuRequest?: string;
  readonly memoryRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryLimit?: string;
  readonly target?: number;
  readonly min?: number;
  readonly max?: number;
  readonly costOptimize?: boolean;
  readonly performance?: boolean;
  /** Seconds. */
  readonly leadTime?: number;
  readonly strategy?: 'statistical' | 'ml';
  readonly price?: number;
  readonly dryRun?: boolean;
  readonly explain?: boolean;
  readonly failOn?: readonly RecommendedAction[];
}

/**
 * Shows what is recommended for a workload.
 *
 * @returns 1 when `--fail-on` says so, 3 when nothing could be decided for want of measurements
 */
export async function recommend(context: CommandContext, flags: RecommendFlags): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('recommend', { body: requestOf(flags) });
    const [recommendation] = answer.recommendations;
    if (!recommendation) throw new ServiceFault('ANSWER_INVALID', 'the answer recommends nothing');
    const { terminal, time } = context;
    const table = recommendationTable(recommendation);
    context.print({
      data: answer,
      table,
      text: () => recommendationText(answer, recommendation, { terminal, time }),
      yaml: () => kubernetesPatch(recommendation),
      markdown: () => recommendationMarkdown(recommendation, time),
    });
    return exitCodeFor(recommendation, flags.failOn);
  });
}

function requestOf(flags: RecommendFlags) {
  const preset = flags.costOptimize ? 'savings' : flags.performance ? 'reliability' : undefined;
  const fields = {
    ...workloadOf(flags),
    current_replicas: flags.replicas,
    cpu_request: flags.cpuRequest,
    memory_request: flags.memoryRequest,
    cpu_limit: flags.cpuLimit,
    memory_limit: flags.memoryLimit,
    target_utilization: flags.target,
    minimum_replicas: flags.min,
    maximum_replicas: flags.max,
    preset,
    lead_time_seconds: flags.leadTime,
    strategy: flags.strategy,
    price_per_replica_hour: flags.price,
    dry_run: flags.dryRun,
    explain: flags.explain,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A check that could decide nothing has not passed. */
function exitCodeFor(
  { actions, decision }: Recommendation,
  failOn: readonly RecommendedAction[] = [],
): number {
  if (actions.some(({ action }) => failOn.includes(action))) return EXIT_FINDINGS;
  const isBlind = decision === 'hold' && actions[0]?.action === 'investigate';
  return isBlind ? EXIT_INSUFFICIENT : 0;
}
