import type { IngestResponse } from '#contracts/http/ingest.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadFlags } from '../command-context.ts';
import { type Batch, type BatchBuilder, createBatchBuilder } from './batches.ts';
import { inferStep } from './infer-step.ts';
import { type ReadOptions, type Row, type RowProblem, readRows } from './read-rows.ts';

/** Sends a batch; undefined on a dry run, when nothing is sent. */
export type SendBatch = (batch: Batch) => Promise<IngestResponse | undefined>;

/** What an import found and did: nothing is left out silently. */
export interface ImportReport {
  readonly step: DurationMs;
  readonly rows: number;
  /** Rows that the exporter had interpolated. */
  readonly filled: number;
  /** Cells without a value. */
  readonly missing: number;
  /** Measurements repeated in the file. */
  readonly repeated: number;
  /** Measurements that were put together with others of their slot. */
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
  readonly metrics: readonly MetricReport[];
  readonly batches: number;
}

export interface MetricReport {
  readonly metric: string;
  readonly values: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** Steps between the first and the last without a value. */
  readonly gaps: number;
  /** Values that the metric's definition says cannot be: the file is in another unit. */
  readonly outOfRange: number;
}

export interface ImportOptions extends ReadOptions {
  readonly workload: WorkloadFlags;
  /** Without it: the median distance of the first 1,000 rows. */
  readonly step?: DurationMs | undefined;
  readonly send: SendBatch;
  /** Called now and then with the number of rows read. */
  readonly onRows?: (rows: number) => void;
}

const ROWS_TO_INFER_FROM = 1_000;
const MOST_PROBLEMS = 20;
const REPORT_EVERY_ROWS = 2_000;

/**
 * Reads a CSV stream and sends what it holds, batch by batch, in bounded memory.
 *
 * @throws {DomainError} `IMPORT_INVALID` when the header or the step cannot be understood; what the
 *   service throws
 */
export async function importFile(
  input: NodeJS.ReadableStream,
  options: ImportOptions,
): Promise<ImportReport> {
  const tally = new Tally();
  const waiting: Row[] = [];
  let builder: BatchBuilder | undefined;
  let step = options.step;

  const start = (): BatchBuilder | undefined => {
    const times = waiting.flatMap(({ measurements }) => measurements.map(({ at }) => at));
    if (times.length === 0) return undefined;
    step ??= inferStep(times);
    const started = createBatchBuilder(options.workload, step);
    for (const row of waiting.splice(0)) tally.add(row, started);
    return started;
  };

  for await (const row of readRows(input, options)) {
    if (builder) tally.add(row, builder);
    else if (row.measurements.length === 0) tally.add(row, undefined);
    else if (waiting.push(row) >= ROWS_TO_INFER_FROM) builder = start();
    if (builder) await sendAll(builder.takeFull(), options.send, tally);
    if (tally.rows % REPORT_EVERY_ROWS === 0) options.onRows?.(tally.rows);
  }
  builder ??= start();
  if (!builder || step === undefined) return tally.unread();
  await sendAll(builder.takeRest(), options.send, tally);
  return tally.report(builder, step);
}

async function sendAll(batches: readonly Batch[], send: SendBatch, tally: Tally): Promise<void> {
  for (const batch of batches) tally.answered(await send(batch));
}

/** Counts what comes by. */
class Tally {
  rows = 0;
  #filled = 0;
  #missing = 0;
  #repeated = 0;
  #rejected = 0;
  #stored = 0;
  #duplicates = 0;
  #superseded = 0;
  #batches = 0;
  readonly #problems: RowProblem[] = [];

  add(row: Row, builder: BatchBuilder | undefined): void {
    this.rows++;
    this.#missing += row.missing;
    if (row.filled) this.#filled++;
    this.#rejected += row.problems.length;
    this.#note(row.problems);
    for (const measurement of row.measurements) {
      if (builder?.add(measurement) === 'duplicate') this.#repeated++;
    }
  }

  answered(answer: IngestResponse | undefined): void {
    this.#batches++;
    if (!answer) return;
    this.#stored += answer.accepted;
    this.#duplicates += answer.duplicate;
    this.#superseded += answer.superseded;
    this.#rejected += answer.rejected;
    this.#note(
      answer.rejections.map(({ message, code }) => ({ line: 0, reason: `${message} (${code})` })),
    );
  }

  /** Nothing could be read: all there is to say is why. */
  unread(): ImportReport {
    return this.#report(new Map(), 0, durationMs(0));
  }

  report(builder: BatchBuilder, step: DurationMs): ImportReport {
    return this.#report(builder.metrics, builder.merged, step);
  }

  #note(problems: readonly RowProblem[]): void {
    this.#problems.push(...problems.slice(0, MOST_PROBLEMS - this.#problems.length));
  }

  #report(summaries: BatchBuilder['metrics'], merged: number, step: DurationMs): ImportReport {
    const metrics = [...summaries].map(([metric, { values, first, last, outOfRange }]) => ({
      metric,
      values,
      first: epochMs(first),
      last: epochMs(last),
      outOfRange,
      gaps: Math.max((last - first) / step + 1 - values, 0),
    }));
    return {
      step,
      rows: this.rows,
      filled: this.#filled,
      missing: this.#missing,
      repeated: this.#repeated,
      merged,
      values: metrics.reduce((sum, { values }) => sum + values, 0),
      stored: this.#stored,
      duplicates: this.#duplicates,
      superseded: this.#superseded,
      rejected: this.#rejected,
      problems: this.#problems,
      metrics,
      batches: this.#batches,
    };
  }
}
