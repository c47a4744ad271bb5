import type { Reason } from '#contracts/http/common.ts';
import { LIMITS } from '#contracts/http/common.ts';
import type { PredictRequest, PredictResponse } from '#contracts/http/predict.ts';
import { isDomainError } from '#core/errors.ts';
import { type Because, because } from '#core/recommend/because.ts';
import type { DemandForecast } from '#core/recommend/needs.ts';
import type { ScalingPolicy } from '#core/recommend/policy.ts';
import { coverageAt, doubtsAbout, TRUSTED_LEVEL } from '#core/recommend/trust.ts';
import { durationMs, type EpochMs, epochMs, HOUR } from '#core/time.ts';
import { type GradeRecord, gradeAt } from '../grades/grade-log.ts';
import { coverageOfRows } from '../serving/coverage-rows.ts';
import { predict } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import type { RecommendDeps } from './recommend-deps.ts';

/** What is looked ahead for the answer, as the seeds did. */
export const HORIZON = HOUR;
/** Quantiles that probabilities are interpolated between. */
const QUANTILES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99];

/** A forecast of demand, and why it may not act. */
export interface Foreseen {
  readonly forecast: DemandForecast | undefined;
  readonly doubts: readonly Because[];
  readonly response: PredictResponse | undefined;
  /** How often bands so far ahead have held, with the cases; undefined where it was not measured. */
  readonly confidence: { readonly value: number; readonly cases: number } | undefined;
  /** What else the forecast says of itself: known events. */
  readonly notes: readonly Reason[];
}

interface About {
  readonly policy: ScalingPolicy;
  readonly factor: number;
  readonly now: EpochMs;
}

/** Errors of one model: it gives no forecast, and measurements decide alone. */
const NO_FORECAST = [
  'HISTORY_TOO_SHORT',
  'METRIC_UNKNOWN',
  'MODEL_UNKNOWN',
  'STATE_INCOMPATIBLE',
  'ARTIFACT_CORRUPT',
  'QUANTILES_UNSUPPORTED',
] as const;

/**
 * Forecasts the demand of a workload as predict does, and asks whether the forecast may act.
 * @param factor - what a value of the metric is multiplied by to be a demand
 */
export async function foresee(
  deps: RecommendDeps,
  workload: Workload,
  metric: string,
  about: About,
): Promise<Foreseen> {
  try {
    const response = await predict(deps, requestFor(workload, metric, about.policy));
    const graded = await deps.grades.get({ workload: workload.key, metric });
    return foreseenIn(response, graded, about);
  } catch (error) {
    if (!isDomainError(error, ...NO_FORECAST)) throw error;
    const doubt = { code: error.code, message: `there is no forecast: ${error.message}` };
    return { ...NOTHING, doubts: [doubt] };
  }
}

/** Where nothing can be forecast. */
export const NOTHING: Foreseen = {
  forecast: undefined,
  doubts: [],
  response: undefined,
  confidence: undefined,
  notes: [],
};

function requestFor(workload: Workload, metric: string, policy: ScalingPolicy): PredictRequest {
  const { gridStep } = workload;
  const ahead = Math.max(HORIZON, policy.leadTime + gridStep, policy.scaleInWindow);
  const periods = Math.ceil((policy.staleAfter + ahead) / gridStep) + 1;
  return {
    ...workload.id,
    metric,
    periods: Math.min(periods, LIMITS.maxPeriods),
    model: 'auto',
    levels: [TRUSTED_LEVEL],
    quantiles: quantilesFor(policy),
    include_confidence: true,
    explain: true,
  };
}

function quantilesFor({ quantile }: ScalingPolicy): number[] {
  const isKnown = QUANTILES.some((q) => Math.abs(q - quantile) < 1e-6);
  return [...QUANTILES, ...(isKnown ? [] : [quantile])].sort((a, b) => a - b);
}

function foreseenIn(
  response: PredictResponse,
  graded: GradeRecord | undefined,
  { policy, factor, now }: About,
): Foreseen {
  const { predictions, skill, stage, reasons } = response;
  const step = durationMs(response.step_seconds * 1_000);
  const cutoff = epochMs(Date.parse(response.data_as_of));
  const leadStep = Math.max(1, Math.ceil((now + policy.leadTime - cutoff) / step));
  const atLead = predictions[leadStep - 1];
  const { lower_bound: lower = null, upper_bound: upper = null } = atLead ?? {};
  const members = response.explanation?.members ?? [];
  const coverage = coverageOfRows(response.coverage);
  const doubts = doubtsAbout(
    {
      isChampion: stage === 'champion',
      skill: skill && { vsNaive: skill.vs_naive, vsSeasonalNaive: skill.vs_seasonal_naive },
      coverage,
      members: members.flatMap(({ values }) => values[leadStep - 1] ?? []),
      band: lower === null || upper === null ? null : { lower, upper },
    },
    leadStep,
  );
  const scaled = (values: readonly number[]) => Float64Array.from(values, (v) => v * factor);
  const named = Object.keys(predictions[0]?.quantiles ?? {});
  const forecast: DemandForecast = {
    cutoff,
    step,
    validUntil: epochMs(Date.parse(response.valid_until)),
    point: scaled(predictions.map(({ value }) => value)),
    quantiles: named
      .map((name) => ({
        q: Number(name),
        values: scaled(predictions.map(({ quantiles }) => quantiles?.[name] ?? Number.NaN)),
      }))
      .sort((a, b) => a.q - b.q),
  };
  const row = coverageAt(coverage, leadStep);
  return {
    forecast,
    doubts: [...doubts, ...doubtsAboutGrade(graded, leadStep)],
    response,
    confidence:
      row && row.coverage !== null && row.cases > 0
        ? { value: row.coverage, cases: row.cases }
        : undefined,
    notes: reasons.filter(({ code }) => code === 'KNOWN_EVENT'),
  };
}

/**
 * What forecasts so far ahead were found to be worth, by the backtest and since. Before the first look
 * the backtest alone decides.
 */
function doubtsAboutGrade(graded: GradeRecord | undefined, leadStep: number): readonly Because[] {
  if (!graded) return [];
  const { grade, allows } = gradeAt(graded, leadStep);
  if (allows === 'act') return [];
  const message = `forecasts so far ahead are graded ${grade.replaceAll('_', ' ')}: they do not act`;
  return [because('GRADE_FORBIDS', message, { grade, steps_ahead: leadStep })];
}
