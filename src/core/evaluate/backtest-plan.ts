import { DomainError } from '../errors.ts';
import { type DurationMs, HOUR, stepsPerDay } from '../time.ts';
import type { RollingOriginOptions } from './rolling-origin.ts';

/** How a backtest of one series runs. */
export type BacktestPlan = RollingOriginOptions;

/** Values the first model of a backtest learns from at least. */
export const MIN_TRAINING_STEPS = 24;

/** A day of five-minute steps; a month of hours. */
const MAX_HORIZON = 288;
const MAX_HOURLY_HORIZON = 720;
const ORIGINS = 160;

/**
 * The backtest for a history of this length: about 160 origins over its last half (all that fit after
 * 24 steps when it is shorter), each forecasting up to 288 steps (720 hours on hourly grids and
 * coarser ones). Models are fitted once, before the first origin, and updated from there on, as a
 * served model lives between two trainings. Origins near the end are scored on the steps that exist.
 *
 * The stride shares no divisor with the day, so that origins do not fall on the same times of day; it
 * is rather too long than too short, as every origin costs a forecast of every member.
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
  const wanted = Math.max(1, Math.round(scored / ORIGINS));
  const day = stepsPerDay(step) ?? 1;
  const stride = scored < day ? wanted : coprimeFrom(wanted, day);
  return {
    initial,
    horizon: Math.min(step < HOUR ? MAX_HORIZON : MAX_HOURLY_HORIZON, scored),
    stride,
    window: 'expanding',
    refit: Math.ceil(scored / stride),
  };
}

/** The smallest number from `value` on that shares no divisor with `other`. */
function coprimeFrom(value: number, other: number): number {
  let candidate = value;
  while (greatestCommonDivisor(candidate, other) !== 1) candidate++;
  return candidate;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
