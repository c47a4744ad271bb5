import { Command, InvalidArgumentError } from 'commander';
import { type BenchStreams, runBenchCommand, terminalOf } from '../bench-command.ts';
import { writeText } from '../detect/run.ts';
import { renderReport } from './render.ts';
import { type ReplayOptions, replay } from './replay.ts';
import { reportOf, type WatchedSeed } from './report.ts';
import { IncidentReportSchema } from './report-schema.ts';

/** The options as commander gives them. */
interface Flags {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly json?: string;
  readonly retrain: number;
  readonly reconstruction: boolean;
}

const MAX_SEEDS = 1_000;

/**
 * Runs `npm run bench:incidents -- …`: the report on standard output, progress on standard error.
 *
 * @param watch - replays one shop
 * @returns the exit code; errors are told, not thrown
 */
export async function benchIncidents(
  argv: readonly string[],
  streams: BenchStreams,
  watch = replay,
): Promise<number> {
  return runBenchCommand(
    programFor(streams, (flags) => run(flags, streams, watch)),
    argv,
    streams,
  );
}

async function run(
  { seeds, days, retrain, json, reconstruction }: Flags,
  streams: BenchStreams,
  watch: typeof replay,
): Promise<void> {
  const watched: WatchedSeed[] = [];
  for (const seed of seeds) {
    const shop = (hasIncidents: boolean): ReplayOptions => ({
      seed,
      days,
      hasIncidents,
      usesReconstruction: reconstruction,
      retrainDays: retrain,
    });
    const labelled = await watch(shop(true));
    const healthy = await watch(shop(false));
    watched.push({ seed, labelled, healthy });
    streams.stderr.write(`seed ${seed}: ${watched.length} of ${seeds.length} watched\n`);
  }
  const report = IncidentReportSchema.parse(
    reportOf(watched, { days, retrain_days: retrain, reconstruction }),
  );
  if (json !== undefined) writeText(json, `${JSON.stringify(report, null, 2)}\n`, 'json');
  streams.stdout.write(renderReport(report, terminalOf(streams)));
}

function programFor(
  { stdout, stderr }: BenchStreams,
  action: (flags: Flags) => Promise<void>,
): Command {
  return new Command('bench:incidents')
    .description('Watches simulated web shops and counts what is found, missed and invented.')
    .option('--seeds <list>', 'shops, e.g. 1-8 or 1,3,5', seedsOf, seedsOf('1-8'))
    .option('--days <n>', 'days that are scored, after four weeks of history', daysOf, 28)
    .option('--retrain <n>', 'days from one training of detectors to the next', daysOf, 1)
    .option(
      '--reconstruction',
      'train the reconstruction detector, too: minutes a shop and day',
      false,
    )
    .option('--json <file>', 'write everything that is printed, and each incident, as JSON')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .action(action);
}

function seedsOf(text: string): readonly number[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    if (first === undefined) throw new InvalidArgumentError('seeds are 1-8 or 1,3,5');
    const count = Number(last ?? first) - Number(first) + 1;
    if (count < 1 || count > MAX_SEEDS)
      throw new InvalidArgumentError('1 to 1000 seeds, ascending');
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });
  return [...new Set(seeds)];
}

function daysOf(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1) return days;
  throw new InvalidArgumentError('a number of days from 1 to 999');
}
