import type * as z from 'zod';
import type { EngineeredDataSchema, Evaluation } from '#contracts/artifacts/stage-outputs.ts';
import { type EpochMs, toIso } from '#core/time.ts';

/**
 * `metrics.json` in the seeds' form (timestamp, data_points, models with their errors), corrected:
 * one block a metric instead of one for whatever came first, errors out of sample over all horizons,
 * MAPE as a fraction or null where it is undefined, and the skill against naive beside each.
 */
export function metricsReport(
  data: z.infer<typeof EngineeredDataSchema>,
  evaluated: Evaluation['metrics'],
  now: EpochMs,
) {
  return {
    timestamp: toIso(now),
    metrics: Object.fromEntries(
      Object.entries(evaluated).map(([metric, { report, coverage }]) => [
        metric,
        {
          data_points: data.metrics[metric]?.series.values.length ?? 0,
          backtest: { origins: report.origins, horizon_steps: report.horizon },
          models: Object.fromEntries(
            report.candidates.map(({ name, pooled }) => [
              name,
              {
                mae: pooled.mae,
                mse: pooled.mse,
                rmse: pooled.rmse,
                mape: pooled.mape,
                skill_score: pooled.skillVsNaive,
                skill_vs_same_time_yesterday: pooled.skillVsSeasonalNaive,
                coverage: coverage[name]?.filter(({ cases }) => cases > 0) ?? [],
              },
            ]),
          ),
        },
      ]),
    ),
  };
}
