import { Command, InvalidArgumentError } from 'commander';
import { type BenchStreams, runBenchCommand, terminalOf } from '../bench-command.ts';
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
  return runBenchCommand(
    programFor(streams, (flags) => run(flags, streams, detectors)),
    argv,
    streams,
  );
}

function run(
  { json, ...options }: Flags,
  streams: BenchStreams,
  detectors: readonly BenchDetector[],
): void {
  const report = DetectionReportSchema.parse(
    runDetectionBenchmark({ ...options, detectors }, streams.stderr),
  );
  if (json !== undefined) writeText(json, `${JSON.stringify(report, null, 2)}\n`, 'json');
  streams.stdout.write(renderReport(report, terminalOf(streams)));
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
