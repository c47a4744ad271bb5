import type { Command } from 'commander';
import { addAgentCommands } from './agent-commands.ts';
import type { Environment } from './environment.ts';
import { actions, addGlobalOptions } from './program.ts';
import { createProgram } from './run-program.ts';

/** The `helios-agent` command line: the same as `helios agent`. */
export function agentProgram(environment: Environment, done: (code: number) => void): Command {
  const program = addGlobalOptions(createProgram('helios-agent', environment)).description(
    'Collects metrics where they are and sends them to Helios; keeps them on disk while it cannot.',
  );
  addAgentCommands(program, actions(environment, done));
  return program;
}
