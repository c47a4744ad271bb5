import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type BenchStreams, runBenchCommand, terminalOf } from '../bench-command.ts';
import { renderReport } from './render.ts';
import { BenchmarkReportSchema } from './report-schema.ts';
import { type BenchmarkOptions, runForecastBenchmark } from './run.ts';

/** The options as commander gives them. */
interface Flags extends Omit<BenchmarkOptions, 'modelAgeHours' | 'timeReference'> {
  readonly json?: string;
  readonly modelAge?: number;
  readonly reference?: string;
}

/**
 * Runs `npm run bench:forecast -- …`: the report on standard output, progress on standard error.
 *
 * @returns the exit code; errors are told, not thrown
 */
export async function benchForecast(
  argv: readonly string[],
  streams: BenchStreams,
): Promise<number> {
  return runBenchCommand(
    programFor(streams, (flags) => run(flags, streams)),
    argv,
    streams,
  );
}

async function run(flags: Flags, streams: BenchStreams): Promise<void> {
  const { json, modelAge, reference, ...rest } = flags;
  const options: BenchmarkOptions = {
    ...rest,
    ...(modelAge === undefined ? {} : { modelAgeHours: modelAge }),
    ...(reference === undefined ? {} : { timeReference: reference }),
  };
  const report = BenchmarkReportSchema.parse(await runForecastBenchmark(options, streams.stderr));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  streams.stdout.write(renderReport(report, terminalOf(streams)));
}

function programFor(
  { stdout, stderr }: BenchStreams,
  action: (flags: Flags) => Promise<void>,
): Command {
  return new Command('bench:forecast')
    .description(
      'Forecasts every series of a folder at its cutoffs, as in service, and scores all models beside naive.',
    )
    .requiredOption('--data <dir>', 'folder of <series>.csv files and cutoffs.csv')
    .option('--models <names>', 'models to run, separated by commas (all that are fast)', listOf)
    .option('--out <dir>', 'write forecasts there, a CSV a model: series,cutoff,horizon,yhat,lo,hi')
    .option('--compare <files...>', 'score files of that form too')
    .option('--json <file>', 'write everything that is printed, and each series, as JSON')
    .option('--slow-only', 'only the cutoffs marked for slow models')
    .option('--workers <count>', 'threads; 0: this one alone (2)', integerOf(0, 64))
    .option('--seed <number>', 'seed of models and bootstrap (1)', integerOf(0, 2 ** 31 - 1))
    .option('--model-age <hours>', 'train so long before a cutoff (at midnight UTC)', hoursOf)
    .option('--reference <model>', 'the model whose times are 1 (naive)')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .action(action);
}

function listOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('names separated by commas, none empty');
  return names;
}

function integerOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`an integer from ${low} to ${high}`);
  };
}

function hoursOf(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('a number of hours, 0 or more');
}
