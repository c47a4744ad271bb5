import type { IngestResponse } from '#contracts/http/ingest.ts';
import { type CsvForm, type CsvOptions, readCsv } from '#core/csv/read-csv.ts';
import type { CsvSeries } from '#core/csv/series-index.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadFlags } from '../command-context.ts';
import { type Batch, type BatchBuilder, createBatchBuilder } from './batches.ts';
import { inferStep } from './infer-step.ts';
import { createProblemList, type RowProblem } from './problem-list.ts';
import { createSender } from './sender.ts';

/** Sends a batch; undefined on a dry run, when nothing is sent. */
export type SendBatch = (batch: Batch) => Promise<IngestResponse | undefined>;

/** What an import found and did: nothing is left out silently. */
export interface ImportReport {
  /** How the file was understood. */
  readonly form: CsvForm;
  readonly step: DurationMs;
  readonly rows: number;
  /** Rows that the exporter had interpolated. */
  readonly filled: number;
  /** Cells without a value. */
  readonly missing: number;
  /** Values that repeated a moment of their series. */
  readonly repeated: number;
  /** Values that were put together with others of their slot. */
  readonly merged: number;
  /** Values on the grid. */
  readonly values: number;
  /** What the service made of them; all 0 on a dry run. */
  readonly stored: number;
  readonly duplicates: number;
  readonly superseded: number;
  readonly rejected: number;
  /** Of the file and of the service: the first 20. */
  readonly problems: readonly RowProblem[];
  readonly series: readonly SeriesReport[];
  readonly batches: number;
}

export interface SeriesReport {
  readonly workload: WorkloadFlags;
  readonly instance: string | undefined;
  readonly metric: string;
  readonly values: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** Steps between the first and the last without a value. */
  readonly gaps: number;
  readonly smallest: number;
  readonly largest: number;
  /** Values that the metric's definition says cannot be: the file is in another unit. */
  readonly outOfRange: number;
}

export interface ImportOptions extends Omit<CsvOptions, 'step'> {
  /** The workload that a series is stored under. */
  readonly workloadOf: (series: CsvSeries) => WorkloadFlags;
  /** Without it: the median distance of the first rows. */
  readonly step?: DurationMs | undefined;
  readonly send: SendBatch;
  /** Called now and then with the number of values read. */
  readonly onValues?: (values: number) => void;
}

/** Values from which the step is told; more only where no series has two times among them. */
const VALUES_TO_INFER_FROM = 1_000;
const MOST_VALUES_TO_INFER_FROM = 500_000;

interface Waiting {
  readonly series: CsvSeries;
  readonly at: EpochMs;
  readonly value: number;
}

/**
 * Reads a CSV stream and sends what it holds, batch by batch, in bounded memory.
 *
 * @throws {DomainError} `IMPORT_INVALID` when the form or the step cannot be understood; what the
 *   service throws
 */
export async function importFile(
  input: AsyncIterable<Uint8Array | string>,
  options: ImportOptions,
): Promise<ImportReport> {
  const problems = createProblemList();
  const sender = createSender(options.send);
  const waiting: Waiting[] = [];
  let builder: BatchBuilder | undefined;
  let { step } = options;
  let values = 0;
  let next = VALUES_TO_INFER_FROM;

  const start = (): BatchBuilder => {
    step ??= inferStep(timesOfLongest(waiting));
    const started = createBatchBuilder({ step, workloadOf: options.workloadOf });
    for (const { series, at, value } of waiting.splice(0)) started.add(series, at, value);
    return started;
  };

  const summary = await readCsv(input, options, {
    value(series, at, value) {
      values++;
      if (builder) builder.add(series, at, value);
      else if (waiting.push({ series, at, value }) >= next) {
        const isEnough = step !== undefined || timesOfLongest(waiting).length > 1;
        if (isEnough || next >= MOST_VALUES_TO_INFER_FROM) builder = start();
        else next *= 2;
      }
    },
    problem: (line, reason) => problems.add({ line, reason }),
    async afterPiece() {
      for (const batch of builder?.takeFull() ?? []) await sender.send(batch);
      options.onValues?.(values);
    },
  });
  if (waiting.length > 0) builder = start();
  for (const batch of builder?.takeRest() ?? []) await sender.send(batch);
  const sent = await sender.finish();
  for (const { message, code } of sent.rejections) {
    problems.note({ line: 0, reason: `${message} (${code})` });
  }
  const series = builder === undefined || step === undefined ? [] : seriesOf(builder, step);
  return {
    ...summary,
    ...sent.counts,
    step: step ?? durationMs(0),
    repeated: builder?.repeated ?? 0,
    merged: builder?.merged ?? 0,
    values: series.reduce((sum, each) => sum + each.values, 0),
    rejected: problems.count + sent.counts.rejected,
    problems: problems.first,
    series,
  };
}

/** Times of the series that has the most: those of several would be nearer than any of them is. */
function timesOfLongest(waiting: readonly Waiting[]): readonly EpochMs[] {
  const times = new Map<CsvSeries, Set<EpochMs>>();
  for (const { series, at } of waiting) {
    const own = times.get(series) ?? new Set<EpochMs>();
    times.set(series, own.add(at));
  }
  let longest = new Set<EpochMs>();
  for (const own of times.values()) if (own.size > longest.size) longest = own;
  return [...longest];
}

function seriesOf(builder: BatchBuilder, step: DurationMs): readonly SeriesReport[] {
  return [...builder.summaries].map(({ first, last, values, ...summary }) => ({
    ...summary,
    values,
    first: epochMs(first),
    last: epochMs(last),
    gaps: Math.max((last - first) / step + 1 - values, 0),
  }));
}
