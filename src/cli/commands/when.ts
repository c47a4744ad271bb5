import type { Command } from 'commander';
import type { WhenResponse } from '#contracts/http/when.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_FINDINGS, EXIT_INSUFFICIENT } from '../failure.ts';
import { crossingTable, crossingText } from '../render/crossing-report.ts';
import { momentOf } from '../render/time.ts';

export interface WhenFlags extends WorkloadFlags {
  readonly metric: string;
  readonly above?: string;
  readonly below?: string;
  /** In hours. */
  readonly horizon?: number;
  readonly failWithin?: number;
  readonly probability?: number;
}

const DEFAULT_PROBABILITY = 0.5;

/** When a metric crosses a limit; 1 where that is likely within `--fail-within`. */
export async function when(
  context: CommandContext,
  flags: WhenFlags,
  command: Command,
): Promise<number> {
  const { above, below, failWithin, probability = DEFAULT_PROBABILITY } = flags;
  if (above === undefined && below === undefined) {
    command.error('error: no limit is named: --above 90% or --below 0.1', { exitCode: 2 });
  }
  return context.withSession(async ({ client }) => {
    const answer = await client.call('whenCrossed', {
      query: {
        ...workloadOf(flags),
        metric: flags.metric,
        above,
        below,
        horizon_hours: flags.horizon ?? failWithin,
      },
    });
    const { terminal, time } = context;
    context.print({
      data: answer,
      table: crossingTable(answer, time),
      text: () => crossingText(answer, { terminal, time }),
    });
    if (failWithin === undefined) return 0;
    return conclude(context, answer, failWithin, probability);
  });
}

/** A check that cannot be made does not pass. */
function conclude(
  { messages, time }: CommandContext,
  answer: WhenResponse,
  withinHours: number,
  probability: number,
): number {
  const until = momentOf(answer.generated_at) + withinHours * 3_600_000;
  const reached = answer.distribution.findLast(({ timestamp }) => momentOf(timestamp) <= until);
  const found = reached?.probability ?? 0;
  if (found >= probability) return EXIT_FINDINGS;
  if (answer.probability !== null && momentOf(answer.horizon_until) >= until) return 0;
  messages.warn(
    answer.probability === null
      ? 'the check could not be made: the forecast has no interval'
      : `the check could not be made: the forecast ends at ${time.dateTime(momentOf(answer.horizon_until))}`,
  );
  return EXIT_INSUFFICIENT;
}
