import { DomainError } from '#core/errors.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, SECOND } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import type { ApiClient } from '../client.ts';
import type { CommandContext } from '../command-context.ts';
import { dataSummaries, modelMetrics } from '../export/documents.ts';
import type { ExportFlags, ExportKind } from '../export/export-kinds.ts';
import { openSink } from '../export/export-sink.ts';
import type { ExportRange } from '../export/frame-pages.ts';
import { openNamedSource } from '../export/named-source.ts';
import { csvRows, jsonRows } from '../export/row-format.ts';
import { sourceRows } from '../export/source-rows.ts';
import * as stored from '../export/stored-rows.ts';
import { EXIT_INSUFFICIENT } from '../failure.ts';

const DEFAULT_LENGTH = DAY;
/** Rows that are written at once. */
const ROWS_A_WRITE = 512;

/**
 * Writes what Helios knows, or what a source answers, as rows or as a document of the seeds.
 * @returns 3 when there was nothing to write
 */
export async function exportData(
  context: CommandContext,
  kind: ExportKind,
  flags: ExportFlags,
): Promise<number> {
  refuseOdd(kind, flags);
  const range = rangeOf(flags, context.environment.clock.now());
  if (flags.source !== undefined) return exportSource(context, flags, flags.source, range);
  return context.withSession(async ({ client }) => {
    const request = {
      client,
      workloads: await selected(client, flags),
      range,
      metrics: flags.metrics?.map(canonicalMetric),
    };
    const now = context.environment.clock.now();
    switch (flags.format) {
      case 'data-summary':
        return writeDocument(context, flags, await dataSummaries(request, now));
      case 'metrics':
        return writeDocument(context, flags, await modelMetrics(request, now));
      case 'mora':
        return writeRows(context, flags, stored.moraRows(request));
      case 'csv':
      case 'jsonl':
        return writeRows(context, flags, rowsOf(kind, request, flags));
    }
  });
}

function rowsOf(
  kind: ExportKind,
  request: stored.StoredExport,
  { featureSet, from, to, seconds }: ExportFlags,
): stored.RowSource {
  const isRange = [from, to, seconds].some((given) => given !== undefined);
  switch (kind) {
    case 'series':
      return stored.seriesRows(request);
    case 'features':
      return stored.featureRows(request, featureSet);
    case 'forecasts':
      return stored.forecastRows(request);
    case 'recommendations':
      return isRange ? stored.publishedRows(request) : stored.recommendationRows(request);
  }
}

async function exportSource(
  context: CommandContext,
  flags: ExportFlags,
  name: string,
  range: ExportRange,
): Promise<number> {
  const source = await openNamedSource(context, name, flags);
  try {
    const tell = (problem: string) => context.messages.warn(problem);
    return await writeRows(context, flags, sourceRows(source, range, tell));
  } finally {
    await source.close?.();
  }
}

async function writeRows(
  { environment, messages }: CommandContext,
  { file, format }: ExportFlags,
  { columns, rows }: stored.RowSource,
): Promise<number> {
  const { head, line } = format === 'jsonl' ? jsonRows(columns) : csvRows(columns);
  const sink = await openSink(environment, file);
  let count = 0;
  try {
    let text = head;
    for await (const row of rows()) {
      text += line(row);
      count++;
      if (count % ROWS_A_WRITE === 0) {
        await sink.write(text);
        text = '';
      }
    }
    await sink.write(text);
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  await sink.commit();
  messages.note(`${formatCount(count)} rows${file === undefined ? '' : ` in ${file}`}`);
  return count > 0 ? 0 : EXIT_INSUFFICIENT;
}

async function writeDocument(
  { environment }: CommandContext,
  { file }: ExportFlags,
  document: unknown,
): Promise<number> {
  const sink = await openSink(environment, file);
  await sink.write(`${JSON.stringify(document, null, 2)}\n`);
  await sink.commit();
  return 0;
}

/** Every workload that the flags fit; all of them without flags. */
async function selected(client: ApiClient, flags: ExportFlags) {
  const { workloads } = await client.call('listWorkloads');
  const parts = ['cluster', 'namespace', 'deployment', 'container'] as const;
  const found = workloads.filter(({ workload }) =>
    parts.every((part) => flags[part] === undefined || flags[part] === workload[part]),
  );
  if (found.length > 0) return stored.inOrder(found);
  const asked = parts.map((part) => flags[part]).filter((part) => part !== undefined);
  throw new DomainError('NOT_FOUND', `there is no workload ${asked.join('/') || 'yet'}`, {
    workloads: workloads.length,
  });
}

function rangeOf(flags: ExportFlags, now: EpochMs): ExportRange {
  const to = flags.to?.(now) ?? now;
  const length = flags.seconds === undefined ? DEFAULT_LENGTH : durationMs(flags.seconds * SECOND);
  const from = flags.from?.(now) ?? epochMs(addMs(to, length, -1));
  if (from < to) return { from, to };
  throw new DomainError('CONFIG_INVALID', 'the range ends before it begins', {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
}

function refuseOdd(
  kind: ExportKind,
  { format, source, from, seconds, url, step }: ExportFlags,
): void {
  const isRows = format === 'csv' || format === 'jsonl';
  if (kind !== 'series' && !isRows) {
    throw new DomainError(
      'CONFIG_INVALID',
      `${kind} are exported as csv or jsonl, not as ${format}`,
    );
  }
  if (source !== undefined && (kind !== 'series' || !isRows)) {
    throw new DomainError('CONFIG_INVALID', 'a source has series only, as csv or jsonl');
  }
  if (source === undefined && (url !== undefined || step !== undefined)) {
    throw new DomainError('CONFIG_INVALID', '--url and --step belong to --source');
  }
  if (from !== undefined && seconds !== undefined) {
    throw new DomainError('CONFIG_INVALID', '--from and --seconds exclude each other');
  }
}
