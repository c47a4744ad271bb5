import type { Command } from 'commander';
import { wholeNumber } from './command-context.ts';
import type { PlanCostFlags } from './commands/plan-cost.ts';
import type { Action } from './program.ts';

/** `helios plan-cost`: what a configuration will cost, before it is deployed. */
export function addPlanCost(program: Command, action: Action): void {
  program
    .command('plan-cost')
    .description('what a configuration costs a month on AWS, line by line; asks nobody')
    .option(
      '--config <file>',
      'the configuration to deploy (default: helios.config.yaml, if there is one)',
    )
    .option(
      '--workloads <number>',
      'so many workloads that are alike, instead of those configured',
      wholeNumber(0, 1_000_000),
    )
    .option('--metrics <number>', 'metrics of each workload', wholeNumber(1, 22))
    .option(
      '--requests <number>',
      'requests to the API a day (default: 1000)',
      wholeNumber(0, 1_000_000_000),
    )
    .option('--free-tier', 'take off what AWS charges nobody for')
    .option('--explain', 'the numbers and the assumption of every line')
    .action(
      action(async (context, flags: PlanCostFlags) => {
        const { planCost } = await import('./commands/plan-cost.ts');
        return planCost(context, flags);
      }),
    );
}
