import type { Command } from 'commander';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { capacityTable, capacityText } from '../render/capacity-report.ts';
import { timeFormat } from '../render/time.ts';

export interface CapacityFlags extends WorkloadFlags {
  readonly metrics?: readonly string[];
  readonly zone?: string;
  readonly level?: number;
  readonly preset?: string;
  readonly replicas?: number;
  readonly cpuRequest?: string;
}

/** What a workload needs over a period, in days of the zone of this machine unless told. */
export async function capacity(
  context: CommandContext,
  period: string,
  flags: CapacityFlags,
  command: Command,
): Promise<number> {
  const isUtc = command.optsWithGlobals<{ readonly utc?: boolean }>().utc === true;
  const zone = flags.zone ?? (isUtc ? 'UTC' : context.environment.timeZone);
  return context.withSession(async ({ client }) => {
    const answer = await client.call('planCapacity', {
      params: { period },
      query: {
        ...workloadOf(flags),
        metrics: flags.metrics?.join(','),
        time_zone: zone,
        level: flags.level,
        preset: flags.preset,
        replicas: flags.replicas,
        cpu_request: flags.cpuRequest,
      },
    });
    for (const [metric, { code, message }] of Object.entries(answer.errors)) {
      context.messages.warn(`${metric} has no answer: ${message} (${code})`);
    }
    const time = timeFormat(zone);
    context.print({
      data: answer,
      table: capacityTable(answer, time),
      text: () => capacityText(answer, { time, terminal: context.terminal }),
    });
    return 0;
  });
}
