import { type Command, Option } from 'commander';
import { POLICY_LIMITS } from '#contracts/config/scaling.ts';
import { ActionSchema } from '#contracts/http/recommend.ts';
import { addWorkloadOptions, numberWithin, wholeNumber } from './command-context.ts';
import type { RecommendFlags } from './commands/recommend.ts';
import type { Action } from './program.ts';

const MOST = POLICY_LIMITS.maxReplicas;

/** `helios recommend` */
export function addRecommend(program: Command, action: Action): void {
  const command = program
    .command('recommend')
    .description(
      'how many replicas, and which requests and limits: -o yaml is a Kubernetes patch, -o md a report',
    )
    .option(
      '-r, --replicas <number>',
      'how many replicas there are (default: as measured or configured)',
      wholeNumber(0, MOST),
    )
    .option('--cpu-request <amount>', 'present CPU request of a replica, e.g. 250m')
    .option('--memory-request <amount>', 'present memory request of a replica, e.g. 512Mi')
    .option('--cpu-limit <amount>', 'present CPU limit of a replica')
    .option('--memory-limit <amount>', 'present memory limit of a replica')
    .option(
      '-t, --target <utilization>',
      'utilisation that replicas are planned for (default: 0.7)',
      numberWithin(0.1, 0.95),
    )
    .option('--min <number>', 'fewest replicas (default: 1)', wholeNumber(1, MOST))
    .option('--max <number>', 'most replicas (default: 100)', wholeNumber(1, MOST))
    .addOption(
      new Option('--cost-optimize', 'plan for less: quantile 0.75').conflicts('performance'),
    )
    .option('--performance', 'plan for more: quantile 0.98')
    .option(
      '--lead-time <seconds>',
      'how long a new replica takes until it serves (default: 300)',
      wholeNumber(0, 7_200),
    )
    .addOption(
      new Option(
        '--strategy <name>',
        'requests from what was used, or from what is forecast too (default: statistical)',
      ).choices(['statistical', 'ml']),
    )
    .option(
      '--price <amount>',
      'price of a replica for an hour: shows what a change costs or saves',
      numberWithin(0, POLICY_LIMITS.maxPrice),
    )
    .option('--dry-run', 'leave cooldowns as they are: nothing is written')
    .option('--explain', 'show the arithmetic line by line')
    .addOption(
      new Option('--fail-on <action...>', 'end with 1 when one of these is recommended').choices(
        ActionSchema.options,
      ),
    );
  addWorkloadOptions(command).action(
    action(async (context, flags: RecommendFlags) => {
      const { recommend } = await import('./commands/recommend.ts');
      return recommend(context, flags);
    }),
  );
}
