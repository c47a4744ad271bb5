import { type Command, InvalidArgumentError, Option } from 'commander';
import { REPLAY_LIMITS } from '#contracts/http/replay.ts';
import { addWorkloadOptions, numberWithin, secondsWithin, wholeNumber } from './command-context.ts';
import type { ReplayFlags } from './commands/replay.ts';
import type { Action } from './program.ts';

const seconds = secondsWithin(0, 86_400, 'times up to a day, e.g. 90s, 5m or 1h');

const units = wholeNumber(1, REPLAY_LIMITS.maxUnits);

/** `helios replay` */
export function addReplay(program: Command, action: Action): void {
  const command = program
    .command('replay')
    .description('what static, reactive and predictive scaling would have done in the past')
    .option('-m, --metric <metric>', 'what demand is measured in (default: as recommended by)')
    .addOption(
      new Option('--days <number>', 'how much of the stored past (default: 28)').argParser(
        wholeNumber(1, REPLAY_LIMITS.maxDays),
      ),
    )
    .addOption(
      new Option('--file <csv>', 'replay this file instead; - is standard input').conflicts('days'),
    )
    .option('--zone <zone>', 'zone of times in the file without one; it is never guessed')
    .option('--capacity <number>', 'demand that uses one unit fully', positive)
    .option('--start-up <time>', 'until a new unit serves, e.g. 90s or 5m (default: 5m)', seconds)
    .option(
      '--lag <steps>',
      'age of the newest measurement in steps (default: 1)',
      wholeNumber(1, 12),
    )
    .option('--target <share>', 'utilisation planned for (default: 0.7)', numberWithin(0.1, 0.95))
    .option('--slo <share>', 'slow above this utilisation (default: 0.9)', numberWithin(0.01, 1))
    .option('--minimum <units>', 'never fewer units (default: 1)', units)
    .option('--maximum <units>', 'never more units (default: 1000)', units)
    .option('--price <usd>', 'price of a unit-hour', numberWithin(0, REPLAY_LIMITS.maxPrice))
    .option(
      '--fail-under <percent>',
      "end with 1 when Helios saves less of the reactive policy's minutes short",
      numberWithin(-1_000, 100),
    )
    .option('--html <file>', 'write a report with pictures');
  addWorkloadOptions(command).action(
    action(async (context, flags: ReplayFlags) => {
      const { replay } = await import('./commands/replay.ts');
      return replay(context, flags);
    }),
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1e30) return value;
  throw new InvalidArgumentError('Allowed are numbers above 0.');
}
