import { DomainError } from '../errors.ts';
import { metricDefinition, type Unit } from '../series/metric-catalogue.ts';

/** How a value becomes one in the unit of Helios: value × `multiply` / `divide`. */
export interface Conversion {
  readonly from: string;
  readonly unit: Unit;
  readonly multiply: number;
  /** Of its own, because a division by 100 is exact where a product with 0.01 is not. */
  readonly divide: number;
}

type Factor = number | readonly [multiply: number, divide: number];

/** What a source's unit is in the units of Helios. Prefixes: k = 1000, Ki = 1024. */
export const UNITS: Readonly<
  Record<Exclude<Unit, 'unspecified'>, Readonly<Record<string, Factor>>>
> = {
  ratio: { ratio: 1, percent: [1, 100], '%': [1, 100] },
  cores: { cores: 1, core: 1, millicores: [1, 1e3], m: [1, 1e3], nanocores: [1, 1e9] },
  bytes: {
    ...{ bytes: 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
    ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, bits: [1, 8] },
  },
  bytes_per_second: {
    ...{ bytes_per_second: 1, 'B/s': 1, 'kB/s': 1e3, 'KB/s': 1e3, 'MB/s': 1e6, 'GB/s': 1e9 },
    ...{ 'KiB/s': 2 ** 10, 'MiB/s': 2 ** 20, 'GiB/s': 2 ** 30, 'bytes/s': 1 },
    ...{ 'bit/s': [1, 8], 'kbit/s': 125, 'Mbit/s': 125e3, 'Gbit/s': 125e6 },
  },
  per_second: {
    ...{ per_second: 1, '/s': 1, rps: 1, per_minute: [1, 60], '/min': [1, 60], rpm: [1, 60] },
    ...{ per_hour: [1, 3_600], '/h': [1, 3_600] },
  },
  seconds: {
    ...{ seconds: 1, s: 1, ms: [1, 1e3], us: [1, 1e6], µs: [1, 1e6], ns: [1, 1e9] },
    ...{ milliseconds: [1, 1e3], microseconds: [1, 1e6], nanoseconds: [1, 1e9] },
    ...{ min: 60, minutes: 60, h: 3_600, hours: 3_600 },
  },
  count: { count: 1 },
};

/**
 * How values of `metric` that a file has in `unit` become the metric's own unit: the catalogue's, or
 * for other metrics the one that `unit` belongs to.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a unit that is unknown, or of another kind
 * @example
 * ```ts
 * conversionTo('cpu_utilization', 'percent'); // => { from: 'percent', unit: 'ratio', multiply: 1, divide: 100 }
 * conversionTo('memory_bytes', 'MiB').multiply; // => 1048576
 * conversionTo('latency_p95', 'percent'); // throws CONFIG_INVALID
 * ```
 */
export function conversionTo(metric: string, unit: string): Conversion {
  const target = metricDefinition(metric).unit;
  for (const [kind, factors] of Object.entries(UNITS)) {
    const factor = Object.hasOwn(factors, unit) ? factors[unit] : undefined;
    if (factor === undefined || (target !== 'unspecified' && target !== kind)) continue;
    const [multiply, divide] = typeof factor === 'number' ? [factor, 1] : factor;
    return { from: unit, unit: isUnit(kind) ? kind : target, multiply, divide };
  }
  const allowed = target === 'unspecified' ? Object.values(UNITS) : [UNITS[target]];
  const kind = target === 'unspecified' ? 'has no unit of its own' : `is measured in ${target}`;
  throw new DomainError('CONFIG_INVALID', `${unit} is no unit of ${metric}, which ${kind}`, {
    allowed: allowed.flatMap((factors) => Object.keys(factors)).join(', '),
  });
}

function isUnit(kind: string): kind is Exclude<Unit, 'unspecified'> {
  return Object.hasOwn(UNITS, kind);
}
