import type { Command } from 'commander';
import { addAgentOptions } from './agent-commands.ts';
import { wholeNumber } from './command-context.ts';
import type { ListMetricsFlags, SourceFlags } from './commands/agent-sources.ts';
import type { Action } from './program.ts';

/** Below `helios sources`: what the sources of the agent's configuration have, before anything is sent. */
export function addSourceCommands(sources: Command, action: Action): void {
  const load = () => import('./commands/agent-sources.ts');
  addSourceOption(sources.command('list-metrics').description('the metrics that a source has'))
    .option('--filter <text>', 'only names with this in them')
    .option('--limit <number>', 'so many at most (default: 200)', wholeNumber(1, 10_000))
    .action(
      action(async (context, flags: ListMetricsFlags) =>
        (await load()).listMetrics(context, flags),
      ),
    );
  addSourceOption(
    sources.command('check').description('which workloads and metrics a source would be read for'),
  ).action(
    action(async (context, flags: SourceFlags) => (await load()).checkDiscovery(context, flags)),
  );
  addSourceOption(
    sources.command('test').description('read every source once; nothing is sent or stored'),
  ).action(
    action(async (context, flags: SourceFlags) => (await load()).testSources(context, flags)),
  );
}

function addSourceOption(command: Command): Command {
  return addAgentOptions(command).option(
    '-s, --source <name>',
    'this source only, by its name or type',
  );
}
