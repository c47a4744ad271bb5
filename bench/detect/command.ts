import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { describeFailure, EXIT_USAGE, exitCodeOf } from '#cli/failure.ts';
import type { BenchStreams } from '../forecast/command.ts';
import { type BenchDetector, DETECTORS } from './detectors.ts';
import { renderReport } from './render.ts';
import { DetectionReportSchema } from './report-schema.ts';
import { runDetectionBenchmark, writeText } from './run.ts';

/** The options as commander gives them. */
interface Flags {
  readonly data: string;
  readonly out?: string;
  readonly json?: string;
  readonly threshold?: number;
}

const DEFAULT_WIDTH = 80;

/**
 * Runs `npm run bench:detect -- …`: the report on standard output, progress on standard error.
 *
 * @returns the exit code; errors are told, not thrown
 */
export async function benchDetect(
  argv: readonly string[],
  streams: BenchStreams,
  detectors: readonly BenchDetector[] = DETECTORS,
): Promise<number> {
  const program = programFor(streams, (flags) => run(flags, streams, detectors));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    streams.stderr.write(describeFailure(error, { debug: true }));
    return exitCodeOf(error);
  }
}

function run(
  { json, ...options }: Flags,
  { stdout, stderr }: BenchStreams,
  detectors: readonly BenchDetector[],
): void {
  const report = DetectionReportSchema.parse(
    runDetectionBenchmark({ ...options, detectors }, stderr),
  );
  if (json !== undefined) writeText(json, `${JSON.stringify(report, null, 2)}\n`, 'json');
  const terminal = {
    width: stdout.columns ?? DEFAULT_WIDTH,
    unicode: true,
    color: stdout.hasColors?.() ?? false,
  };
  stdout.write(renderReport(report, terminal));
}

function programFor({ stdout, stderr }: BenchStreams, action: (flags: Flags) => void): Command {
  return new Command('bench:detect')
    .description('Scores every file of a NAB folder and prints what NAB gives, beside others.')
    .requiredOption('--data <dir>', 'folder of windows.json and data/<category>/<file>.csv')
    .option(
      '--out <dir>',
      'write <detector>/<category>/<file>.csv there: timestamp,value,anomaly_score',
    )
    .option('--json <file>', 'write everything that is printed, and each file, as JSON')
    .option('--threshold <score>', 'the fixed threshold beside the best ones (0.03)', shareOf)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .action(action);
}

function shareOf(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('a number from 0 to 1');
}
