import { Worker } from 'node:worker_threads';
import type { ModelState } from '#core/forecast/forecaster.ts';
import type { Series } from '#core/series/series.ts';
import { forecastSeries, type RunSettings, type SeriesRun } from './forecast-series.ts';

import { trainPool } from './pools.ts';
import type { BenchmarkSeries } from './protocol.ts';

/** One piece of the benchmark: what a thread is given. All of it can be copied into another. */
export type Job =
  | { readonly kind: 'pool'; readonly series: readonly Series[]; readonly seed: number }
  | {
      readonly kind: 'series';
      readonly subject: BenchmarkSeries;
      readonly settings: RunSettings;
      readonly pool: ModelState | null;
    };

export type Outcome =
  | { readonly kind: 'pool'; readonly state: ModelState | null }
  | { readonly kind: 'series'; readonly run: SeriesRun };

/** What a thread answers. */
export type Reply =
  | { readonly ok: true; readonly outcome: Outcome }
  | { readonly ok: false; readonly message: string };

/** Does one piece of work, in whatever thread this is. */
export async function runJob(job: Job): Promise<Outcome> {
  if (job.kind === 'pool') return { kind: 'pool', state: await trainPool(job.series, job.seed) };
  return { kind: 'series', run: await forecastSeries(job.subject, job.settings, job.pool) };
}

export interface RunJobsOptions {
  /** 0: everything in this thread. */
  readonly threads: number;
  readonly onDone?: (job: Job) => void;
}

/**
 * Does all work, some of it side by side. The answers are in the order of the jobs and, times apart,
 * do not depend on the number of threads: a job knows nothing of the others.
 *
 * @throws {Error} the first fault of a job; the others are stopped
 */
export async function runJobs(
  jobs: readonly Job[],
  { threads, onDone }: RunJobsOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (run: (job: Job) => Promise<Outcome>) => {
    for (let i = next++; i < jobs.length; i = next++) {
      const job = jobs[i]!;
      outcomes[i] = await run(job);
      onDone?.(job);
    }
  };
  if (threads === 0) {
    await work(runJob);
    return outcomes;
  }
  const seats = Array.from({ length: Math.min(threads, jobs.length) }, startThread);
  try {
    await Promise.all(seats.map(({ run }) => work(run)));
  } finally {
    await Promise.all(seats.map(({ close }) => close()));
  }
  return outcomes;
}

/** A thread that does one job at a time. */
function startThread() {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url));
  let waiting: { resolve: (outcome: Outcome) => void; reject: (error: Error) => void } | undefined;
  worker.on('message', (reply: Reply) => {
    if (reply.ok) waiting?.resolve(reply.outcome);
    else waiting?.reject(new Error(reply.message));
  });
  worker.on('error', (error) => waiting?.reject(error));
  worker.on('exit', (code) => waiting?.reject(new Error(`a thread ended with code ${code}`)));
  const run = (job: Job) =>
    new Promise<Outcome>((resolve, reject) => {
      waiting = { resolve, reject };
      worker.postMessage(job);
    });
  return { run, close: () => worker.terminate() };
}
