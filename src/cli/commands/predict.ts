import type { Command } from 'commander';
import type { PredictResponse } from '#contracts/http/predict.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, durationMs, toIso } from '#core/time.ts';
import type { ApiClient } from '../client.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { type ChartPoint, renderChart } from '../render/chart.ts';
import { forecastTable, forecastText, scaleOf } from '../render/forecast-report.ts';
import { momentOf } from '../render/time.ts';

export interface PredictFlags extends WorkloadFlags {
  readonly metric?: string;
  readonly periods?: number;
  readonly model?: string;
  readonly level?: number;
  readonly horizons?: readonly number[];
  readonly chart: boolean;
}

/** Forecasts one metric, and says how well this model has done before. */
export async function predict(
  context: CommandContext,
  positional: string | undefined,
  flags: PredictFlags,
  command: Command,
): Promise<number> {
  const metric = metricOf(positional, flags.metric, command);
  return context.withSession(async ({ client }) => {
    const forecast = await client.call('predict', {
      body: {
        ...workloadOf(flags),
        metric,
        ...(flags.periods !== undefined && { periods: flags.periods }),
        ...(flags.model !== undefined && { model: flags.model }),
        ...(flags.level !== undefined && { levels: [flags.level] }),
        ...(flags.horizons !== undefined && { horizons_minutes: flags.horizons }),
      },
    });
    const wantsChart = flags.chart && context.settings.output.value === 'table';
    const history = wantsChart ? await recentHistory(context, client, forecast) : [];
    show(context, forecast, history, wantsChart);
    return 0;
  });
}

function metricOf(
  positional: string | undefined,
  option: string | undefined,
  command: Command,
): string {
  if (positional !== undefined && option !== undefined && positional !== option) {
    command.error(`error: two metrics are named, ${positional} and ${option}: name one`, {
      exitCode: 2,
    });
  }
  const metric = positional ?? option;
  if (metric === undefined) {
    command.error('error: missing metric: name it as in `helios predict cpu`', { exitCode: 2 });
  }
  return metric;
}

function show(
  context: CommandContext,
  forecast: PredictResponse,
  history: readonly ChartPoint[],
  wantsChart: boolean,
): void {
  const { terminal, time } = context;
  const seen = history.flatMap(({ value }) => (value === null ? [] : [value]));
  const scale = scaleOf(forecast, seen);
  context.print({
    data: forecast,
    table: forecastTable(forecast, scale, time),
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
      return forecastText(forecast, { terminal, time, scale, chart });
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
    return series.values.map((value, i) => ({ at: addMs(start, own, i), value }));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.messages.note(`the chart shows no history: ${error.message}`);
    return [];
  }
}
