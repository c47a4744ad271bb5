import { metricDefinition, type Unit } from './series/metric-catalogue.ts';
import { untracked } from './series/track.ts';

/**
 * The unit of a metric as the API names it.
 *
 * @example
 * ```ts
 * unitOf('cpu_utilization.hourly'); // => 'ratio'
 * unitOf('queue_length'); // => 'unspecified'
 * ```
 */
export function unitOf(metric: string): Unit {
  return metricDefinition(untracked(metric).metric).unit;
}

/** How the values of one column or axis are written, so that they can be compared at a glance. */
export interface Scale {
  /** A value is divided by this. */
  readonly divisor: number;
  readonly suffix: string;
  readonly decimals: number;
}

const BYTES: readonly (readonly [number, string])[] = [
  [2 ** 40, ' TiB'],
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
  [1, ' B'],
];

/**
 * The scale for values of a unit: one for all of `values`, chosen by the largest, with four
 * significant digits for it.
 */
export function scaleFor(unit: Unit, values: Iterable<number>): Scale {
  let largest = 0;
  for (const value of values)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  switch (unit) {
    case 'ratio':
      return scale(0.01, ' %', largest);
    case 'bytes':
      return bytes(largest, '');
    case 'bytes_per_second':
      return bytes(largest, '/s');
    case 'per_second':
      return scale(1, '/s', largest);
    case 'seconds':
      return largest < 1 ? scale(0.001, ' ms', largest) : scale(1, ' s', largest);
    case 'cores':
      return scale(1, ' cores', largest);
    case 'count':
    case 'unspecified':
      return scale(1, '', largest);
  }
}

function bytes(largest: number, per: string): Scale {
  const [divisor, name] = BYTES.find(([size]) => largest >= size) ?? [1, ' B'];
  const fitting = scale(divisor, `${name}${per}`, largest);
  // There are no parts of a byte.
  return divisor === 1 ? { ...fitting, decimals: 0 } : fitting;
}

function scale(divisor: number, suffix: string, largest: number): Scale {
  const shown = largest / divisor;
  const whole = shown >= 1 ? Math.floor(Math.log10(shown)) + 1 : 1;
  return { divisor, suffix, decimals: Math.min(Math.max(4 - whole, 0), 3) };
}

/**
 * A value with its unit.
 *
 * @example
 * ```ts
 * formatValue(0.1234, { divisor: 0.01, suffix: ' %', decimals: 1 }); // => '12.3 %'
 * ```
 */
export function formatValue(value: number, { divisor, suffix, decimals }: Scale): string {
  const text = (value / divisor).toFixed(decimals);
  return `${/^-[0.]*$/.test(text) ? text.slice(1) : text}${suffix}`;
}

/** A single value with the scale that fits it. */
export function formatSingle(value: number, unit: Unit): string {
  return formatValue(value, scaleFor(unit, [value]));
}

/**
 * A count with separators of thousands.
 * @example
 * ```ts
 * formatCount(9120); // => '9,120'
 * ```
 */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * A count with its noun, in the plural where it is not one.
 * @example
 * ```ts
 * counted(1, 'anomaly', 'anomalies'); // => '1 anomaly'
 * counted(1200, 'value'); // => '1,200 values'
 * ```
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * A share as a percentage with at most one decimal.
 * @example
 * ```ts
 * formatShare(0.79); // => '79 %'
 * ```
 */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/**
 * A gain or a loss as a percentage with its sign.
 * @example
 * ```ts
 * formatGain(0.05); // => '+5 %'
 * formatGain(0.0004); // => '0 %'
 * ```
 */
export function formatGain(gain: number): string {
  const percent = Number((gain * 100).toFixed(1));
  return `${percent > 0 ? '+' : ''}${percent === 0 ? 0 : percent} %`;
}
