import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ColumnMapping, parseMapping } from '#core/csv/column-mapping.ts';
import { type Delimiter, delimiterOf } from '#core/csv/dialect.ts';
import { TIME_FORMATS } from '#core/csv/time-format.ts';
import { addWorkloadOptions, moment, stepSeconds } from './command-context.ts';
import type { ImportFlags } from './commands/import.ts';
import type { Action } from './program.ts';

/** `helios import`. */
export function addImport(program: Command, action: Action): void {
  const command = program
    .command('import')
    .description('import CSV: timestamp,value or timestamp,<metric>,... or timestamp,metric,value')
    .argument(
      '<files...>',
      'CSV files with a header; each becomes the deployment it is named after, unless its rows say theirs',
    )
    .option('--metric <name>', 'metric of a lone value column (default: value)')
    .option(
      '--map <column=metric:unit>',
      "what a column is, e.g. 'CPU %=cpu_utilization:percent'; once a column",
      mappings,
    )
    .option('--skip <column>', 'leave a column out; once a column', more)
    .option('--step <step>', 'e.g. 5m (default: the median distance of the rows)', stepSeconds)
    .option('--zone <zone>', 'zone of times without one, e.g. Europe/Berlin; it is never guessed')
    .addOption(
      new Option('--date-format <format>', 'form of the times (default: as they look)').choices(
        TIME_FORMATS,
      ),
    )
    .option('--time-column <column>', 'the column of times (default: timestamp, time, date …)')
    .option(
      '--start <time>',
      'time of the first row, where rows have numbers (t_0) and no time',
      moment,
    )
    .option(
      '--delimiter <character>',
      'comma, semicolon, tab or pipe (default: as it looks)',
      delimiter,
    )
    .addOption(
      new Option('--decimal <mark>', 'what stands before decimals (default: as it looks)').choices([
        '.',
        ',',
      ]),
    )
    .option('--dry-run', 'read and report, store nothing');
  addWorkloadOptions(command, 'imported').action(
    action(async (context, files: readonly string[], flags: ImportFlags) => {
      const { importFiles } = await import('./commands/import.ts');
      return importFiles(context, files, flags);
    }),
  );
}

function mappings(text: string, before: readonly ColumnMapping[] = []): readonly ColumnMapping[] {
  return [...before, parseMapping(text)];
}

function more(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function delimiter(text: string): Delimiter {
  const found = delimiterOf(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('Allowed are comma, semicolon, tab and pipe.');
}
