import { type Series, sliceSeries } from '../series/series.ts';
import type { EpochMs } from '../time.ts';
import type { FittedForecaster, Forecast, History, ModelState } from './forecaster.ts';

/** A time when load will differ from what the past says: a sale, a holiday, a migration. */
export interface KnownEvent {
  readonly name: string;
  /** The first moment it holds for. */
  readonly start: EpochMs;
  /** The first moment it no longer holds for. */
  readonly end: EpochMs;
  /** What values are multiplied by: 3 is three times as much as usual, 0.5 is half. Above 0. */
  readonly factor: number;
}

/**
 * What values at `at` are multiplied by: the product over the events that hold there, 1 without any.
 *
 * @example
 * ```ts
 * const sale = { name: 'sale', start: epochMs(10), end: epochMs(20), factor: 3 };
 * const night = { name: 'night', start: epochMs(15), end: epochMs(30), factor: 0.5 };
 * [9, 10, 15, 20, 30].map((at) => factorAt([sale, night], epochMs(at))); // => [1, 3, 1.5, 0.5, 1]
 * ```
 */
export function factorAt(events: readonly KnownEvent[], at: EpochMs): number {
  let factor = 1;
  for (const event of events) if (at >= event.start && at < event.end) factor *= event.factor;
  return factor;
}

/**
 * A forecaster that knows what will happen: it multiplies the point forecast and the quantiles of
 * every step that lies in an event.
 *
 * The model inside knows a world without events. It must have been fitted on `withoutEvents`, and an
 * update takes the observed values through it too; otherwise the level of an event that is under way
 * would be multiplied once more. The state is the inner one's: events are configuration, not learned.
 *
 * @throws {RangeError} when an event does not start before it ends or its factor is not above 0
 */
export function withEvents<S extends ModelState>(
  fitted: FittedForecaster<S>,
  events: readonly KnownEvent[],
): FittedForecaster<S> {
  checkEvents(events);
  return {
    kind: fitted.kind,
    cutoff: fitted.cutoff,
    predict: (request) => scaled(fitted.predict(request), events),
    update: (next) => withEvents(fitted.update(historyWithoutEvents(next, events)), events),
    toState: () => fitted.toState(),
  };
}

/**
 * The series as it would have been without the events, as far as their factors tell: values inside an
 * event are divided by its factor, so that a model learns the usual course. The step, the gaps and
 * everything outside the events stay. Dividing twice is wrong: give it observed values.
 *
 * @throws {RangeError} when an event does not start before it ends or its factor is not above 0
 */
export function withoutEvents(series: Series, events: readonly KnownEvent[]): Series {
  checkEvents(events);
  const copy = sliceSeries(series, 0, series.values.length);
  forEachFactor(copy.start, copy.step, copy.values.length, events, (i, factor) => {
    copy.values[i]! /= factor;
  });
  return copy;
}

function historyWithoutEvents(history: History, events: readonly KnownEvent[]): History {
  return { ...history, target: withoutEvents(history.target, events) };
}

function scaled(forecast: Forecast, events: readonly KnownEvent[]): Forecast {
  const point = forecast.point.slice();
  const quantiles = forecast.quantiles.map(({ q, values }) => ({ q, values: values.slice() }));
  const first = forecast.cutoff + forecast.step;
  forEachFactor(first, forecast.step, point.length, events, (h, factor) => {
    point[h]! *= factor;
    for (const { values } of quantiles) values[h]! *= factor;
  });
  return { ...forecast, point, quantiles };
}

/** Calls back for every index of a grid that lies in an event, once for each of them. */
function forEachFactor(
  start: number,
  step: number,
  length: number,
  events: readonly KnownEvent[],
  callback: (index: number, factor: number) => void,
): void {
  for (const event of events) {
    const from = Math.max(0, Math.ceil((event.start - start) / step));
    const to = Math.min(length, Math.ceil((event.end - start) / step));
    for (let i = from; i < to; i++) callback(i, event.factor);
  }
}

function checkEvents(events: readonly KnownEvent[]): void {
  for (const { name, start, end, factor } of events) {
    if (!(start < end)) throw new RangeError(`event ${name} must start before it ends`);
    if (!(factor > 0 && factor < Infinity)) {
      throw new RangeError(`the factor of event ${name} must be above 0, got ${factor}`);
    }
  }
}
