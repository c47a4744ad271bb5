import { casesIn } from '#core/evaluate/metrics.ts';
import { mean, median } from '#core/math/statistics.ts';
import { durationMs, HOUR } from '#core/time.ts';
import type { Cells } from './cells.ts';
import type { ForecastsBySeries } from './exchange.ts';
import { REFERENCE, SERVED } from './models.ts';
import { comparisonsWith, type RatioColumns, ratioColumns, shareWon, summarise } from './ratios.ts';
import type { BenchmarkReport, ModelReport } from './report-schema.ts';
import {
  absoluteLoss,
  bandCoverage,
  type Loss,
  pathError,
  quantileLoss,
  seriesMeasures,
} from './score.ts';
import { shortDuration, type Track } from './track.ts';

/** One model's forecasts of every series, with what else is known of it. */
export interface ModelResult {
  readonly name: string;
  readonly origin: ModelReport['origin'];
  readonly forecasts: ForecastsBySeries;
  readonly fitMs: readonly number[];
  readonly predictMs: readonly number[];
  readonly failures: ModelReport['failures'];
}

export interface ReportInput {
  /** Of the data. */
  readonly name: string;
  readonly track: Track;
  readonly cells: readonly Cells[];
  /** The reference among them. */
  readonly results: readonly ModelResult[];
  readonly trainingMs: readonly number[];
  readonly slowOnly: boolean;
  readonly settings: BenchmarkReport['settings'];
}

/** The share of actuals that the scored band is made for. */
const BAND_LEVEL = 0.8;

/** A model with its losses, an array a series. */
interface Judged extends ModelResult {
  readonly absolute: readonly Float64Array[];
  readonly quantile: readonly Float64Array[];
  readonly againstNaive: RatioColumns;
  /** Cells with an actual and a forecast. */
  readonly scored: number;
}

/**
 * Scores all forecasts; everything that is printed is made of the answer.
 *
 * @throws {RangeError} without the reference, or without the model whose times are 1
 */
export function makeReport(input: ReportInput): BenchmarkReport {
  const { cells, track, settings, trainingMs } = input;
  const judged = judge(input);
  const best = bestOf(judged);
  const clock = find(judged, settings.time_reference);
  return {
    kind: 'forecast-benchmark',
    version: 1,
    data: {
      name: input.name,
      track: track.name,
      step_seconds: track.step / 1_000,
      series: cells.length,
      cutoffs: cells
        .flatMap(({ cutoffs }) => cutoffs)
        .filter(({ isSlow }) => isSlow || !input.slowOnly).length,
      cells: cells.reduce((sum, { actuals }) => sum + casesIn(actuals), 0),
      slow_only: input.slowOnly,
    },
    settings,
    buckets: track.buckets.map(({ fromStep, toStep }) => ({
      from_step: fromStep,
      to_step: toStep,
      label: shortDuration(durationMs(toStep * track.step)),
    })),
    models: judged.map((model) =>
      modelReport(input, model, [find(judged, REFERENCE), best], clock),
    ),
    training: {
      trainings: trainingMs.length,
      median_ms: orNull(median(trainingMs)),
      max_ms: trainingMs.length === 0 ? null : Math.max(...trainingMs),
    },
    series: cells.map((_, i) => seriesReport(input, judged, i)),
  };
}

function judge({ cells, results, track }: ReportInput): readonly Judged[] {
  const lossesOf = (result: ModelResult, loss: Loss) =>
    cells.map((own) => loss(own, forecastsOf(result, own)));
  const reference = lossesOf(find(results, REFERENCE), absoluteLoss);
  return results.map((result) => {
    const absolute = lossesOf(result, absoluteLoss);
    return {
      ...result,
      absolute,
      quantile: lossesOf(result, quantileLoss),
      againstNaive: ratioColumns(cells, absolute, reference, track),
      scored: absolute.reduce((sum, losses) => sum + casesIn(losses), 0),
    };
  });
}

function find<T extends { readonly name: string }>(models: readonly T[], name: string): T {
  const found = models.find((model) => model.name === name);
  if (!found) throw new RangeError(`${name} is not among the models`);
  return found;
}

