import type { Unit } from '../series/metric-catalogue.ts';

/** How the values of one sentence are written. */
interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

const BINARY: readonly Scale[] = [
  { divisor: 2 ** 40, suffix: ' TiB' },
  { divisor: 2 ** 30, suffix: ' GiB' },
  { divisor: 2 ** 20, suffix: ' MiB' },
  { divisor: 2 ** 10, suffix: ' KiB' },
];

/**
 * Writes values of one unit for a sentence, all on the scale that fits the largest of `values`.
 *
 * @example
 * ```ts
 * compactFormat('bytes', [1.5 * 2 ** 30])(2 ** 29); // => '0.5 GiB'
 * ```
 */
export function compactFormat(unit: Unit, values: readonly number[]): (value: number) => string {
  const { divisor, suffix } = scaleOf(unit, Math.max(0, ...values.map(Math.abs)));
  return (value) => `${compactNumber(value / divisor)}${suffix}`;
}

/**
 * A number with three significant digits, or all digits before the point.
 *
 * @example
 * ```ts
 * [0.45, 38.27, 1234.5].map(compactNumber); // => ['0.45', '38.3', '1235']
 * ```
 */
export function compactNumber(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

function scaleOf(unit: Unit, largest: number): Scale {
  switch (unit) {
    case 'ratio':
      return { divisor: 0.01, suffix: ' %' };
    case 'bytes':
      return binaryScale(largest, '');
    case 'bytes_per_second':
      return binaryScale(largest, '/s');
    case 'per_second':
      return { divisor: 1, suffix: '/s' };
    case 'seconds':
      return largest < 1 ? { divisor: 0.001, suffix: ' ms' } : { divisor: 1, suffix: ' s' };
    case 'cores':
      return { divisor: 1, suffix: ' cores' };
    case 'count':
    case 'unspecified':
      return { divisor: 1, suffix: '' };
  }
}

function binaryScale(largest: number, per: string): Scale {
  const { divisor, suffix } = BINARY.find((scale) => largest >= scale.divisor) ?? {
    divisor: 1,
    suffix: ' B',
  };
  return { divisor, suffix: `${suffix}${per}` };
}
