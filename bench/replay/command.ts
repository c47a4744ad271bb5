import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { renderTable } from '#cli/render/table.ts';
import { durationMs, SECOND } from '#core/time.ts';
import { type BenchStreams, runBenchCommand, terminalOf } from '../bench-command.ts';
import { demandsOf, sampleDemand } from './demands.ts';
import { type ReplayRow, replayRow, rowsTable, summaryOf } from './rows.ts';

interface Flags {
  readonly data: string;
  readonly only?: string;
  readonly startUp: string;
  readonly sample: boolean;
  readonly json?: string;
}

/** Runs `npm run bench:replay -- …`. @returns the exit code; errors are told, not thrown */
export async function benchReplay(argv: readonly string[], streams: BenchStreams): Promise<number> {
  const program = new Command('bench:replay')
    .description('Replays series under static, tuned reactive and predictive scaling.')
    .requiredOption('--data <dir>', 'folder of <series>.csv files and cutoffs.csv')
    .option('--only <text>', 'series whose names hold this')
    .option('--start-up <seconds>', 'until a new unit serves', '300')
    .option('--no-sample', 'without the simulated web shop')
    .option('--json <file>', 'write what is printed as JSON')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .action((flags: Flags) => run(flags, streams));
  return runBenchCommand(program, argv, streams);
}

async function run(flags: Flags, streams: BenchStreams): Promise<void> {
  const { only = '' } = flags;
  const startUp = durationMs(Number(flags.startUp) * SECOND);
  const all = [...demandsOf(flags.data), ...(flags.sample ? [sampleDemand()] : [])];
  const rows: ReplayRow[] = [];
  for (const series of all.filter(({ id }) => id.includes(only))) {
    const row = await replayRow(series, startUp);
    rows.push(row);
    streams.stderr.write(`${row.series}: ${row.finding} (${row.cpuSeconds.toFixed(1)} s)\n`);
  }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  streams.stdout.write(renderTable(rowsTable(rows), terminalOf(streams)));
  streams.stdout.write(`${summaryOf(rows)}\n`);
}
