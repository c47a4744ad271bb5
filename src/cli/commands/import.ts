import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { ColumnMapping } from '#core/csv/column-mapping.ts';
import type { DecimalMark } from '#core/csv/decimal.ts';
import type { Delimiter } from '#core/csv/dialect.ts';
import { metricOfExport } from '#core/csv/export-names.ts';
import type { TimeFormat } from '#core/csv/time-format.ts';
import { DomainError } from '#core/errors.ts';
import { findTimeZone } from '#core/series/time-zone.ts';
import { durationMs, type EpochMs, SECOND } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { EXIT_INSUFFICIENT } from '../failure.ts';
import { foreignError } from '../foreign-error.ts';
import { type ImportReport, importFile } from '../import/import-file.ts';
import { type FileReport, showImport } from '../import/show-import.ts';
import { startProgress } from '../render/progress.ts';

export interface ImportFlags extends WorkloadFlags {
  readonly metric?: string;
  /** Seconds. */
  readonly step?: number;
  readonly zone?: string;
  readonly start?: EpochMs;
  readonly dateFormat?: TimeFormat;
  readonly timeColumn?: string;
  readonly delimiter?: Delimiter;
  readonly decimal?: DecimalMark;
  readonly map?: readonly ColumnMapping[];
  readonly skip?: readonly string[];
  readonly dryRun?: boolean;
}

const DEFAULT_NAMESPACE = 'imported';
/** Bytes read at a time. */
const PIECE_BYTES = 65_536;

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
  showImport(context, reports, flags.dryRun === true);
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
  const defaults = { namespace: DEFAULT_NAMESPACE, deployment: deploymentOf(file) };
  const stream = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const progress = startProgress(environment, { total: size, title: basename(file), quiet });
  const { step, ...others } = flags;
  try {
    const report = await importFile(stream, {
      ...others,
      metric: flags.metric ?? metricOfExport(basename(file)),
      ...(step !== undefined && { step: durationMs(step * SECOND) }),
      workloadOf: ({ workload }) => ({ ...defaults, ...workload, ...workloadOf(flags) }),
      send: async (batch) => client?.call('ingest', { body: batch }),
      onValues: (values) => progress.update(stream.bytesRead, `${formatCount(values)} values`),
    });
    return { file, report, workload: { ...defaults, ...workloadOf(flags) } };
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
    .replace(/\.(csv|tsv|txt)$/i, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 128);
  const trimmed = name.replace(/^[._-]+|[._-]+$/g, '');
  return trimmed === '' ? 'import' : trimmed;
}
