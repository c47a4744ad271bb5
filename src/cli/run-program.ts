import { Command, CommanderError } from 'commander';
import type { Environment } from './environment.ts';
import { describeFailure, EXIT_USAGE, exitCodeOf } from './failure.ts';

/** Builds a program whose actions report their exit code to `done`. */
export type ProgramBuilder = (environment: Environment, done: (code: number) => void) => Command;

/** Runs one command line to its exit code. Errors are told on standard error; nothing is thrown. */
export async function runProgram(build: ProgramBuilder, environment: Environment): Promise<number> {
  let code = 0;
  try {
    const program = build(environment, (result) => {
      code = result;
    });
    await program.parseAsync([...environment.argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageExitCode(error);
    environment.stderr.write(describeFailure(error, { debug: Boolean(environment.env.DEBUG) }));
    return exitCodeOf(error);
  }
}

/** Commander has written its message already; --help and --version are no errors. */
function usageExitCode(error: CommanderError): number {
  const asked = ['commander.helpDisplayed', 'commander.version'];
  return asked.includes(error.code) ? 0 : EXIT_USAGE;
}

/** A command that throws instead of ending the process, and writes to the environment's streams. */
export function createProgram(name: string, environment: Environment): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
      getOutHelpWidth: () => environment.stdout.columns ?? 80,
      getErrHelpWidth: () => environment.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help shows what is allowed)');
}
