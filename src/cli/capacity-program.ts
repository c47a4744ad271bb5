import { type Command, InvalidArgumentError, Option } from 'commander';
import { RIGHTSIZING_LIMITS } from '#contracts/http/rightsizing.ts';
import { WHEN_LIMITS } from '#contracts/http/when.ts';
import { CAPACITY_PERIODS } from '#core/capacity/period.ts';
import { CAPACITY_PRESETS } from '#core/capacity/period-amounts.ts';
import { RESOURCE_STRATEGIES } from '#core/recommend/resource-policy.ts';
import {
  addWorkloadOptions,
  names,
  numberWithin,
  openFraction,
  wholeNumber,
} from './command-context.ts';
import type { CapacityFlags } from './commands/capacity.ts';
import type { RightsizeFlags } from './commands/rightsize.ts';
import type { WhenFlags } from './commands/when.ts';
import type { Action } from './program.ts';

const replicas = () =>
  new Option(
    '-r, --replicas <number>',
    'taken to have run throughout, where replicas are not collected',
  ).argParser(wholeNumber(1, RIGHTSIZING_LIMITS.maxReplicas));

/** `helios capacity` */
export function addCapacity(program: Command, action: Action): void {
  const command = program
    .command('capacity')
    .description(
      'what a period needs: mean, 95th percentile and peak with its hour, requests, limits',
    )
    .argument('<period>', CAPACITY_PERIODS.join(', '))
    .option('--metrics <list>', 'these metrics (default: CPU and memory)', names)
    .option('--zone <zone>', 'whose days, e.g. Europe/Berlin (default: that of this machine)')
    .option('--level <fraction>', 'central coverage of the intervals (default: 0.8)', openFraction)
    .addOption(
      new Option(
        '--preset <name>',
        'how requests are made; seeds: 0.8 and 1.2 times the mean (default: quantiles)',
      ).choices(CAPACITY_PRESETS),
    )
    .addOption(replicas())
    .option('--cpu-request <quantity>', 'of one replica, e.g. 500m, where CPU is a utilisation');
  addWorkloadOptions(command).action(
    action(async (context, period: string, flags: CapacityFlags, own: Command) => {
      const { capacity } = await import('./commands/capacity.ts');
      return capacity(context, period, flags, own);
    }),
  );
}

/** `helios when` */
export function addWhen(program: Command, action: Action): void {
  const command = program
    .command('when')
    .description('when a metric will cross a limit, as a distribution')
    .requiredOption('-m, --metric <metric>', 'e.g. memory, disk_utilization, db_connections')
    .option('--above <limit>', "a limit in the metric's unit, of a ratio also as 90%")
    .addOption(new Option('--below <limit>', 'the same, from above').conflicts('above'))
    .option('--horizon <time>', 'how far ahead to look, e.g. 12h or 7d (default: 30d)', hours)
    .option('--fail-within <time>', 'end with 1 when it is crossed within this time', hours)
    .option(
      '--probability <fraction>',
      'of crossing it, from which --fail-within fails (default: 0.5)',
      numberWithin(0.01, 0.99),
    );
  addWorkloadOptions(command).action(
    action(async (context, flags: WhenFlags, own: Command) => {
      const { when } = await import('./commands/when.ts');
      return when(context, flags, own);
    }),
  );
}

/** `helios rightsize` */
export function addRightsize(program: Command, action: Action): void {
  const command = program
    .command('rightsize')
    .description('requests and limits for the containers of a deployment, each with its reason')
    .addOption(new Option('--service <name>', 'the same as --deployment').conflicts('deployment'))
    .addOption(
      new Option(
        '--strategy <name>',
        'from what was measured, or from the forecast (default: statistical)',
      ).choices(RESOURCE_STRATEGIES),
    )
    .option(
      '--duration-hours <number>',
      'how far back to look (default: 24)',
      wholeNumber(1, RIGHTSIZING_LIMITS.maxHours),
    )
    .option(
      '--cpu-percentile <number>',
      'that CPU requests cover (default: 95)',
      numberWithin(50, 100),
    )
    .option(
      '--memory-buffer <percent>',
      'above the greatest use (default: 15)',
      numberWithin(0, 500),
    )
    .option('--cpu-floor <quantity>', 'the least CPU request (default: 100m)')
    .option('--memory-floor <quantity>', 'the least memory request (default: 128Mi)')
    .option('--cpu-limits', 'also recommend CPU limits, which slow down what could use idle CPU')
    .option('--level <fraction>', 'of the forecast that ml takes (default: 0.8)', openFraction)
    .addOption(replicas())
    .option('--cpu-request <quantity>', 'what one replica has now, e.g. 500m')
    .option('--cpu-limit <quantity>', 'the same')
    .option('--memory-request <quantity>', 'the same, e.g. 256Mi')
    .option('--memory-limit <quantity>', 'the same');
  addWorkloadOptions(command).action(
    action(async (context, flags: RightsizeFlags) => {
      const { rightsize } = await import('./commands/rightsize.ts');
      return rightsize(context, flags);
    }),
  );
}

/** A parser of times ahead, `12h` or `7d`, in whole hours. */
function hours(text: string): number {
  const match = /^(\d{1,3})(h|d)$/.exec(text.trim());
  const value = Number(match?.[1]) * (match?.[2] === 'd' ? 24 : 1);
  if (value >= 1 && value <= WHEN_LIMITS.maxHours) return value;
  throw new InvalidArgumentError('Allowed are times from 1h to 30d, e.g. 12h or 7d.');
}
