import { mean, quantile } from '../math/statistics.ts';
import type { Because } from './because.ts';
import { amount, CPU, measuredUse } from './measured-use.ts';
import { Raised } from './raised.ts';
import type { ContainerUse, CurrentResources, ResourcePolicy } from './resource-policy.ts';
import type { AmountAdvice } from './resources.ts';

/** A twentieth of the steps with so much throttling is more than a burst now and then. */
const THROTTLED_QUANTILE = 0.95;
const THROTTLED_SHARE = 0.05;

/** Outside of these MOrA asks to look twice. */
const USUAL_CORES = { least: 0.01, most: 8 } as const;

/**
 * The CPU request and limit of a container, in cores. `statistical`: a quantile of what was measured
 * (MOrA: P95), `ml`: the upper forecast times a margin (MOrA: 1.2). Neither below the floor, nor below
 * the expected use; while it is throttled its use is cut off at the limit, so nothing is lowered then. A limit comes with it
 * where one is asked for, and where the present one is below the request.
 */
export function recommendCpu(
  use: ContainerUse,
  current: CurrentResources,
  policy: ResourcePolicy,
): AmountAdvice {
  const measured = measuredUse(CPU, use.cpuCores, use.step, policy.minimumHistory);
  if (!measured.ok) return { decision: 'hold', because: measured.because };
  const { values } = measured;
  const base = baseOf(values, use, policy);
  if (!base.ok) return { decision: 'hold', because: [base.because, ...measured.because] };
  const upper = amount(use.forecast?.cpuCores?.upper, CPU) ?? 0;
  const greatest = quantile(values, 1);
  const request = new Raised(base.cores, base.because);
  const expected = Math.max(mean(values), amount(use.forecast?.cpuCores?.expected, CPU) ?? 0);
  request.atLeast(expected, 'EXPECTED_USE', `${round(expected)} cores are expected to be used`);
  const limit = new Raised(Math.max(greatest, upper) * policy.cpuMargin);
  const throttled = throttledShare(use);
  if (throttled >= THROTTLED_SHARE) {
    const message = `throttled in ${round(throttled)} of the periods: CPU is not lowered`;
    const kept = amount(current.cpuRequest, CPU) ?? greatest;
    request.because.push({
      code: 'CPU_THROTTLED',
      message,
      details: { throttled_share: throttled },
    });
    request.atLeast(kept, 'CPU_KEPT', `it has ${round(kept)} cores`);
    limit.atLeast(amount(current.cpuLimit, CPU) ?? 0);
  }
  request.atLeast(policy.cpuFloor, 'AT_FLOOR', `the floor is ${policy.cpuFloor} cores`);
  limit.atLeast(request.value);
  const present = amount(current.cpuLimit, CPU);
  const isRefused = present !== undefined && present < request.value;
  if (isRefused) {
    const message = `its limit of ${round(present)} cores is below that: Kubernetes takes no request above the limit`;
    request.because.push({ code: 'CPU_LIMIT_TOO_LOW', message, details: { limit_cores: present } });
  }
  return {
    decision: 'act',
    request: request.value,
    limit: policy.withCpuLimit || isRefused ? limit.value : null,
    because: [...request.because, ...measured.because, ...unusual(request.value)],
  };
}

type Base =
  | { readonly ok: true; readonly cores: number; readonly because: Because }
  | { readonly ok: false; readonly because: Because };

function baseOf(values: Float64Array, { forecast }: ContainerUse, policy: ResourcePolicy): Base {
  if (policy.strategy === 'statistical') {
    const cores = quantile(values, policy.cpuQuantile);
    const message = `the quantile ${policy.cpuQuantile} of what was measured is ${round(cores)} cores`;
    const details = { quantile: policy.cpuQuantile, cores };
    return { ok: true, cores, because: { code: 'CPU_QUANTILE', message, details } };
  }
  const upper = amount(forecast?.cpuCores?.upper, CPU);
  if (upper === undefined) {
    const message = 'there is no upper forecast of the CPU of one replica';
    return { ok: false, because: { code: 'FORECAST_MISSING', message } };
  }
  const q = forecast?.cpuCores?.quantile;
  const message = `the upper forecast, ${round(upper)} cores, times ${policy.cpuMargin}`;
  const details = { quantile: q, upper_cores: upper, margin: policy.cpuMargin };
  return {
    ok: true,
    cores: upper * policy.cpuMargin,
    because: { code: 'CPU_FORECAST', message, details },
  };
}

function throttledShare({ cpuThrottled = [] }: ContainerUse): number {
  const shares = Float64Array.from(cpuThrottled, (share) =>
    share >= 0 && share <= 1 ? share : Number.NaN,
  );
  const share = quantile(shares, THROTTLED_QUANTILE);
  return Number.isNaN(share) ? 0 : share;
}

function unusual(cores: number): readonly Because[] {
  if (cores >= USUAL_CORES.least && cores <= USUAL_CORES.most) return [];
  const { least, most } = USUAL_CORES;
  const message = `${round(cores)} cores for one container: ${least} to ${most} are usual`;
  return [{ code: 'CPU_UNUSUAL', message, details: { cores } }];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
