import { DomainError } from '../errors.ts';
import { canonicalMetric, METRIC_NAME } from '../series/metric-catalogue.ts';
import { type Conversion, conversionTo } from './units.ts';

/** Which metric a column (of the long form: a name in the column `metric`) stands for. */
export interface ColumnMapping {
  /** As the file spells it, in any case. */
  readonly column: string;
  readonly metric: string;
  /** Undefined: the values are in the metric's own unit. */
  readonly conversion: Conversion | undefined;
}

/**
 * Reads `COLUMN=metric` or `COLUMN=metric:unit`.
 *
 * @throws {DomainError} `CONFIG_INVALID`
 * @example
 * ```ts
 * parseMapping('CPU %=cpu:percent').metric; // => 'cpu_utilization'
 * parseMapping('CPU %=CPU'); // throws CONFIG_INVALID
 * ```
 */
export function parseMapping(text: string): ColumnMapping {
  const [, column, name, unit] = /^(.+)=([^=:]+)(?::([^=:]+))?$/.exec(text.trim()) ?? [];
  if (column === undefined || name === undefined) {
    throw invalid(`--map ${text} names no column and metric`);
  }
  const metric = canonicalMetric(name.trim());
  if (!METRIC_NAME.test(metric)) {
    throw invalid(`--map ${text}: ${name} is no metric name (a-z, then a-z, 0-9 and _)`);
  }
  const conversion = unit === undefined ? undefined : conversionTo(metric, unit.trim());
  return { column: column.trim(), metric, conversion };
}

function invalid(problem: string): DomainError {
  return new DomainError('CONFIG_INVALID', problem, {
    allowed: "--map 'COLUMN=metric' or --map 'COLUMN=metric:unit'",
    example: "--map 'CPU %=cpu_utilization:percent'",
  });
}