function forecastsOf({ forecasts, name }: ModelResult, { seriesId }: Cells) {
  const own = forecasts.get(seriesId);
  if (!own) throw new RangeError(`${name} has no forecasts of ${seriesId}`);
  return own;
}

/** What is served unasked; without it the best of our own models on the most cells. */
function bestOf(judged: readonly Judged[]): Judged {
  const served = judged.find(({ name }) => name === SERVED);
  if (served) return served;
  const own = judged.filter(({ origin }) => origin === 'helios');
  const most = Math.max(...own.map(({ scored }) => scored));
  const complete = own.filter(({ scored }) => scored === most);
  const score = ({ againstNaive }: Judged) => summarise(againstNaive).all ?? Infinity;
  return complete.reduce((best, model) => (score(model) < score(best) ? model : best));
}

function modelReport(
  input: ReportInput,
  model: Judged,
  [reference, best]: readonly [Judged, Judged],
  clock: Judged,
): ModelReport {
  const { cells, track, settings } = input;
  const columnsAgainst = (other: Judged) =>
    ratioColumns(cells, model.absolute, other.absolute, track);
  const bootstrap = {
    draws: settings.bootstrap_draws,
    seed: settings.seed,
    level: settings.bootstrap_level,
  };
  const others = [...new Set([reference, best])].filter((other) => other !== model);
  const measures = cells.map((own) => seriesMeasures(own, forecastsOf(model, own)));
  return {
    name: model.name,
    origin: model.origin,
    cells: model.scored,
    rmae: summarise(model.againstNaive),
    rcrps: summarise(ratioColumns(cells, model.quantile, reference.quantile, track)),
    mase_step: meanOf(measures.map(({ maseStep }) => maseStep)),
    mase_day: meanOf(measures.map(({ maseDay }) => maseDay)),
    smape: meanOf(measures.map(({ smape }) => smape)),
    won: shareWon(model.againstNaive),
    coverage: track.buckets.map((bucket) => {
      const shares = cells.map((own) => bandCoverage(own, forecastsOf(model, own), bucket));
      const misses = shares.map((share) => (share === null ? null : Math.abs(share - BAND_LEVEL)));
      return { coverage: meanOf(shares), miss: meanOf(misses) };
    }),
    time: timesOf(model, clock),
    comparisons: others.flatMap((other) => [
      ...comparisonsWith(other.name, columnsAgainst(other), bootstrap),
    ]),
    failures: [...model.failures],
  };
}

function timesOf(model: ModelResult, clock: ModelResult): ModelReport['time'] {
  const fitMs = orNull(median(model.fitMs));
  const predictMs = orNull(median(model.predictMs));
  const ratio = (ms: number | null, reference: number) =>
    ms !== null && reference > 0 ? ms / reference : null;
  return {
    fit_ms: fitMs,
    fit_ratio: ratio(fitMs, median(clock.fitMs)),
    predict_ms: predictMs,
    predict_ratio: ratio(predictMs, median(clock.predictMs)),
  };
}

/** The last steps of the paths that are judged: up to 5, 15 and 30 minutes, or each hourly bucket. */
function pathsOf({ step, buckets }: Track): readonly number[] {
  return step < HOUR
    ? buckets.slice(0, 3).map(({ toStep }) => toStep)
    : buckets.map(({ toStep }) => toStep);
}

function seriesReport(
  { cells, track }: ReportInput,
  judged: readonly Judged[],
  series: number,
): BenchmarkReport['series'][number] {
  const own = cells[series]!;
  return {
    series: own.seriesId,
    models: judged.map((model) => {
      const log = model.againstNaive.pooled[series]!;
      return {
        name: model.name,
        rmae: Number.isNaN(log) ? null : Math.exp(log),
        paths: pathsOf(track).map((toStep) => {
          const path = pathError(own, forecastsOf(model, own), toStep);
          return { to_step: path.toStep, mae: path.mae, r2: path.r2 };
        }),
      };
    }),
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  return orNull(mean(values.map((value) => value ?? Number.NaN)));
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
