import { Argument, type Command, Option } from 'commander';
import { addWorkloadOptions, names, secondsWithin, since } from './command-context.ts';
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportFlags,
  type ExportKind,
} from './export/export-kinds.ts';
import type { Action } from './program.ts';

const YEAR_SECONDS = 400 * 86_400;

/** `helios export`: what Helios knows, or what a source answers, as a file. */
export function addExport(program: Command, action: Action): void {
  const command = program
    .command('export')
    .description('write series, features, forecasts or recommendations as CSV or JSON lines')
    .addArgument(new Argument('[what]', 'what to write').choices(EXPORT_KINDS).default('series'))
    .addOption(
      new Option(
        '--format <format>',
        'mora: the unified CSV of MOrA; the last two are JSON documents',
      )
        .choices(EXPORT_FORMATS)
        .default('csv'),
    )
    .option('-f, --file <file>', 'write this file, whole or not at all (default: standard output)')
    .option('--metrics <list>', 'of these metrics only, e.g. cpu,memory', names)
    .option(
      '--from <time>',
      'e.g. 7d, 12h, or a moment with its zone (default: a day before --to)',
      since,
    )
    .option('--to <time>', 'the same (default: now)', since)
    .option(
      '--seconds <length>',
      'the length of the range, e.g. 3600 or 12h',
      secondsWithin(1, YEAR_SECONDS, 'lengths such as 3600 or 12h'),
    )
    .addOption(
      new Option('--feature-set <set>', 'of features: those of the documents, or of the first code')
        .choices(['documented', 'original'])
        .default('documented'),
    )
    .option(
      '--source <name>',
      'straight from this source: its name or type in the agent’s configuration',
    )
    .option(
      '--config <file>',
      'configuration of the agent, for --source (default: as helios agent)',
    )
    .option('--url <address>', 'address of a prometheus source that is not configured')
    .option(
      '--step <step>',
      'distance of the values of --source, e.g. 15s',
      secondsWithin(1, 3_600, 'steps from 1s to 1h'),
    );
  addWorkloadOptions(command, 'any; every workload that fits').action(
    action(async (context, kind: ExportKind, flags: ExportFlags) => {
      const { exportData } = await import('./commands/export.ts');
      return exportData(context, kind, flags);
    }),
  );
}
