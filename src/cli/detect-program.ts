import { type Command, Option } from 'commander';
import { DETECT_LIMITS } from '#contracts/http/detect.ts';
import { SENSITIVITY_THRESHOLDS, SEVERITIES } from '#core/detect/severity.ts';
import {
  addWorkloadOptions,
  moment,
  moreNames,
  numberWithin,
  since,
  wholeNumber,
} from './command-context.ts';
import type { DetectFlags } from './commands/detect.ts';
import type { FeedbackFlags, IncidentFlags } from './commands/incidents.ts';
import type { Action } from './program.ts';

const MOST_MINUTES = DETECT_LIMITS.maxLookbackMinutes;

/** `helios detect` */
export function addDetect(program: Command, action: Action): void {
  const { low, medium, high } = SENSITIVITY_THRESHOLDS;
  const command = program
    .command('detect')
    .description('anomalies in the newest data, or in a file, as incidents with their reasons')
    .option('-m, --metric <metric...>', 'these metrics only, e.g. -m cpu memory', moreNames)
    .option(
      '-l, --lookback <hours>',
      'how far back from the newest value (default: 1)',
      wholeNumber(1, MOST_MINUTES / 60),
    )
    .addOption(
      new Option('--minutes <number>', 'the same in minutes')
        .argParser(wholeNumber(1, MOST_MINUTES))
        .conflicts('lookback'),
    )
    .addOption(
      new Option('--end <time>', 'look back from this time, e.g. 2026-01-01T00:00:00Z').argParser(
        moment,
      ),
    )
    .addOption(
      new Option(
        '-s, --sensitivity <level>',
        `how unusual is an anomaly: ${low} (low), ${medium} (medium) or ${high} (high) (default: medium)`,
      ).choices(Object.keys(SENSITIVITY_THRESHOLDS)),
    )
    .addOption(
      new Option('--threshold <sigma>', 'the same as a number from 1 to 5')
        .argParser(numberWithin(1, 5))
        .conflicts('sensitivity'),
    )
    .addOption(
      new Option(
        '--file <csv>',
        'look at this file instead, all of it, and store nothing; - is standard input',
      ).conflicts(['lookback', 'minutes', 'end']),
    )
    .option('--zone <zone>', 'zone of times in the file without one; it is never guessed')
    .option('--chart', 'draw the metrics that were asked for, or those with anomalies')
    .option('--explain', 'which features have made the expected values')
    .addOption(
      new Option(
        '--fail-on <severity>',
        'end with 1 when there is an anomaly of this severity or worse',
      ).choices(SEVERITIES),
    );
  addWorkloadOptions(command).action(
    action(async (context, flags: DetectFlags) => {
      const { detect } = await import('./commands/detect.ts');
      return detect(context, flags);
    }),
  );
}

/** `helios incidents` with its subcommands. */
export function addIncidents(program: Command, action: Action): void {
  const incidents = program
    .command('incidents')
    .description('what the scheduled scoring has found: list, and say what was expected');
  const load = () => import('./commands/incidents.ts');
  const list = incidents
    .command('list', { isDefault: true })
    .description('the open incidents, newest first; with --since or --all also those that ended')
    .option('--open', 'only those that are open')
    .addOption(
      new Option('--all', 'whenever they started, open or not').conflicts(['open', 'since']),
    )
    .option(
      '--since <time>',
      'started since then, e.g. 90m, 12h, 7d or 2026-01-01T00:00:00Z',
      since,
    )
    .addOption(new Option('--severity <severity>', 'this severity or worse').choices(SEVERITIES))
    .option('--limit <number>', 'so many at most (default: 100)', wholeNumber(1, 1_000));
  addWorkloadOptions(list).action(
    action(async (context, flags: IncidentFlags) => (await load()).listIncidents(context, flags)),
  );
  const labels = {
    expect: ['expected', 'it is known and no problem: it no longer counts as open'],
    confirm: ['anomaly', 'it is what it was taken for: a problem'],
  } as const;
  for (const [name, [label, description]] of Object.entries(labels)) {
    incidents
      .command(name)
      .description(description)
      .argument('<id>', 'as helios incidents prints it')
      .option('--note <text>', 'why')
      .option('--by <name>', 'who says so (default: $USER)')
      .action(
        action(async (context, id: string, flags: FeedbackFlags) =>
          (await load()).giveFeedback(context, id, label, flags),
        ),
      );
  }
}
