import { DomainError } from '../errors.ts';
import { type DurationMs, stepsPerDay } from '../time.ts';
import type { RollingOriginOptions } from './rolling-origin.ts';

/** How a backtest of one series runs. */
export type BacktestPlan = RollingOriginOptions;

/** Values the first model of a backtest learns from at least. */
export const MIN_TRAINING_STEPS = 24;

const MAX_HORIZON = 288;
const ORIGINS = 96;
const REFITS = 8;

/**
 * The backtest for a history of this length: about 96 origins over its last half (all that fit after
 * 24 steps when it is shorter), each forecasting up to 288 steps, with eight fits and updates in
 * between, as a served model lives. Origins near the end are scored on the steps that exist.
 *
 * The stride shares no divisor with the day, so that origins do not fall on the same times of day.
 *
 * @param length - grid points of the history, missing ones included
 * @throws {DomainError} `HISTORY_TOO_SHORT` when nothing would be left to score
 */
export function planBacktest(length: number, step: DurationMs): BacktestPlan {
  if (length <= MIN_TRAINING_STEPS) {
    throw new DomainError(
      'HISTORY_TOO_SHORT',
      `a backtest needs ${MIN_TRAINING_STEPS + 1} steps, got ${length}`,
      { needSteps: MIN_TRAINING_STEPS + 1, haveSteps: length },
    );
  }
  const initial = Math.max(MIN_TRAINING_STEPS, Math.floor(length / 2));
  const scored = length - initial;
  const stride = nearestCoprime(Math.round(scored / ORIGINS), stepsPerDay(step) ?? 1);
  const origins = Math.ceil(scored / stride);
  return {
    initial,
    horizon: Math.min(MAX_HORIZON, scored),
    stride,
    window: 'expanding',
    refit: Math.ceil(origins / REFITS),
  };
}

/** The number nearest to `value`, 1 or more, that shares no divisor with `other`; the larger of two. */
function nearestCoprime(value: number, other: number): number {
  for (let distance = 0; ; distance++) {
    for (const candidate of [value + distance, value - distance]) {
      if (candidate >= 1 && greatestCommonDivisor(candidate, other) === 1) return candidate;
    }
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
