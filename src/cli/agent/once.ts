import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { type AgentClock, createAgentClock, inWords } from '#app/agent/agent-clock.ts';
import { rangeToRead } from '#app/agent/schedule.ts';
import { type OpenSource, problemsOf, sweep } from '#app/agent/source-loop.ts';
import { toBatches, toSamples, type WireSample } from '#app/agent/to-batches.ts';
import type { Sweep } from '#app/ports/metric-source.ts';
import type { WaitingBatch } from '#app/ports/sample-buffer.ts';
import { DomainError } from '#core/errors.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { durationMs, MINUTE, SECOND } from '#core/time.ts';
import { formatSingle } from '#core/units.ts';
import type { CommandContext } from '../command-context.ts';
import { renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { HELIOS_VERSION } from '../version.ts';
import { type AgentFlags, loadAgentConfig } from './load-config.ts';
import { openSources } from './open-sources.ts';
import { openUplink } from './uplink.ts';

export interface OnceFlags extends AgentFlags {
  readonly send?: boolean;
}

/** Rows of the table; all samples are in every other format. */
const MOST_ROWS = 200;

/** What one source had, or why nothing. */
export type Looked = { readonly source: OpenSource } & (
  | { readonly found: Sweep }
  | { readonly error: Error }
);

/** Reads every source once, prints what it has, and sends it where that is asked for. */
export async function runOnce(context: CommandContext, flags: OnceFlags): Promise<number> {
  const loaded = await loadAgentConfig(context, flags);
  const sources = await openSources(context, loaded, flags);
  const catchUp = durationMs(loaded.config.agent.catch_up_minutes * MINUTE);
  const looked = await Promise.all(
    sources.map((source) =>
      lookAt(context, source, catchUp).finally(() => source.source.close?.()),
    ),
  );
  const batches = looked.flatMap((each) => batchesOf(each, loaded.config.helios.batch_size));
  const table = samplesTable(looked);
  const data = {
    batches: batches.map(({ json }) => JSON.parse(json)),
    problems: looked.flatMap(problemRows),
  };
  context.print({
    data,
    table,
    text: () => {
      const shown = { ...table, rows: table.rows.slice(0, MOST_ROWS) };
      const more = table.rows.length - shown.rows.length;
      return `${renderTable(shown, context.terminal)}${more > 0 ? `and ${more} more\n` : ''}`;
    },
  });
  const failed = looked.flatMap((each) => ('error' in each ? [each.error] : []));
  if (flags.send) await sendAll(context, loaded, batches);
  else context.messages.note('nothing was sent: --send sends it');
  const [first] = failed;
  if (first && failed.length === looked.length) throw first;
  return 0;
}

async function sendAll(
  context: CommandContext,
  loaded: Awaited<ReturnType<typeof loadAgentConfig>>,
  batches: readonly WaitingBatch[],
): Promise<void> {
  const uplink = await openUplink(context, loaded, clockOf(context));
  let accepted = 0;
  let rejected = 0;
  for (const batch of batches) {
    const sent = await uplink.send(batch);
    if (sent.kind === 'refused') throw sent.error;
    if (sent.kind !== 'done') throw new DomainError('ENDPOINT_UNAVAILABLE', sent.message);
    accepted += sent.value.accepted;
    rejected += sent.value.rejected;
    for (const { code, message } of sent.value.rejections.slice(0, 3)) {
      context.messages.warn(`rejected, ${code}: ${message}`);
    }
  }
  context.messages.note(`sent to ${uplink.endpoint}: ${accepted} accepted, ${rejected} rejected`);
}

/** The clock of an agent that asks once: it tells when this machine's is wrong. */
export function clockOf({ environment, messages }: CommandContext): AgentClock {
  const { clock, uptimeMs } = environment;
  return createAgentClock(clock, uptimeMs, ({ offset }) => {
    messages.warn(`the clock of this machine is ${inWords(offset)} of the endpoint's`);
  });
}

/** Sweeps a source once, within its own timeout. */
export async function lookAt(
  { environment: { clock, sleep } }: CommandContext,
  source: OpenSource,
  catchUp: ReturnType<typeof durationMs>,
): Promise<Looked> {
  const abort = new AbortController();
  const done = new AbortController();
  const range = rangeToRead(clock.now(), clock.now() - catchUp, source.interval, catchUp);
  const late = sleep(source.timeout, done.signal).then((): Looked => {
    const seconds = source.timeout / SECOND;
    const error = new DomainError('DEADLINE_EXCEEDED', `no answer within ${seconds} s`);
    return { source, error };
  });
  const looking = sweep(source.source, {
    range,
    every: source.interval,
    signal: abort.signal,
  }).then(
    (found): Looked => ({ source, found }),
    (error: unknown): Looked => ({
      source,
      error: error instanceof Error ? error : new Error(String(error)),
    }),
  );
  const looked = await Promise.race([looking, late]);
  done.abort();
  abort.abort();
  return looked;
}

function batchesOf(looked: Looked, batchSize: number): readonly WaitingBatch[] {
  if (!('found' in looked)) return [];
  const { sha256 } = nodeKeyCrypto;
  const { labels } = looked.source;
  return toBatches(looked.found, { version: HELIOS_VERSION, batchSize, labels, sha256 });
}

function problemRows(looked: Looked) {
  const { name } = looked.source;
  if ('error' in looked) return [{ source: name, message: looked.error.message }];
  return problemsOf(looked.found).map((message) => ({ source: name, message }));
}

function samplesTable(looked: readonly Looked[]): Table {
  return {
    columns: [
      { title: 'Source', key: 'source' },
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Value', key: 'value', align: 'right' },
      { title: 'Type', key: 'type' },
      { title: 'Time', key: 'timestamp' },
    ],
    rows: looked.flatMap((each) => [
      ...('found' in each
        ? [...toSamples(each.found, each.source.labels).values()].flat().map(sampleRow)
        : []),
      ...problemRows(each).map(({ source, message }) => [
        textCell(source),
        textCell(''),
        textCell(''),
        unknownCell(message),
        textCell(''),
        textCell(''),
      ]),
    ]),
  };
}

function sampleRow({ name, value, type, labels = {}, source = '', timestamp }: WireSample) {
  const isCounter = type === 'counter';
  const { unit } = metricDefinition(name);
  // A running total of bytes has the unit bytes, its rate has bytes per second.
  const shown = isCounter && unit === 'bytes_per_second' ? 'bytes' : unit;
  const number = typeof value === 'number' ? value : Number.NaN;
  const { namespace, deployment, container } = labels;
  const workload = `${namespace}/${deployment}${container === undefined ? '' : `/${container}`}`;
  return [
    textCell(labels.instance === undefined ? source : `${source}@${labels.instance}`),
    textCell(workload),
    textCell(name),
    { text: formatSingle(number, shown), raw: number },
    textCell(type ?? 'gauge'),
    textCell(String(timestamp)),
  ];
}
