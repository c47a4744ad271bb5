import { Command, InvalidArgumentError, Option } from 'commander';
import { type BenchStreams, runBenchCommand, terminalOf } from '../bench-command.ts';
import { writeText } from '../detect/run.ts';
import { boostingTraining } from './boosting.ts';
import { lstmTraining } from './lstm.ts';
import { measureTrainer, type SideMeasure } from './measure.ts';
import { prophetTraining } from './prophet.ts';
import { renderMeasures } from './render.ts';
import { reportOf } from './report.ts';
import { TrainReportSchema } from './report-schema.ts';
import type { BenchSize, TrainerBench } from './trainer-bench.ts';

/** The options as commander gives them. */
interface Flags {
  readonly turns: number;
  readonly only?: readonly TrainerBench['name'][];
  readonly json?: string;
}

const TRAINERS: readonly TrainerBench[] = [lstmTraining, prophetTraining, boostingTraining];
const NAMES = ['lstm', 'prophet', 'boosting'] as const;
const MAX_TURNS = 100;

/**
 * Runs `npm run bench:train -- …`: the tables on standard output, progress on standard error.
 *
 * @param size - of the trainings
 * @returns the exit code; errors are told, not thrown
 */
export async function benchTrain(
  argv: readonly string[],
  streams: BenchStreams,
  trainers: readonly TrainerBench[] = TRAINERS,
  size: BenchSize = 'full',
): Promise<number> {
  const program = programFor(streams, (flags) => run(flags, streams, trainers, size));
  return runBenchCommand(program, argv, streams);
}

async function run(
  { turns, only, json }: Flags,
  streams: BenchStreams,
  trainers: readonly TrainerBench[],
  size: BenchSize,
): Promise<void> {
  const measured: Partial<Record<TrainerBench['name'], readonly SideMeasure[]>> = {};
  for (const bench of trainers.filter(({ name }) => only?.includes(name) ?? true)) {
    const measures = await measureTrainer(bench, { size, turns }, streams.stderr);
    measured[bench.name] = measures;
    streams.stdout.write(`${renderMeasures(bench, measures, size, terminalOf(streams))}\n`);
  }
  const report = TrainReportSchema.parse(reportOf(measured));
  if (json !== undefined) writeText(json, `${JSON.stringify(report, null, 2)}\n`, 'json');
}

function programFor(
  { stdout, stderr }: BenchStreams,
  action: (flags: Flags) => Promise<void>,
): Command {
  return new Command('bench:train')
    .description('Trains each model beside the programs people would use instead of it.')
    .option('--turns <n>', 'trainings of each side that count', turnsOf, 5)
    .addOption(new Option('--only <names...>', 'trainers to measure (all)').choices(NAMES))
    .option('--json <file>', 'write the ratios as JSON')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .action(action);
}

function turnsOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_TURNS) return value;
  throw new InvalidArgumentError(`a whole number from 1 to ${MAX_TURNS}`);
}
