import { mean, quantile } from '../math/statistics.ts';
import type { Because } from './because.ts';
import { amount, MEMORY, measuredUse } from './measured-use.ts';
import { Raised } from './raised.ts';
import type { ContainerUse, CurrentResources, ResourcePolicy } from './resource-policy.ts';
import type { AmountAdvice } from './resources.ts';

const MEBIBYTE = 2 ** 20;

/**
 * What a container gets after it was killed: a fifth more, and 100 MiB more at least, than it had or
 * used (the Vertical Pod Autoscaler's `RecordOOM`, `DefaultOOMBumpUpRatio`, `DefaultOOMMinBumpUp`).
 */
const BUMP_RATIO = 1.2;
const BUMP_BYTES = 100 * MEBIBYTE;

/** Outside of these MOrA asks to look twice. */
const USUAL_MEBIBYTES = { least: 32, most: 32 * 1_024 } as const;

/**
 * The memory request and limit of a container, in bytes. `statistical`: the greatest use times a
 * margin, `ml`: the upper forecast times it (MOrA: 1.15 both). A container whose memory ran out gets
 * more than it had. The limit is never below the request, nor below the greatest use with its margin.
 */
export function recommendMemory(
  use: ContainerUse,
  current: CurrentResources,
  policy: ResourcePolicy,
): AmountAdvice {
  const measured = measuredUse(MEMORY, use.memoryBytes, use.step, policy.minimumHistory);
  if (!measured.ok) return { decision: 'hold', because: measured.because };
  const { values } = measured;
  const greatest = quantile(values, 1);
  const upper = amount(use.forecast?.memoryBytes?.upper, MEMORY);
  if (policy.strategy === 'ml' && upper === undefined) {
    const message = 'there is no upper forecast of the memory of one replica';
    return { decision: 'hold', because: [{ code: 'FORECAST_MISSING', message }] };
  }
  const request = baseOf(greatest, upper, use, policy);
  const limit = new Raised(Math.max(greatest, upper ?? 0) * policy.memoryMargin);
  const expected = Math.max(mean(values), amount(use.forecast?.memoryBytes?.expected, MEMORY) ?? 0);
  request.atLeast(expected, 'EXPECTED_USE', `${mebibytes(expected)} are expected to be used`);
  const killed = useWhenKilled(values, use, current);
  if (killed) {
    const needed = Math.max(killed.bytes * BUMP_RATIO, killed.bytes + BUMP_BYTES);
    request.because.push({
      code: 'OOM_KILLED',
      message: `memory ran out in ${killed.steps} steps at ${mebibytes(killed.bytes)}: a fifth more, 100 MiB at least; look at the time since the last change if it was raised already`,
      details: { steps: killed.steps, bytes: killed.bytes, needed_bytes: needed },
    });
    request.atLeast(needed);
  }
  const floor = policy.memoryFloor;
  request.atLeast(floor, 'AT_FLOOR', `the floor is ${mebibytes(floor)}`);
  limit.atLeast(request.value);
  return {
    decision: 'act',
    request: request.value,
    limit: limit.value,
    because: [...request.because, ...measured.because, ...unusual(request.value)],
  };
}

function baseOf(
  greatest: number,
  upper: number | undefined,
  { forecast }: ContainerUse,
  { strategy, memoryMargin }: ResourcePolicy,
): Raised {
  if (strategy === 'ml' && upper !== undefined) {
    const message = `the upper forecast, ${mebibytes(upper)}, times ${memoryMargin}`;
    const quantileOf = forecast?.memoryBytes?.quantile;
    const details = { quantile: quantileOf, upper_bytes: upper, margin: memoryMargin };
    return new Raised(upper * memoryMargin, { code: 'MEMORY_FORECAST', message, details });
  }
  const message = `the greatest use, ${mebibytes(greatest)}, times ${memoryMargin}`;
  const details = { greatest_bytes: greatest, margin: memoryMargin };
  return new Raised(greatest * memoryMargin, { code: 'MEMORY_GREATEST', message, details });
}

/**
 * How much a killed container had at least: what was measured in the step of the kill and the one
 * before, or its present request and limit, which it must have reached between two measurements.
 */
function useWhenKilled(
  values: Float64Array,
  { oomKills = [] }: ContainerUse,
  { memoryRequest, memoryLimit }: CurrentResources,
): { readonly bytes: number; readonly steps: number } | undefined {
  let steps = 0;
  let bytes = Math.max(amount(memoryRequest, MEMORY) ?? 0, amount(memoryLimit, MEMORY) ?? 0);
  for (let i = 0; i < oomKills.length; i++) {
    if (!(oomKills[i]! > 0)) continue;
    steps++;
    const around = quantile(values.subarray(Math.max(i - 1, 0), i + 1), 1);
    if (around > bytes) bytes = around;
  }
  if (steps === 0) return undefined;
  return { steps, bytes: bytes > 0 ? bytes : quantile(values, 1) };
}

function unusual(bytes: number): readonly Because[] {
  const { least, most } = USUAL_MEBIBYTES;
  if (bytes >= least * MEBIBYTE && bytes <= most * MEBIBYTE) return [];
  const message = `${mebibytes(bytes)} for one container: ${least} to ${most} MiB are usual`;
  return [{ code: 'MEMORY_UNUSUAL', message, details: { bytes } }];
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / MEBIBYTE).toPrecision(4))} MiB`;
}
