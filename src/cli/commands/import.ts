import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { DomainError } from '#core/errors.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { findTimeZone } from '#core/series/time-zone.ts';
import { durationMs, SECOND, toIso } from '#core/time.ts';
import { workloadId, workloadLabel } from '#core/workload.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_INSUFFICIENT, printable } from '../failure.ts';
import { foreignError } from '../foreign-error.ts';
import { type ImportReport, importFile } from '../import/import-file.ts';
import { startProgress } from '../render/progress.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { formatStep } from '../render/time.ts';
import { formatCount } from '../render/units.ts';

export interface ImportFlags extends WorkloadFlags {
  readonly metric: string;
  /** Seconds. */
  readonly step?: number;
  readonly zone?: string;
  readonly dryRun?: boolean;
}

interface FileReport {
  readonly file: string;
  readonly workload: WorkloadFlags & { readonly deployment: string };
  readonly report: ImportReport;
}

const DEFAULT_NAMESPACE = 'imported';

/**
 * Imports CSV files and reports what was in them.
 * @returns 3 when nothing could be read
 */
export async function importFiles(
  context: CommandContext,
  files: readonly string[],
  flags: ImportFlags,
): Promise<number> {
  if (flags.zone !== undefined && !findTimeZone(flags.zone)) {
    throw new DomainError('CONFIG_INVALID', `--zone ${flags.zone} is no time zone`, {
      allowed: 'utc, an offset such as +02:00, or an IANA name such as Europe/Berlin',
    });
  }
  const work = async (client: ApiClient | undefined) => {
    const reports: FileReport[] = [];
    for (const file of files) reports.push(await importOne(context, file, flags, client));
    return reports;
  };
  const reports = flags.dryRun
    ? await work(undefined)
    : await context.withSession(({ client }) => work(client));
  show(context, reports, flags.dryRun === true);
  return reports.some(({ report }) => wasStored(report, flags.dryRun === true))
    ? 0
    : EXIT_INSUFFICIENT;
}

function wasStored(report: ImportReport, dryRun: boolean): boolean {
  if (dryRun) return report.values > 0;
  return report.stored + report.duplicates + report.superseded > 0;
}

async function importOne(
  context: CommandContext,
  file: string,
  flags: ImportFlags,
  client: ApiClient | undefined,
): Promise<FileReport> {
  const { environment, quiet } = context;
  const path = resolve(environment.workingDirectory, file);
  const size = await sizeOf(path);
  const deployment = flags.deployment ?? deploymentOf(file);
  const workload = { namespace: DEFAULT_NAMESPACE, ...workloadOf(flags), deployment };
  const stream = createReadStream(path);
  const progress = startProgress(environment, { total: size, title: basename(file), quiet });
  try {
    const report = await importFile(stream, {
      workload,
      metric: flags.metric,
      zone: flags.zone,
      step: flags.step === undefined ? undefined : durationMs(flags.step * SECOND),
      send: async (batch) => client?.call('ingest', { body: batch }),
      onRows: (rows) => progress.update(stream.bytesRead, `${formatCount(rows)} rows`),
    });
    return { file, workload, report };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // Of several files the reader has to know which.
    throw new DomainError(error.code, `${file}: ${error.message}`, error.details, error);
  } finally {
    progress.stop();
    stream.destroy();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    const { message } = foreignError(error);
    throw new DomainError('IMPORT_INVALID', `cannot read ${path}: ${message}`, { path }, error);
  }
}

/**
 * The deployment a file is named after.
 *
 * @example
 * ```ts
 * deploymentOf('data/nab__cpu (1).csv'); // => 'nab__cpu--1'
 * ```
 */
export function deploymentOf(file: string): string {
  const name = basename(file)
    .replace(/\.csv$/i, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 128);
  const trimmed = name.replace(/^[._-]+|[._-]+$/g, '');
  return trimmed === '' ? 'import' : trimmed;
}

function show(context: CommandContext, reports: readonly FileReport[], dryRun: boolean): void {
  const data = {
    dry_run: dryRun,
    files: reports.map(({ file, workload, report }) => ({
      file,
      workload,
      ...report,
      step: undefined,
      step_seconds: report.step / SECOND,
      metrics: report.metrics.map(({ outOfRange, first, last, ...metric }) => ({
        ...metric,
        out_of_range: outOfRange,
        first: toIso(first),
        last: toIso(last),
      })),
    })),
  };
  const table = metricTable(reports);
  context.print({
    data,
    table,
    text: () => reports.map((report) => fileText(context, report, dryRun)).join('\n'),
  });
}

function metricTable(reports: readonly FileReport[]): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Values', key: 'values', align: 'right' },
      { title: 'Gaps', key: 'gaps', align: 'right' },
      { title: 'First', key: 'first' },
      { title: 'Last', key: 'last' },
    ],
    rows: reports.flatMap(({ workload, report }) =>
      report.metrics.map(({ metric, values, gaps, first, last }) => [
        textCell(workloadLabel(workloadId(workload))),
        textCell(metric),
        { text: formatCount(values), raw: values },
        { text: formatCount(gaps), raw: gaps },
        textCell(toIso(first)),
        textCell(toIso(last)),
      ]),
    ),
  };
}

function fileText(context: CommandContext, file: FileReport, dryRun: boolean): string {
  const { report } = file;
  const label = workloadLabel(workloadId(file.workload));
  const counts: readonly (readonly [string, number])[] = [
    ['rows read', report.rows],
    ['values', report.values],
    ...(dryRun
      ? []
      : ([
          ['stored', report.stored],
          ['duplicates', report.duplicates],
          ['superseded', report.superseded],
        ] as const)),
    ['rejected', report.rejected],
    ['missing', report.missing],
    ['repeated in the file', report.repeated],
    ['put together in a step', report.merged],
    ['left out: interpolated by the exporter', report.filled],
  ];
  const always = new Set(['rows read', 'values', 'stored', 'rejected']);
  const lines = counts
    .filter(([name, count]) => count > 0 || always.has(name))
    .map(([name, count]) => `  ${formatCount(count).padStart(10)} ${name}`);
  const step = report.values === 0 ? '' : `, every ${formatStep(report.step / SECOND)}`;
  const title = `${file.file} -> ${label}${step}${dryRun ? ' (dry run: nothing was stored)' : ''}`;
  const table =
    report.metrics.length === 0 ? '' : renderTable(metricTable([file]), context.terminal);
  return `${printable(title)}\n${lines.join('\n')}\n${table}${unitText(report)}${problemText(report)}`;
}

/** The unit of a known metric is declared, never guessed: percent in a ratio is for people to mend. */
function unitText({ metrics }: ImportReport): string {
  const lines = metrics
    .filter(({ outOfRange }) => outOfRange > 0)
    .map(({ metric, outOfRange }) => {
      const { unit, minimum, maximum } = metricDefinition(metric);
      return `  ${metric} is a ${unit} from ${minimum} to ${maximum}: ${formatCount(outOfRange)} values are not, and will not be used; scale them, or import them under another --metric\n`;
    });
  return lines.join('');
}

function problemText({ problems, rejected }: ImportReport): string {
  if (problems.length === 0) return '';
  const lines = problems.map(({ line, reason }) =>
    printable(line === 0 ? `  refused by the service: ${reason}` : `  line ${line}: ${reason}`),
  );
  const more = rejected - problems.length;
  return `${[...lines, ...(more > 0 ? [`  and ${formatCount(more)} more`] : [])].join('\n')}\n`;
}
