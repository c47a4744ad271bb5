import { type Command, InvalidArgumentError, Option } from 'commander';
import { COST_PERIODS } from '#contracts/http/cost.ts';
import { GRADES, type Grade } from '#core/evaluate/grade.ts';
import { addWorkloadOptions, names, numberWithin, wholeNumber } from './command-context.ts';
import type { BudgetFlags, CostFlags } from './commands/cost.ts';
import type { ScanFlags } from './commands/scan.ts';
import type { Action } from './program.ts';

const EVERY_NAMESPACE = 'all';

/** `helios scan` */
export function addScan(program: Command, action: Action): void {
  const command = program
    .command('scan')
    .description('what forecasts are worth, by metric and horizon, and where not to use them')
    .option('--metric <metric>', 'of this metric only')
    .option('--horizon <minutes>', 'only this far ahead', wholeNumber(1, 43_200))
    .option(
      '--fail-on <grades>',
      `end with 1 when one of these is found: ${GRADES.join(', ')}`,
      gradeNames,
    );
  addWorkloadOptions(command, EVERY_NAMESPACE).action(
    action(async (context, flags: ScanFlags) => {
      const { scan } = await import('./commands/scan.ts');
      return scan(context, flags);
    }),
  );
}

/** A parser of lists of grades such as `unforecastable,trend_only`. */
function gradeNames(text: string): readonly Grade[] {
  return names(text).map((name) => {
    const grade = GRADES.find((each) => each === name);
    if (grade) return grade;
    throw new InvalidArgumentError(`Allowed are ${GRADES.join(', ')}.`);
  });
}

/** `helios cost` with its subcommands. */
export function addCost(program: Command, action: Action): void {
  const cost = program
    .command('cost')
    .description('what workloads cost, out of replicas observed and prices configured');
  const load = () => import('./commands/cost.ts');
  const period = () =>
    new Option('--period <period>', 'how long (default: 30d)').choices(COST_PERIODS);
  const views = [
    ['workloads', 'by workload'],
    ['summary', 'by namespace'],
    ['savings', 'what following recommendations has saved, as long as it held'],
    ['efficiency', 'how much of what is paid for was used'],
    ['forecast', 'what the coming period will cost'],
  ] as const;
  for (const [view, description] of views) {
    const command = cost
      .command(view, { isDefault: view === 'workloads' })
      .description(description)
      .addOption(period());
    addWorkloadOptions(command, EVERY_NAMESPACE).action(
      action(async (context, flags: CostFlags) => (await load()).showCost(context, view, flags)),
    );
  }
  const budget = cost
    .command('budget')
    .description("where this month's budgets are heading")
    .option(
      '--monthly <usd>',
      'judge this budget instead of those configured',
      numberWithin(0.01, 1e12),
    )
    .option('--fail-over', 'end with 1 when one is exhausted, or will be at this rate');
  addWorkloadOptions(budget, EVERY_NAMESPACE).action(
    action(async (context, flags: BudgetFlags) => (await load()).showBudget(context, flags)),
  );
}
