import type { Unit } from '#core/series/metric-catalogue.ts';
import { formatValue, scaleFor } from '#core/units.ts';

const DAY_SECONDS = 86_400;

/** The labels of an axis of values: one scale for all, and no more decimals than tell them apart. */
export function valueLabels(unit: Unit, splits: readonly number[]): readonly string[] {
  const scale = scaleFor(unit, splits);
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0)) / scale.divisor;
  return splits.map((value) => formatValue(value, { ...scale, decimals: decimalsOf(step) }));
}

/** The decimals that a step is written with in full: none for 20, two for 0.25; six at most. */
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 6; decimals++) {
    const whole = step * 10 ** decimals;
    if (Math.abs(whole - Math.round(whole)) < 1e-6 * whole) return decimals;
  }
  return step > 0 ? 6 : 0;
}

/** The labels of an axis of time: days where a day begins or all lie a day apart, else hours. */
export function timeLabels(
  splits: readonly number[],
  stepSeconds: number,
  zone?: string,
): readonly string[] {
  const hour = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(stepSeconds < 60 && { second: '2-digit' }),
    hourCycle: 'h23',
    timeZone: zone,
  });
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: zone });
  return splits.map((at) => {
    const time = hour.format(at * 1_000);
    const isDay = stepSeconds >= DAY_SECONDS || /^00:00(:00)?$/.test(time);
    return isDay ? day.format(at * 1_000) : time;
  });
}
