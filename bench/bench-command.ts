import { type Command, CommanderError } from 'commander';
import type { TextSink } from '#cli/environment.ts';
import { describeFailure, EXIT_USAGE, exitCodeOf } from '#cli/failure.ts';

/** Where a benchmark writes. */
export interface BenchStreams {
  readonly stdout: TextSink & { hasColors?(): boolean };
  readonly stderr: TextSink;
}

const DEFAULT_WIDTH = 80;

/**
 * Runs a benchmark's command line.
 *
 * @returns the exit code; errors are told, not thrown
 */
export async function runBenchCommand(
  program: Command,
  argv: readonly string[],
  { stderr }: BenchStreams,
): Promise<number> {
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    stderr.write(describeFailure(error, { debug: true }));
    return exitCodeOf(error);
  }
}

/** What a benchmark's tables are drawn for. */
export function terminalOf({ stdout }: BenchStreams) {
  return {
    width: stdout.columns ?? DEFAULT_WIDTH,
    unicode: true,
    color: stdout.hasColors?.() ?? false,
  };
}
