import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type BenchStreams, runBenchCommand } from '../bench-command.ts';
import { type BundleMeasure, functionNames, measureBundles } from './measure.ts';

/** What functions that somebody waits for may take; a test asserts the first. */
const MAX_START_BYTES = 400_000;
const MAX_IMPORT_MS = 100;

/** Runs the command line of `npm run bench:bundles`. */
export async function runBundlesBench(
  argv: readonly string[],
  streams: BenchStreams,
): Promise<number> {
  const program = new Command('bench:bundles')
    .description('What each function loads at a cold start, and how long its import takes')
    .argument('[functions...]', 'default: all of functions/')
    .option('--rounds <n>', 'fresh processes for each function', positiveInteger, 7)
    .option('--json <file>', 'write the numbers there, too')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void streams.stderr.write(text) })
    .action((wanted: string[], { rounds, json }: { rounds: number; json?: string }) => {
      const known = functionNames();
      const unknown = wanted.filter((name) => !known.includes(name));
      if (unknown.length > 0) {
        program.error(`no function ${unknown.join(', ')}: there are ${known.join(', ')}`);
      }
      const measures = measureBundles(wanted.length > 0 ? wanted : known, rounds);
      streams.stdout.write(tableOf(measures, rounds));
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(measures, null, 2)}\n`);
    });
  return runBenchCommand(program, argv, streams);
}

function tableOf(measures: readonly BundleMeasure[], rounds: number): string {
  const lines = measures.map((each) =>
    row(
      each.function,
      kilobytes(each.start_bytes),
      kilobytes(each.lazy_bytes),
      each.import_ms.toFixed(0),
      `× ${each.import_ratio.toFixed(0)}`,
    ),
  );
  return [
    `Bundles as deployed, minified; import: median of ${rounds} fresh processes, and against an empty module.`,
    `Wanted of functions that somebody waits for: at most ${kilobytes(MAX_START_BYTES)} kB and ${MAX_IMPORT_MS} ms.`,
    '',
    row('function', 'at start kB', 'when needed kB', 'import ms', 'ratio'),
    ...lines,
    '',
  ].join('\n');
}

function row(...[name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(16)}${cells.map((cell) => cell.padStart(15)).join('')}`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(0);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number from 1');
  return value;
}
