import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { rightsizingTable, rightsizingText } from '../render/rightsizing-report.ts';

export interface RightsizeFlags extends WorkloadFlags {
  readonly service?: string;
  readonly strategy?: string;
  readonly durationHours?: number;
  readonly cpuPercentile?: number;
  readonly memoryBuffer?: number;
  readonly cpuFloor?: string;
  readonly memoryFloor?: string;
  readonly cpuLimits?: boolean;
  readonly level?: number;
  readonly replicas?: number;
  readonly cpuRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}

/** Requests and limits of a deployment's containers. */
export async function rightsize(context: CommandContext, flags: RightsizeFlags): Promise<number> {
  const { service } = flags;
  return context.withSession(async ({ client }) => {
    const answer = await client.call('rightSize', {
      query: {
        ...workloadOf(flags),
        ...(service === undefined ? {} : { deployment: service }),
        strategy: flags.strategy,
        duration_hours: flags.durationHours,
        cpu_percentile: flags.cpuPercentile,
        memory_buffer_percentage: flags.memoryBuffer,
        cpu_floor: flags.cpuFloor,
        memory_floor: flags.memoryFloor,
        cpu_limits: flags.cpuLimits ? 'true' : undefined,
        level: flags.level,
        replicas: flags.replicas,
        cpu_request: flags.cpuRequest,
        cpu_limit: flags.cpuLimit,
        memory_request: flags.memoryRequest,
        memory_limit: flags.memoryLimit,
      },
    });
    context.print({
      data: answer,
      table: rightsizingTable(answer),
      text: () => rightsizingText(answer, context.terminal),
    });
    return 0;
  });
}
