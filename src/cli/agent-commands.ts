import type { Command } from 'commander';
import type { AgentFlags } from './agent/load-config.ts';
import type { OnceFlags } from './agent/once.ts';
import { wholeNumber } from './command-context.ts';
import type { Action } from './program.ts';

/** Options of every command that reads the agent's configuration. */
export function addAgentOptions(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration (default: helios-agent.yaml here, ~/.helios/agent.yaml, /etc/helios/agent.yaml)',
    )
    .option('-d, --deployment <name>', 'whose metrics those are that name no workload')
    .option('-n, --namespace <name>', 'its namespace (default: agents)');
}

/** The commands of an agent: of `helios-agent`, and of `helios agent`. */
export function addAgentCommands(program: Command, action: Action): void {
  addAgentOptions(program.command('run').description('collect and send until stopped'))
    .option('--once', 'read every source once, print it, send nothing')
    .option('--send', 'with --once: send it too')
    .option('--interval <seconds>', 'how often, of every source', wholeNumber(1, 3_600))
    .option('--log-level <level>', 'DEBUG, INFO, WARNING or ERROR')
    .action(
      action(async (context, flags: OnceFlags & { readonly once?: boolean }) =>
        flags.once
          ? (await import('./agent/once.ts')).runOnce(context, flags)
          : (await import('./agent/run.ts')).run(context, flags),
      ),
    );
  program
    .command('init')
    .description('write a configuration to begin with')
    .argument('[file]', 'default: helios-agent.yaml')
    .option('--force', 'overwrite it')
    .action(
      action(async (context, file: string | undefined, flags: { readonly force?: boolean }) =>
        (await import('./agent/init.ts')).initAgent(context, file, flags),
      ),
    );
  const withFlags = (name: string, description: string) =>
    addAgentOptions(program.command(name).description(description));
  withFlags('test', 'check the configuration, every source and the endpoint; store nothing').action(
    action(async (context, flags: AgentFlags) =>
      (await import('./agent/test-agent.ts')).testAgent(context, flags),
    ),
  );
  withFlags('sources', 'the kinds of sources there are, and those configured').action(
    action(async (context, flags: AgentFlags) =>
      (await import('./agent/show-agent.ts')).listSources(context, flags),
    ),
  );
  withFlags(
    'status',
    'how the agent of this machine does, and whether its endpoint answers',
  ).action(
    action(async (context, flags: AgentFlags) =>
      (await import('./agent/show-agent.ts')).agentStatus(context, flags),
    ),
  );
}

/** `helios agent`: the same, and what is decided about agents from elsewhere. */
export function addAgent(program: Command, action: Action): void {
  const agent = program
    .command('agent')
    .description('collect metrics and send them; list, pause and resume agents');
  addAgentCommands(agent, action);
  const load = () => import('./agent/manage-agents.ts');
  agent
    .command('list')
    .description('agents that Helios has heard of')
    .action(action(async (context) => (await load()).listAgents(context)));
  for (const [name, paused] of [['pause', true] as const, ['resume', false] as const]) {
    agent
      .command(name)
      .description(paused ? 'let an agent collect nothing' : 'let it collect again')
      .argument('<id>', 'as helios agent list shows it')
      .action(
        action(async (context, id: string) => (await load()).changeAgent(context, id, { paused })),
      );
  }
  agent
    .command('interval')
    .description('how often an agent collects, of all its sources')
    .argument('<id>', 'as helios agent list shows it')
    .argument('<seconds>', '5 to 3600, or default: as configured', intervalOrDefault)
    .action(
      action(async (context, id: string, collection_interval: number | null) =>
        (await load()).changeAgent(context, id, { collection_interval }),
      ),
    );
}

function intervalOrDefault(text: string): number | null {
  return text === 'default' ? null : wholeNumber(5, 3_600)(text);
}
