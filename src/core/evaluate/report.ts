import * as z from 'zod';
import type { BacktestResult } from './backtest.ts';
import { cellsOf, compare } from './compare.ts';
import { bucketsWithin, type HorizonBucket } from './horizon-buckets.ts';
import { measureAll } from './metrics.ts';

const Measure = z.number().nullable();

/** The measures of one candidate over some cells; see metrics.ts for units and rules. */
export const ScoresSchema = z.strictObject({
  mae: Measure,
  mse: Measure,
  rmse: Measure,
  mape: Measure,
  smape: Measure,
  wape: Measure,
  mase: Measure,
  r2: Measure,
  /** Against the references, on the cells that both have; null when a reference did not take part. */
  skillVsNaive: Measure,
  skillVsSeasonalNaive: Measure,
  /** Cells scored: origins × steps with an actual and a forecast. */
  cases: z.int().nonnegative(),
});

export type Scores = z.infer<typeof ScoresSchema>;

export const BacktestReportSchema = z.strictObject({
  seriesId: z.string(),
  stepMs: z.number().positive(),
  horizon: z.int().positive(),
  origins: z.int().nonnegative(),
  /** First and last origin as `EpochMs`; null without origins. */
  firstCutoff: z.number().nullable(),
  lastCutoff: z.number().nullable(),
  naiveScale: Measure,
  /** Names of the references among the candidates. */
  naive: z.string().nullable(),
  seasonalNaive: z.string().nullable(),
  candidates: z.array(
    z.strictObject({
      name: z.string(),
      pooled: ScoresSchema,
      buckets: z.array(
        z.strictObject({
          fromStep: z.int().positive(),
          toStep: z.int().positive(),
          ...ScoresSchema.shape,
        }),
      ),
      failures: z.array(
        z.strictObject({
          code: z.string(),
          message: z.string(),
          origins: z.int().nonnegative(),
        }),
      ),
    }),
  ),
});

/** The result of a backtest as plain JSON, small enough to be stored beside the model. */
export type BacktestReport = z.infer<typeof BacktestReportSchema>;

/**
 * Summarises a backtest: every measure of every candidate, pooled over all cells and a bucket at a
 * time.
 *
 * @param references - names of the candidates that skill is measured against
 */
export function reportOf(
  result: BacktestResult,
  references: { readonly naive?: string; readonly seasonalNaive?: string } = {},
): BacktestReport {
  const names = new Set(result.candidates.map(({ name }) => name));
  const among = (name: string) => (names.has(name) ? name : null);
  const naive = among(references.naive ?? 'naive');
  const seasonalNaive = among(references.seasonalNaive ?? 'day-naive');
  const skillOf = (name: string, reference: string | null, bucket?: HorizonBucket) =>
    reference === null ? null : compare(result, name, reference, bucket).skill;
  return {
    seriesId: result.seriesId,
    stepMs: result.step,
    horizon: result.horizon,
    origins: result.origins.length,
    firstCutoff: result.cutoffs[0] ?? null,
    lastCutoff: result.cutoffs.at(-1) ?? null,
    naiveScale: Number.isNaN(result.naiveScale) ? null : result.naiveScale,
    naive,
    seasonalNaive,
    candidates: result.candidates.map(({ name, errors, failures }) => {
      const scores = (bucket?: HorizonBucket): Scores => ({
        ...measures(result, errors, bucket),
        skillVsNaive: skillOf(name, naive, bucket),
        skillVsSeasonalNaive: skillOf(name, seasonalNaive, bucket),
      });
      return {
        name,
        pooled: scores(),
        buckets: bucketsWithin(result.horizon).map((bucket) => ({ ...bucket, ...scores(bucket) })),
        failures: failures.map((failure) => ({ ...failure })),
      };
    }),
  };
}

function measures(result: BacktestResult, allErrors: Float64Array, bucket?: HorizonBucket) {
  const errors = cellsOf(result, allErrors, bucket);
  const actuals = cellsOf(result, result.actuals, bucket);
  return measureAll(errors, actuals, result.naiveScale);
}
