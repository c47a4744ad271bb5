import { type CostPlanOptions, costPlanOf } from '#app/cost/cost-plan-of.ts';
import type { CommandContext } from '../command-context.ts';
import { planData, planMarkdown, planTable, planText } from '../render/cost-plan.ts';
import { readServiceConfig } from '../service-config.ts';

export interface PlanCostFlags {
  readonly config?: string;
  readonly workloads?: number;
  readonly metrics?: number;
  readonly requests?: number;
  readonly freeTier?: boolean;
  readonly explain?: boolean;
}

/**
 * Prints what a configuration costs a month. No server, no credentials, no network.
 * @throws {DomainError} `CONFIG_INVALID`
 */
export async function planCost(context: CommandContext, flags: PlanCostFlags): Promise<number> {
  const config = await readServiceConfig(context.environment, flags.config);
  const options: CostPlanOptions = {
    ...(flags.workloads === undefined ? {} : { workloads: flags.workloads }),
    ...(flags.metrics === undefined ? {} : { metrics: flags.metrics }),
    ...(flags.requests === undefined ? {} : { requestsPerDay: flags.requests }),
    freeTier: flags.freeTier ?? false,
  };
  const plan = costPlanOf(config, options);
  if (plan.workloads === 0) {
    context.messages.note(
      'no workload is configured: --workloads plans for a number of them, helios discover finds some',
    );
  }
  const shown = { explain: flags.explain ?? false };
  context.print({
    data: planData(plan),
    table: planTable(plan),
    text: () => planText(plan, context.terminal, shown),
    markdown: () => planMarkdown(plan),
  });
  return 0;
}
