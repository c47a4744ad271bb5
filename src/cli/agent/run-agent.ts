import type { Collected, MetricSource } from '#app/ports/metric-source.ts';
import { isDomainError } from '#core/errors.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { workloadId, workloadLabel } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { deploymentOf } from '../commands/import.ts';
import { renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { formatSingle } from '../render/units.ts';
import { HELIOS_VERSION } from '../version.ts';
import { toSamples } from './samples.ts';
import { createSendBuffer, type SendBuffer } from './send-buffer.ts';

export interface AgentFlags {
  readonly deployment?: string;
  readonly namespace: string;
  /** Seconds. */
  readonly interval: number;
  readonly once?: boolean;
  readonly send?: boolean;
}

/** CPU and traffic are differences, so a single look takes two readings this far apart. */
const BETWEEN_READINGS_MS = 1_000;

/** Measures this machine, again and again, and sends what it measured. */
export async function runAgent(context: CommandContext, flags: AgentFlags): Promise<number> {
  const source = await openSystemSource(context);
  const identity = identityOf(context, flags);
  if (flags.once) return measureOnce(context, flags, source, identity);
  return context.withSession(
    async ({ client }) => {
      const buffer = createSendBuffer(client);
      context.messages.note(
        `measuring ${workloadLabel(workloadId(identity.workload))} every ${flags.interval} s for ${client.endpoint}`,
      );
      await measureUntilStopped(context, flags, source, identity, buffer);
      return 0;
    },
    { attempts: 4, retryUnreachable: true },
  );
}

interface Identity {
  readonly workload: { readonly deployment: string; readonly namespace: string };
  readonly labels: Readonly<Record<string, string>>;
}

/** The host name goes along, so that several machines of one deployment can be told apart. */
function identityOf({ environment }: CommandContext, flags: AgentFlags): Identity {
  const host = deploymentOf(environment.hostName).slice(0, 64);
  const workload = { deployment: flags.deployment ?? host, namespace: flags.namespace };
  return { workload, labels: { ...workload, host } };
}

/** The source of this machine's metrics, loaded by the commands that measure. */
export async function openSystemSource({
  environment,
  settings,
}: CommandContext): Promise<MetricSource> {
  const { systemSource } = await import('#adapters/sources/system-source.ts');
  const isThere = settings.data_dir.origin !== 'default';
  const dataDir = isThere ? settings.data_dir.value : environment.workingDirectory;
  return systemSource({ clock: environment.clock, dataDir });
}

function collect(context: CommandContext, source: MetricSource, { workload }: Identity) {
  const now = context.environment.clock.now();
  return source.collect({
    workload: workloadId(workload),
    metrics: [],
    range: { from: now, to: epochMs(now + durationMs(1)) },
  });
}

async function measureOnce(
  context: CommandContext,
  flags: AgentFlags,
  source: MetricSource,
  identity: Identity,
): Promise<number> {
  await collect(context, source, identity);
  await context.environment.sleep(BETWEEN_READINGS_MS);
  const collected = await collect(context, source, identity);
  const samples = toSamples(collected, sampleOptions(flags, identity));
  const table = measuredTable(collected);
  context.print({ data: samples, table, text: () => renderTable(table, context.terminal) });
  if (!flags.send) {
    context.messages.note('nothing was sent: --send sends it');
    return 0;
  }
  await context.withSession(async ({ client }) => {
    const buffer = createSendBuffer(client);
    buffer.add(samples);
    const { accepted, rejected, problem } = await buffer.flush();
    if (problem !== undefined) context.messages.warn(problem);
    context.messages.note(`sent to ${client.endpoint}: ${accepted} accepted, ${rejected} rejected`);
  });
  return 0;
}

function sampleOptions(flags: AgentFlags, { labels }: Identity) {
  return { version: HELIOS_VERSION, intervalSeconds: flags.interval, labels };
}

function measuredTable(collected: Collected): Table {
  const counters = new Set(collected.counters);
  return {
    columns: [
      { title: 'Metric', key: 'metric' },
      { title: 'Value', key: 'value', align: 'right' },
      { title: 'Type', key: 'type' },
    ],
    rows: [
      ...collected.observations.map(({ metric, value }) => {
        const isCounter = counters.has(metric);
        // A running total of bytes has the unit bytes, its rate has bytes per second.
        const unit = isCounter ? 'bytes' : metricDefinition(metric).unit;
        const text = formatSingle(value, unit);
        return [textCell(metric), { text, raw: value }, textCell(isCounter ? 'counter' : 'gauge')];
      }),
      ...collected.problems.map(({ metric, reason }) => [
        textCell(metric),
        unknownCell(reason),
        textCell(''),
      ]),
    ],
  };
}

/** Until SIGINT or SIGTERM; what was measured by then is sent before the agent ends. */
async function measureUntilStopped(
  context: CommandContext,
  flags: AgentFlags,
  source: MetricSource,
  identity: Identity,
  buffer: SendBuffer,
): Promise<void> {
  const { environment, messages } = context;
  const stop = new AbortController();
  const forget = environment.onSignal(() => {
    if (stop.signal.aborted) environment.exit(130);
    stop.abort();
  });
  let due: number = environment.clock.now();
  let dropped = 0;
  try {
    while (!stop.signal.aborted) {
      const collected = await collect(context, source, identity);
      buffer.add(toSamples(collected, sampleOptions(flags, identity)));
      await flush(context, buffer);
      if (buffer.dropped > dropped) {
        messages.warn(
          `${buffer.dropped - dropped} batches were dropped: the service was away too long`,
        );
        dropped = buffer.dropped;
      }
      due += flags.interval * 1_000;
      const now = environment.clock.now();
      // After a sleep or a long outage the missed turns are over.
      if (due < now) due = now;
      await environment.sleep(due - now, stop.signal);
    }
    messages.note('stopping');
    if (buffer.waiting > 0) await flush(context, buffer);
    if (buffer.waiting > 0) messages.warn(`${buffer.waiting} batches could not be sent`);
  } finally {
    forget();
  }
}

async function flush({ messages }: CommandContext, buffer: SendBuffer): Promise<void> {
  try {
    const { accepted, rejected, problem } = await buffer.flush();
    if (problem !== undefined) messages.warn(`${problem}; ${buffer.waiting} batches wait`);
    else messages.note(`${accepted} accepted, ${rejected} rejected`);
  } catch (error) {
    if (isDomainError(error, 'UNAUTHORIZED')) {
      messages.warn(
        'the endpoint refuses the key: the agent stops, sending it again would not help',
      );
    }
    throw error;
  }
}
