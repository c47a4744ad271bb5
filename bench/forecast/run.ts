import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TextSink } from '#cli/environment.ts';
import { startProgress } from '#cli/render/progress.ts';
import { DomainError } from '#core/errors.ts';
import type { ModelState } from '#core/forecast/forecaster.ts';
import { cellsOf } from './cells.ts';
import { exchangeCsv, readExchange } from './exchange.ts';
import type { RunSettings, SeriesRun } from './forecast-series.ts';
import { type Job, type Outcome, runJobs } from './jobs.ts';
import { chooseModels, needsPool, POOLED, REFERENCE } from './models.ts';
import { groupOf } from './pools.ts';
import { type BenchmarkSet, loadFolder } from './protocol.ts';
import { type ModelResult, makeReport } from './report.ts';
import type { BenchmarkReport, ModelReport } from './report-schema.ts';

/** What a run of the benchmark is asked for. */
export interface BenchmarkOptions {
  /** Folder of the series. */
  readonly data: string;
  /** Models to run besides `naive`; all that are fast unless given. */
  readonly models?: readonly string[];
  /** Folder for the forecasts of every model, a file each in the exchange form. */
  readonly out?: string;
  /** Files of that form to score beside them. */
  readonly compare?: readonly string[];
  readonly slowOnly?: boolean;
  /** Threads; 0: everything in this one. */
  readonly workers?: number;
  readonly seed?: number;
  /** Hours between training and cutoff; the last midnight UTC before it unless given. */
  readonly modelAgeHours?: number;
  /** The model whose times are 1; `naive` unless given. */
  readonly timeReference?: string;
  readonly draws?: number;
}

const DEFAULT_WORKERS = 2;
const DEFAULT_SEED = 1;
const DEFAULT_DRAWS = 2_000;
const INTERVAL_LEVEL = 0.9;

/**
 * Runs the forecasting benchmark: every model at every cutoff of a folder, scored beside naive on the
 * same cells. Times apart, the report depends on the options alone, not on the number of workers.
 *
 * @param progress - where progress is shown, on a terminal
 * @throws {DomainError} `IMPORT_INVALID` when a file cannot be used, `MODEL_UNKNOWN`, `CONFIG_INVALID`
 */
export async function runForecastBenchmark(
  options: BenchmarkOptions,
  progress: TextSink,
): Promise<BenchmarkReport> {
  const { seed = DEFAULT_SEED, slowOnly = false, timeReference = REFERENCE } = options;
  const set = loadFolder(options.data);
  const models = chooseModels(set.track.step, options.models);
  if (!models.includes(timeReference)) {
    throw new DomainError('CONFIG_INVALID', `${timeReference} is not among the models to run`, {
      option: 'reference',
      known: models,
    });
  }
  const cells = set.series.map((each) => cellsOf(each, { slowOnly }));
  const files = (options.compare ?? []).map((path) => ({
    name: basename(path, '.csv'),
    forecasts: readExchange(path, cells),
  }));
  checkNames([...models, ...files.map(({ name }) => name)]);
  const modelAgeHours = options.modelAgeHours ?? null;
  const settings: RunSettings = { models, slowOnly, modelAgeHours, seed };
  const runs = await forecastAll(set, settings, options.workers ?? DEFAULT_WORKERS, progress);
  const results = models.map((name) => resultOf(name, runs));
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    for (const { name, forecasts } of results) {
      writeFileSync(join(options.out, `${name}.csv`), exchangeCsv(cells, forecasts));
    }
  }
  return makeReport({
    name: set.name,
    track: set.track,
    cells,
    results: [
      ...results,
      ...files.map((file) => ({
        ...file,
        origin: 'file' as const,
        fitMs: [],
        predictMs: [],
        failures: [],
      })),
    ],
    trainingMs: runs.flatMap(({ trainingMs }) => trainingMs),
    slowOnly,
    settings: {
      seed,
      model_age_hours: modelAgeHours,
      bootstrap_draws: options.draws ?? DEFAULT_DRAWS,
      bootstrap_level: INTERVAL_LEVEL,
      time_reference: timeReference,
    },
  });
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new DomainError('CONFIG_INVALID', `two rows would be called ${twice}: rename the file`, {
    option: 'compare',
  });
}

/** Pools first, each from the series of the other groups, then series by series. */
async function forecastAll(
  set: BenchmarkSet,
  settings: RunSettings,
  threads: number,
  sink: TextSink,
): Promise<readonly SeriesRun[]> {
  const groups = needsPool(set.track.step, settings.models) ? groupsOf(set) : [];
  const poolJobs = groups.map(
    (group): Job => ({
      kind: 'pool',
      series: set.series.map(({ series }) => series).filter(({ id }) => groupOf(id) !== group),
      seed: settings.seed,
    }),
  );
  const progress = startProgress(
    { stderr: sink },
    { total: poolJobs.length + set.series.length, title: 'forecasting', quiet: false },
  );
  let done = 0;
  const onDone = (job: Job) =>
    progress.update(++done, job.kind === 'pool' ? POOLED : job.subject.series.id);
  try {
    const pools = (await runJobs(poolJobs, { threads, onDone })).flatMap(stateOf);
    const poolOf = (id: string) => pools[groups.indexOf(groupOf(id))] ?? null;
    const jobs = set.series.map(
      (subject): Job => ({ kind: 'series', subject, settings, pool: poolOf(subject.series.id) }),
    );
    return (await runJobs(jobs, { threads, onDone })).flatMap(runOf);
  } finally {
    progress.stop();
  }
}

function groupsOf(set: BenchmarkSet): readonly string[] {
  return [...new Set(set.series.map(({ series }) => groupOf(series.id)))];
}

function stateOf(outcome: Outcome): readonly (ModelState | null)[] {
  return outcome.kind === 'pool' ? [outcome.state] : [];
}

function runOf(outcome: Outcome): readonly SeriesRun[] {
  return outcome.kind === 'series' ? [outcome.run] : [];
}

function resultOf(name: string, runs: readonly SeriesRun[]): ModelResult {
  return {
    name,
    origin: 'helios',
    forecasts: new Map(
      runs.flatMap(({ seriesId, forecasts }) => {
        const own = forecasts.get(name);
        return own ? [[seriesId, own] as const] : [];
      }),
    ),
    fitMs: runs.flatMap(({ fitMs }) => fitMs.get(name) ?? []),
    predictMs: runs.flatMap(({ predictMs }) => predictMs.get(name) ?? []),
    failures: failuresOf(name, runs),
  };
}

function failuresOf(name: string, runs: readonly SeriesRun[]): ModelReport['failures'] {
  const byCode = new Map<string, ModelReport['failures'][number]>();
  for (const { model, refusal } of runs.flatMap(({ failures }) => failures)) {
    if (model !== name) continue;
    const cutoffs = (byCode.get(refusal.code)?.cutoffs ?? 0) + 1;
    byCode.set(refusal.code, { ...refusal, cutoffs });
  }
  return [...byCode.values()];
}
