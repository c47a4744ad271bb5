import type { Command } from 'commander';
import type { AgentFlags } from './agent/run-agent.ts';
import { wholeNumber } from './command-context.ts';
import type { Environment } from './environment.ts';
import { actions, addGlobalOptions } from './program.ts';
import { createProgram } from './run-program.ts';

const DEFAULT_NAMESPACE = 'agents';

/** The `helios-agent` command line. */
export function agentProgram(environment: Environment, done: (code: number) => void): Command {
  const action = actions(environment, done);
  const program = addGlobalOptions(createProgram('helios-agent', environment)).description(
    'Measures this machine (CPU, memory, disk, network) and sends it to Helios. ' +
      'The system source is the only one it has; what it cannot send waits in memory, not on disk.',
  );
  program
    .command('run')
    .description('measure and send until stopped')
    .option('--once', 'measure once, print it, send nothing')
    .option('--send', 'with --once: send it too')
    .option('-d, --deployment <name>', 'what to call this machine (default: its host name)')
    .option('-n, --namespace <name>', 'namespace', DEFAULT_NAMESPACE)
    // A mean of CPU use over more than 30 s is refused by the source.
    .option('--interval <seconds>', 'how often to measure, 1 to 30', wholeNumber(1, 30), 15)
    .action(
      action(async (context, flags: AgentFlags) => {
        const { runAgent } = await import('./agent/run-agent.ts');
        return runAgent(context, flags);
      }),
    );
  program
    .command('sources')
    .description('what this agent can measure')
    .action(
      action(async (context) => (await import('./agent/show-agent.ts')).listSources(context)),
    );
  program
    .command('status')
    .description('whether the endpoint answers, and what agents have sent to it')
    .option('-n, --namespace <name>', 'namespace', DEFAULT_NAMESPACE)
    .action(
      action(async (context, flags: { namespace: string }) => {
        const { agentStatus } = await import('./agent/show-agent.ts');
        return agentStatus(context, flags.namespace);
      }),
    );
  return program;
}
