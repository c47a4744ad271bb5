import type { CapacityResponse } from '#contracts/http/capacity.ts';
import type { Reason } from '#contracts/http/common.ts';
import type { Period } from '#core/capacity/period.ts';
import { type CapacityPreset, periodAmounts } from '#core/capacity/period-amounts.ts';
import { type PeriodSummary, scaledSummary } from '#core/capacity/summarise.ts';
import { quantile } from '#core/math/statistics.ts';
import { formatCpu, formatMemory } from '#core/recommend/quantities.ts';
import type { ContainerReading } from './container-use.ts';
import type { MetricPlan } from './metric-capacity.ts';
import type { StatedSizes } from './stated-sizes.ts';

/** The CPU and memory of a period, of all replicas together and of one. */
export interface PeriodSizes {
  readonly predictions: CapacityResponse['predictions'];
  readonly recommendations: CapacityResponse['recommendations'];
}

const BYTES_A_GB = 1e9;
const MOST_CORES = 10_000;
const MOST_BYTES = 2 ** 50;

/**
 * Puts forecasts into cores and bytes: as collected, or CPU as the utilisation of a stated request.
 * Where that is not known there is none, with the reason.
 */
export function periodSizes(
  plans: ReadonlyMap<string, MetricPlan>,
  reading: ContainerReading,
  stated: StatedSizes,
  { period, preset }: { readonly period: Period; readonly preset: CapacityPreset },
): PeriodSizes {
  const cpu = cpuOf(plans, reading, stated);
  const memory = memoryOf(plans, reading);
  const total = cpu.total?.mean;
  const sizeOf = (
    resource: 'cpu' | 'memory',
    one: PeriodSummary | undefined,
    use: ArrayLike<number> = [],
  ) => {
    if (!one)
      return {
        request: null,
        limit: null,
        reasons: [...(resource === 'cpu' ? cpu : memory).reasons],
      };
    const observedPeak = quantile(use, 1);
    const need = { resource, period: period.name, summary: one, observedPeak };
    return written(resource, periodAmounts(need, preset));
  };
  return {
    predictions: {
      cpu_cores: total?.value ?? null,
      memory_gb: memory.total === undefined ? null : memory.total.mean.value / BYTES_A_GB,
      cpu_range: total === undefined ? null : { min: total.lower, max: total.upper },
    },
    recommendations: {
      preset,
      cpu: sizeOf('cpu', cpu.one, reading.use.cpuCores),
      memory: sizeOf('memory', memory.one, reading.use.memoryBytes),
    },
  };
}

/** Of all replicas, of one of them, and why one is missing. */
interface Amounts {
  readonly total?: PeriodSummary | undefined;
  readonly one?: PeriodSummary | undefined;
  readonly reasons: readonly Reason[];
}

function cpuOf(
  plans: ReadonlyMap<string, MetricPlan>,
  { replicas }: ContainerReading,
  { cpuRequest }: StatedSizes,
): Amounts {
  const cores = plans.get('cpu_cores')?.summary;
  if (cores) return shared('cpu_cores', cores, replicas);
  const utilization = plans.get('cpu_utilization')?.summary;
  if (!utilization) return { reasons: [unplanned('cpu_cores or cpu_utilization')] };
  if (cpuRequest === undefined) return { reasons: [REQUEST_UNKNOWN] };
  const one = scaledSummary(utilization, cpuRequest);
  return { one, total: replicas === null ? undefined : scaledSummary(one, replicas), reasons: [] };
}

function memoryOf(plans: ReadonlyMap<string, MetricPlan>, { replicas }: ContainerReading): Amounts {
  const bytes = plans.get('memory_bytes')?.summary;
  return bytes ? shared('memory_bytes', bytes, replicas) : { reasons: [unplanned('memory_bytes')] };
}

function shared(metric: string, total: PeriodSummary, replicas: number | null): Amounts {
  if (replicas !== null) return { total, one: scaledSummary(total, 1 / replicas), reasons: [] };
  const message = `${metric} is of all replicas together, and how many there are is not known`;
  return { total, reasons: [{ code: 'REPLICAS_UNKNOWN', message }] };
}

function written(
  resource: 'cpu' | 'memory',
  advice: ReturnType<typeof periodAmounts>,
): CapacityResponse['recommendations']['cpu'] {
  const reasons = [...advice.because];
  if (advice.decision === 'hold') return { request: null, limit: null, reasons };
  const [most, format] =
    resource === 'cpu' ? ([MOST_CORES, formatCpu] as const) : ([MOST_BYTES, formatMemory] as const);
  const { request, limit } = advice;
  if (!(Math.max(request, limit ?? 0) <= most)) {
    const message = 'the forecast is more than one container can have';
    reasons.push({ code: 'IMPLAUSIBLE', message, details: { request, most } });
    return { request: null, limit: null, reasons };
  }
  return { request: format(request), limit: limit === null ? null : format(limit), reasons };
}

function unplanned(metric: string): Reason {
  return { code: 'NOT_FORECAST', message: `there is no forecast of ${metric} for this period` };
}

const REQUEST_UNKNOWN: Reason = {
  code: 'CPU_REQUEST_UNKNOWN',
  message: 'CPU was collected as utilisation only: state the CPU request it is a share of',
};
