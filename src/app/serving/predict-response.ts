import type { PredictRequest, PredictResponse } from '#contracts/http/predict.ts';
import type { Forecast } from '#core/forecast/forecaster.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { addMs, type EpochMs, MINUTE, toIso } from '#core/time.ts';
import type { Answer } from './predict.ts';
import { forecastValidUntil } from './valid-until.ts';

type Step = PredictResponse['predictions'][number];

/**
 * An answer in the wire's form.
 * @param distant - answers the named horizons that `answer` does not reach
 */
export function responseOf(
  request: PredictRequest,
  answer: Answer,
  distant?: Answer,
): PredictResponse {
  const { forecast, chosen, levels } = answer;
  const steps = stepsOf(forecast, levels[0], request.quantiles ?? [], levels);
  const version = chosen?.version.version ?? null;
  const far = distant && stepsOf(distant.forecast, levels[0], request.quantiles ?? [], levels);
  const horizons = request.horizons_minutes?.map((minutes) => ({
    minutes,
    ...(atMinutes(steps, forecast, minutes) ??
      (far && atTime(far, distant.forecast, addMs(forecast.cutoff, MINUTE, minutes))) ??
      outOfReach(minutes)),
  }));
  return {
    workload: answer.workload.id,
    metric: answer.metric,
    unit: metricDefinition(answer.metric).unit,
    model: answer.member,
    version,
    stage: chosen?.stage ?? 'none',
    simulated: answer.workload.simulated,
    generated_at: toIso(answer.now),
    data_as_of: toIso(forecast.cutoff),
    trained_at: chosen?.version.trained_at ?? null,
    valid_until: toIso(forecastValidUntil(forecast.cutoff, forecast.step)),
    step_seconds: forecast.step / 1_000,
    periods: request.periods,
    level: hasBounds(forecast) ? (levels[0] ?? null) : null,
    predictions: steps.slice(0, request.periods),
    ...(horizons ? { horizons } : {}),
    skill: answer.skill,
    coverage: [...answer.coverage],
    reasons: [...answer.reasons],
    ...(answer.explanation ? { explanation: answer.explanation } : {}),
    metadata: { model_version: version, cache_hit: chosen?.isCached ?? false },
  };
}

function hasBounds(forecast: Forecast): boolean {
  return forecast.quantiles.length > 0;
}

function stepsOf(
  forecast: Forecast,
  level: number | undefined,
  quantiles: readonly number[],
  levels: readonly number[],
): Step[] {
  const path = (q: number) =>
    forecast.quantiles.find((each) => Math.abs(each.q - q) < 1e-12)?.values;
  const lower = level === undefined ? undefined : path((1 - level) / 2);
  const upper = level === undefined ? undefined : path((1 + level) / 2);
  const asked = [
    ...new Set([
      ...quantiles,
      ...levels.slice(1).flatMap((other) => [(1 - other) / 2, (1 + other) / 2]),
    ]),
  ].sort((a, b) => a - b);
  return Array.from(forecast.point, (value, i) => {
    const named = asked.flatMap((q) => {
      const at = path(q)?.[i];
      return at === undefined ? [] : [[String(Number(q.toFixed(6))), at] as const];
    });
    return {
      timestamp: toIso(addMs(forecast.cutoff, forecast.step, i + 1)),
      value,
      // The errors of a biased model may all lie on one side; the bounds still hold the value.
      lower_bound: lower?.[i] === undefined ? null : Math.min(lower[i], value),
      upper_bound: upper?.[i] === undefined ? null : Math.max(upper[i], value),
      ...(named.length > 0 ? { quantiles: Object.fromEntries(named) } : {}),
    };
  });
}

/** The step that holds a time ahead: the first at or after it. Undefined beyond the last. */
function atMinutes(steps: readonly Step[], forecast: Forecast, minutes: number): Step | undefined {
  return steps[Math.max(1, Math.ceil((minutes * 60_000) / forecast.step)) - 1];
}

/**
 * The same for a forecast that begins earlier: the hours end before the grid does, and what is far
 * ahead is still counted from the newest observation.
 */
function atTime(steps: readonly Step[], { cutoff, step }: Forecast, at: EpochMs): Step | undefined {
  const ahead = Math.max(1, Math.ceil((at - cutoff) / step));
  return steps[Math.min(ahead, steps.length) - 1];
}

function outOfReach(minutes: number): never {
  throw new RangeError(`the forecast does not reach ${minutes} minutes`);
}
