import type { Command } from 'commander';
import type { PredictResponse } from '#contracts/http/predict.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, durationMs, toIso } from '#core/time.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { batchText, horizonsTable } from '../render/batch-report.ts';
import { type ChartPoint, renderChart } from '../render/chart.ts';
import { explainedTable, forecastText, scaleOf } from '../render/forecast-report.ts';
import { momentOf } from '../render/time.ts';

export interface PredictFlags extends WorkloadFlags {
  readonly metric?: string;
  readonly metrics?: readonly string[];
  readonly periods?: number;
  readonly model?: string;
  readonly level?: number;
  readonly horizons?: readonly number[];
  readonly byHour?: boolean;
  readonly explain?: boolean;
  readonly chart: boolean;
}

/** The grid of `--by-hour`, and how far its models reach: 30 days. */
const HOUR_SECONDS = 3_600;
const MOST_HOURS = 720;

/** Minutes ahead of `--metrics` unless said otherwise; on the grid, and by the hour. */
const DEFAULT_HORIZONS = { grid: [5, 15, 30], hourly: [60, 360, 1_440] } as const;

/** Forecasts one metric, or several at once, and says how well the models have done before. */
export async function predict(
  context: CommandContext,
  positional: string | undefined,
  flags: PredictFlags,
  command: Command,
): Promise<number> {
  if (flags.byHour && (flags.periods ?? 1) > MOST_HOURS) {
    const message = `error: --by-hour reaches ${MOST_HOURS} periods, which are 30 days, got ${flags.periods}`;
    command.error(message, { exitCode: 2 });
  }
  const metric = metricOf(positional, flags, command);
  return metric === undefined
    ? predictMany(context, flags.metrics ?? [], flags)
    : predictOne(context, metric, flags);
}

/** The one metric that is named; undefined where `--metrics` names several. */
function metricOf(
  positional: string | undefined,
  flags: PredictFlags,
  command: Command,
): string | undefined {
  const named = [...new Set([positional, flags.metric].flatMap((name) => name ?? []))];
  const fail = (message: string) => command.error(`error: ${message}`, { exitCode: 2 });
  if (flags.metrics !== undefined) {
    if (named.length > 0) fail(`--metrics names them all: leave ${named.join(', ')} out`);
    return undefined;
  }
  if (named.length > 1) fail(`two metrics are named, ${named.join(' and ')}: name one`);
  const [metric] = named;
  if (metric === undefined) fail('missing metric: name it as in `helios predict cpu`');
  return metric;
}

function requestOf(flags: PredictFlags) {
  return {
    ...workloadOf(flags),
    ...(flags.periods !== undefined && { periods: flags.periods }),
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.level !== undefined && { levels: [flags.level] }),
    ...(flags.horizons !== undefined && { horizons_minutes: flags.horizons }),
    ...(flags.byHour && { step_seconds: HOUR_SECONDS }),
    ...(flags.explain && { explain: true }),
  };
}

async function predictOne(
  context: CommandContext,
  metric: string,
  flags: PredictFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const forecast = await client.call('predict', { body: { ...requestOf(flags), metric } });
    const wantsChart = flags.chart && context.settings.output.value === 'table';
    const history = wantsChart ? await recentHistory(context, client, forecast) : [];
    show(context, forecast, history, { wantsChart, isExplained: flags.explain === true });
    return 0;
  });
}

/** Many metrics at a few horizons in one call; metrics without an answer are named in warnings. */
async function predictMany(
  context: CommandContext,
  metrics: readonly string[],
  flags: PredictFlags,
): Promise<number> {
  const horizons = flags.horizons ?? DEFAULT_HORIZONS[flags.byHour ? 'hourly' : 'grid'];
  const body = { ...requestOf(flags), metrics, horizons_minutes: horizons };
  return context.withSession(async ({ client }) => {
    const answer = await client.call('predictBatch', { body });
    for (const [metric, { code, message }] of Object.entries(answer.errors)) {
      context.messages.warn(`${metric} has no answer: ${message} (${code})`);
    }
    const { terminal, time } = context;
    context.print({
      data: answer,
      table: horizonsTable(answer, time),
      text: () =>
        batchText(answer, { terminal, time, horizons, isExplained: flags.explain === true }),
    });
    return 0;
  });
}

function show(
  context: CommandContext,
  forecast: PredictResponse,
  history: readonly ChartPoint[],
  { wantsChart, isExplained }: { readonly wantsChart: boolean; readonly isExplained: boolean },
): void {
  const { terminal, time } = context;
  const seen = history.flatMap(({ value }) => (value === null ? [] : [value]));
  const scale = scaleOf(forecast, seen);
  context.print({
    data: forecast,
    table: explainedTable(forecast, scale, time),
    text: () => {
      const points = forecast.predictions.map(({ timestamp, value, lower_bound, upper_bound }) => ({
        at: momentOf(timestamp),
        value,
        lower: lower_bound,
        upper: upper_bound,
      }));
      const isStale = forecast.reasons.some(({ code }) => code === 'DATA_STALE');
      const mark = isStale ? 'end of data' : 'now';
      const input = { history, forecast: points, scale, time, mark };
      const chart = wantsChart ? renderChart(input, terminal) : undefined;
      return forecastText(forecast, { terminal, time, scale, chart, isExplained });
    },
  });
}

/**
 * The last observations, twice as long as the forecast. A forecast without a picture of the past is
 * still an answer, so where there is none the chart says so instead of failing the command.
 */
async function recentHistory(
  context: CommandContext,
  client: ApiClient,
  forecast: PredictResponse,
): Promise<readonly ChartPoint[]> {
  const step = durationMs(forecast.step_seconds * 1_000);
  const end = momentOf(forecast.data_as_of);
  const { cluster, namespace, deployment, container } = forecast.workload;
  try {
    const series = await client.call('getSeries', {
      query: {
        cluster,
        namespace,
        deployment,
        container,
        metric: forecast.metric,
        from: toIso(addMs(end, step, -2 * forecast.periods)),
        to: toIso(addMs(end, step)),
      },
    });
    const start = momentOf(series.start);
    const own = durationMs(series.step_seconds * 1_000);
    const points = series.values.map((value, i) => ({ at: addMs(start, own, i), value }));
    return meansOf(points, Math.round(step / own));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.messages.note(`the chart shows no history: ${error.message}`);
    return [];
  }
}

/** Each `size` points as one, so that the past has the forecast's steps. */
function meansOf(points: readonly ChartPoint[], size: number): readonly ChartPoint[] {
  if (size <= 1) return points;
  return points.flatMap(({ at }, i) => {
    if (i % size !== 0) return [];
    const known = points.slice(i, i + size).flatMap(({ value }) => (value === null ? [] : [value]));
    const sum = known.reduce((total, value) => total + value, 0);
    return [{ at, value: known.length === 0 ? null : sum / known.length }];
  });
}
