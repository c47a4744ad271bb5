import { type ErrorCode, isDomainError } from '#core/errors.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import type { FittedForecaster, History, ModelState } from '#core/forecast/forecaster.ts';
import { seededRandom } from '#core/math/random.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';
import { addMs, DAY, type EpochMs, floorTo, HOUR } from '#core/time.ts';
import { type CellForecasts, cellsOf, noForecasts, offsetsOf } from './cells.ts';
import { type LineUpToRun, lineUpsToRun } from './models.ts';
import type { BenchmarkCutoff, BenchmarkSeries } from './protocol.ts';
import { type Refusal, type ServedLineUp, trainServed } from './train-served.ts';

/** How every series is forecast. */
export interface RunSettings {
  /** Rows of the table. */
  readonly models: readonly string[];
  readonly slowOnly: boolean;
  /** Hours between training and cutoff; null: trained at the last midnight UTC before it. */
  readonly modelAgeHours: number | null;
  readonly seed: number;
}

/** What came of one series. */
export interface SeriesRun {
  readonly seriesId: string;
  readonly forecasts: ReadonlyMap<string, CellForecasts>;
  /** Milliseconds of each fit on the whole history, by model. */
  readonly fitMs: ReadonlyMap<string, readonly number[]>;
  /** Milliseconds of each update and forecast, by model. */
  readonly predictMs: ReadonlyMap<string, readonly number[]>;
  /** Milliseconds of each training of a whole line-up. */
  readonly trainingMs: readonly number[];
  /** A row a model and cutoff without a forecast. */
  readonly failures: readonly { readonly model: string; readonly refusal: Refusal }[];
}

/** The band that is scored, and its middle. */
const QUANTILES = [0.1, 0.5, 0.9];

/**
 * Forecasts one series at each of its cutoffs as it would have been in service: trained on what was
 * known some hours before (at the last midnight, when trainings run), moved forward by `update` over
 * the values up to the cutoff, then asked for point and band. Parts of the series are handed out as
 * copies, so no model can see what follows.
 *
 * @param pool - state of the model that was learned from other series, if there is one
 */
export async function forecastSeries(
  subject: BenchmarkSeries,
  settings: RunSettings,
  pool: ModelState | null,
): Promise<SeriesRun> {
  const run = emptyRun(subject, settings);
  const offsets = offsetsOf(subject);
  const trained = new Map<string, Promise<ServedLineUp | Refusal>>();
  for (const [k, cutoff] of subject.cutoffs.entries()) {
    if (settings.slowOnly && !cutoff.isSlow) continue;
    for (const lineUp of lineUpsToRun(subject.series.step, settings.models, {
      isSlow: cutoff.isSlow,
      slowOnly: settings.slowOnly,
    })) {
      const until = trainedUntil(subject.series, cutoff, settings.modelAgeHours);
      // Cutoffs of one day share the night before.
      const key = `${until} ${lineUp.members.join()}`;
      const training =
        trained.get(key) ?? train(run, subject.series, until, lineUp, settings, pool);
      trained.set(key, training);
      const served = await training;
      for (const model of lineUp.wanted) {
        predict(run, served, model, subject.series, cutoff, offsets[k]!);
      }
    }
  }
  return run;
}

function emptyRun(subject: BenchmarkSeries, { models }: RunSettings) {
  const cells = cellsOf(subject);
  return {
    seriesId: subject.series.id,
    forecasts: new Map(models.map((model) => [model, noForecasts(cells)])),
    fitMs: new Map<string, number[]>(),
    predictMs: new Map<string, number[]>(),
    trainingMs: [] as number[],
    failures: [] as { model: string; refusal: Refusal }[],
  };
}

type Run = ReturnType<typeof emptyRun>;

/** The newest value that the training before a cutoff knows. */
export function trainedUntil(
  { step }: Pick<Series, 'step'>,
  { at }: Pick<BenchmarkCutoff, 'at'>,
  modelAgeHours: number | null,
): EpochMs {
  if (modelAgeHours !== null) return addMs(at, HOUR, -modelAgeHours);
  // Strictly before: at a cutoff at midnight the training of that night has not run yet.
  return floorTo(addMs(at, step, -1), DAY);
}

async function train(
  run: Run,
  series: Series,
  until: EpochMs,
  lineUp: LineUpToRun,
  { seed }: RunSettings,
  pool: ModelState | null,
): Promise<ServedLineUp | Refusal> {
  const history = partOf(series, -Infinity, until);
  const started = performance.now();
  try {
    const plan = planBacktest(history.target.values.length, series.step);
    const random = seededRandom(seed, `${series.id} ${until}`);
    const served = await trainServed(history, lineUp, plan, { random, pool });
    run.trainingMs.push(performance.now() - started);
    for (const [name, ms] of served.fitMs) note(run.fitMs, name, ms);
    return served;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The values after one moment, up to and including another, as a copy. */
function partOf(series: Series, after: number, until: EpochMs): History {
  const indexOf = (at: number) => Math.floor((at - series.start) / series.step);
  const from = Math.max(0, indexOf(after) + 1);
  return { target: sliceSeries(series, from, Math.max(from, indexOf(until) + 1)) };
}

function predict(
  run: Run,
  served: ServedLineUp | Refusal,
  model: string,
  series: Series,
  { at, horizon }: BenchmarkCutoff,
  offset: number,
): void {
  const fitted = 'code' in served ? served : served.models.get(model);
  if (fitted === undefined) throw new RangeError(`${model} was not trained`);
  if ('code' in fitted) {
    run.failures.push({ model, refusal: fitted });
    return;
  }
  const next = partOf(series, fitted.cutoff, at);
  const started = performance.now();
  try {
    const { point, lower, upper } = forecast(fitted, next, horizon);
    note(run.predictMs, model, performance.now() - started);
    const target = run.forecasts.get(model);
    target?.point.set(point, offset);
    if (lower) target?.lower.set(lower, offset);
    if (upper) target?.upper.set(upper, offset);
  } catch (error) {
    run.failures.push({ model, refusal: refusalOf(error) });
  }
}

function forecast(fitted: FittedForecaster, next: History, horizon: number) {
  const updated = next.target.values.length > 0 ? fitted.update(next) : fitted;
  try {
    const { point, quantiles } = updated.predict({ horizon, quantiles: QUANTILES });
    const [low, , high] = quantiles;
    return { point, lower: low?.values, upper: high?.values };
  } catch (error) {
    // Too few errors yet for a band: the points are an answer all the same.
    if (!isDomainError(error, 'QUANTILES_UNSUPPORTED')) throw error;
    return { point: updated.predict({ horizon }).point };
  }
}

function refusalOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (!isDomainError(error)) throw error;
  return { code: error.code, message: error.message };
}

function note(times: Map<string, number[]>, name: string, ms: number): void {
  times.set(name, [...(times.get(name) ?? []), ms]);
}
