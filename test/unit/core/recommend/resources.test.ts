import { describe, expect, it } from '@jest/globals';
import { useStatistics } from '#core/recommend/measured-use.ts';
import {
  type ContainerUse,
  type CurrentResources,
  DEFAULT_RESOURCE_POLICY,
  type ResourcePolicy,
} from '#core/recommend/resource-policy.ts';
import { type AmountAdvice, needsResize, recommendResources } from '#core/recommend/resources.ts';
import { HOUR } from '#core/time.ts';

const MI = 2 ** 20;

/** A day by the hour; all equal but for the hours named. */
function day(usual: number, others: Readonly<Record<number, number>> = {}): number[] {
  return Array.from({ length: 24 }, (_, hour) => others[hour] ?? usual);
}

function advise(
  use: Partial<ContainerUse>,
  {
    current = {},
    policy = {},
  }: { current?: CurrentResources; policy?: Partial<ResourcePolicy> } = {},
) {
  return recommendResources({ step: HOUR, ...use }, current, {
    ...DEFAULT_RESOURCE_POLICY,
    ...policy,
  });
}

function acted(advice: AmountAdvice) {
  if (advice.decision === 'hold') throw new Error(advice.because.map(({ code }) => code).join());
  return { ...advice, codes: advice.because.map(({ code }) => code) };
}

function codesOf({ because }: AmountAdvice) {
  return because.map(({ code }) => code);
}

describe('the CPU request', () => {
  it('covers P95 of what was measured', () => {
    // 21 hours at 0.2 and three at 1: the 95th percentile of 24 values lies at index 21.85, at 1.
    const { request, limit, codes } = acted(
      advise({ cpuCores: day(0.2, { 1: 1, 2: 1, 3: 1 }) }).cpu,
    );
    expect(request).toBe(1);
    expect(limit).toBeNull();
    expect(codes).toEqual(['CPU_QUANTILE']);
  });

  it('is not below the floor', () => {
    const { request, codes } = acted(advise({ cpuCores: day(0.02) }).cpu);
    expect(request).toBe(0.1);
    expect(codes).toEqual(['CPU_QUANTILE', 'AT_FLOOR']);
  });

  it('is not below the mean, where a rare burst makes that greater than P95', () => {
    // 23 hours idle, one at 48 cores: P95 (index 21.85) is 0, the mean 2.
    const { request, codes } = acted(advise({ cpuCores: day(0, { 3: 48 }) }).cpu);
    expect(request).toBe(2);
    expect(codes).toContain('EXPECTED_USE');
  });

  it('is not below the greatest value of the forecast', () => {
    const forecast = { cpuCores: { expected: 0.9, upper: 1.2, quantile: 0.9 } };
    expect(acted(advise({ cpuCores: day(0.2), forecast }).cpu).request).toBe(0.9);
  });

  it('of ml is the upper forecast times 1.2', () => {
    const forecast = { cpuCores: { expected: 0.9, upper: 1.5, quantile: 0.9 } };
    const use = { cpuCores: day(0.2), forecast };
    expect(acted(advise(use, { policy: { strategy: 'ml' } }).cpu).request).toBeCloseTo(1.8, 12);
  });

  it('of ml is held where there is no forecast: nothing stands in for it', () => {
    const { cpu, memory } = advise(
      { cpuCores: day(0.2), memoryBytes: day(MI) },
      { policy: { strategy: 'ml' } },
    );
    expect([cpu.decision, ...codesOf(cpu)]).toEqual(['hold', 'FORECAST_MISSING']);
    expect([memory.decision, ...codesOf(memory)]).toEqual(['hold', 'FORECAST_MISSING']);
  });

  it('is not lowered while the container is throttled', () => {
    const use = { cpuCores: day(0.2), cpuThrottled: day(0.3) };
    const { request, codes } = acted(advise(use, { current: { cpuRequest: 0.5 } }).cpu);
    expect(request).toBe(0.5);
    expect(codes).toEqual(['CPU_QUANTILE', 'CPU_THROTTLED', 'CPU_KEPT']);
    // Nobody said what it has: at least all that it was seen to use.
    const burst = { ...use, cpuCores: day(0.2, { 5: 0.8 }) };
    expect(acted(advise(burst).cpu).request).toBe(0.8);
  });

  it('takes no notice of a little throttling', () => {
    const use = { cpuCores: day(0.2), cpuThrottled: day(0, { 4: 0.9 }) };
    expect(acted(advise(use, { current: { cpuRequest: 0.5 } }).cpu).request).toBe(0.2);
  });

  it('comes with a limit only when one is asked for: the greatest use times 1.2', () => {
    const use = { cpuCores: day(0.5, { 4: 2 }) };
    const { limit } = acted(advise(use, { policy: { withCpuLimit: true } }).cpu);
    expect(limit).toBeCloseTo(2.4, 12);
  });

  it('raises a limit that is below the request, which Kubernetes refuses', () => {
    const of = (cpuLimit: number) =>
      acted(advise({ cpuCores: day(0.5) }, { current: { cpuLimit } }).cpu);
    // 0.5 · 1.2.
    expect(of(0.3).limit).toBeCloseTo(0.6, 12);
    expect(of(0.3).codes).toContain('CPU_LIMIT_TOO_LOW');
    expect(of(0.5).limit).toBeNull();
  });

  it('asks to look twice at unusual sizes', () => {
    expect(acted(advise({ cpuCores: day(9) }).cpu).codes).toContain('CPU_UNUSUAL');
    const tiny = advise({ cpuCores: day(0.001) }, { policy: { cpuFloor: 0 } });
    expect(acted(tiny.cpu).codes).toContain('CPU_UNUSUAL');
  });
});

describe('the memory request', () => {
  it('is the greatest use and 15 %, the limit no less', () => {
    const { request, limit, codes } = acted(
      advise({ memoryBytes: day(200 * MI, { 3: 400 * MI }) }).memory,
    );
    expect(request).toBeCloseTo(460 * MI, 3);
    expect(limit).toBe(request);
    expect(codes).toEqual(['MEMORY_GREATEST']);
  });

  it('is not below the floor, nor is its limit', () => {
    const { request, limit, codes } = acted(advise({ memoryBytes: day(10 * MI) }).memory);
    expect([request, limit]).toEqual([128 * MI, 128 * MI]);
    expect(codes).toEqual(['MEMORY_GREATEST', 'AT_FLOOR']);
  });

  it('of ml is the upper forecast and 15 %, the limit still above what was seen', () => {
    const forecast = { memoryBytes: { expected: 150 * MI, upper: 200 * MI, quantile: 0.9 } };
    const use = { memoryBytes: day(150 * MI, { 3: 400 * MI }), forecast };
    const { request, limit } = acted(advise(use, { policy: { strategy: 'ml' } }).memory);
    expect(request).toBeCloseTo(230 * MI, 3);
    expect(limit).toBeCloseTo(460 * MI, 3);
  });

  it('is a fifth more than a killed container had, and 100 MiB at least', () => {
    // Killed in hour 5, at 400 MiB in the hour before: 400 + 100 > 400 x 1.2 = 480.
    const use = { memoryBytes: day(300 * MI, { 4: 400 * MI }), oomKills: day(0, { 5: 1 }) };
    const { request, limit, codes } = acted(advise(use).memory);
    expect(request).toBe(500 * MI);
    expect(limit).toBe(500 * MI);
    expect(codes).toContain('OOM_KILLED');
    // At 1000 MiB the fifth is more: 1200.
    const large = { memoryBytes: day(1_000 * MI), oomKills: day(0, { 5: 1 }) };
    expect(acted(advise(large).memory).request).toBe(1_200 * MI);
  });

  it('is above the limit that a container was killed at, although its use was seen below', () => {
    const use = { memoryBytes: day(300 * MI), oomKills: day(0, { 5: 2 }) };
    const { request } = acted(advise(use, { current: { memoryLimit: 512 * MI } }).memory);
    // max(512 x 1.2, 512 + 100) = 614.4.
    expect(request).toBeCloseTo(614.4 * MI, 3);
  });

  it('asks to look twice at unusual sizes', () => {
    expect(acted(advise({ memoryBytes: day(40 * 1_024 * MI) }).memory).codes).toContain(
      'MEMORY_UNUSUAL',
    );
  });
});

describe('what cannot be recommended', () => {
  it('is told apart by resource', () => {
    const { cpu, memory } = advise({ cpuCores: day(0.2) });
    expect(cpu.decision).toBe('act');
    expect([memory.decision, ...codesOf(memory)]).toEqual(['hold', 'MEMORY_UNKNOWN']);
  });

  it('is refused below a day of measurements, less a tenth', () => {
    const hours = (count: number) => advise({ cpuCores: day(0.2).slice(0, count) }).cpu;
    expect(codesOf(hours(21))).toEqual(['HISTORY_TOO_SHORT']);
    expect(hours(22).decision).toBe('act');
    expect(codesOf(hours(0))).toEqual(['HISTORY_TOO_SHORT']);
  });

  it('does not count what is missing or cannot be true, and says so', () => {
    const broken = day(0.2, { 0: Number.NaN, 1: -1, 2: Infinity, 3: 1e308 });
    expect(codesOf(advise({ cpuCores: broken }).cpu)).toEqual([
      'HISTORY_TOO_SHORT',
      'VALUES_LEFT_OUT',
    ]);
    const longer = [...broken, ...day(0.2)];
    const { request, because } = acted(advise({ cpuCores: longer }).cpu);
    expect(request).toBe(0.2);
    expect(because.find(({ code }) => code === 'VALUES_LEFT_OUT')?.details).toEqual({ count: 3 });
  });

  it.each([Number.NaN, Infinity, -1, 1e308])('takes no forecast or size of %p', (value) => {
    const forecast = {
      cpuCores: { expected: value, upper: value, quantile: 0.9 },
      memoryBytes: { expected: value, upper: value, quantile: 0.9 },
    };
    const current = {
      cpuRequest: value,
      cpuLimit: value,
      memoryRequest: value,
      memoryLimit: value,
    };
    const use = {
      cpuCores: day(0.2),
      memoryBytes: day(200 * MI),
      cpuThrottled: day(0.5),
      oomKills: day(1),
      forecast,
    };
    const { cpu, memory } = advise(use, { current });
    expect(acted(cpu).request).toBeCloseTo(0.2, 12);
    expect(acted(memory).request).toBe(300 * MI);
  });
});

describe('a resize', () => {
  const advice = (request: number): AmountAdvice => ({
    decision: 'act',
    request,
    limit: null,
    because: [],
  });

  it('is worth it from a tenth on, either way', () => {
    expect(needsResize(advice(1.1), 1)).toBe(true);
    expect(needsResize(advice(1.09), 1)).toBe(false);
    expect(needsResize(advice(0.89), 1)).toBe(true);
    expect(needsResize(advice(0.5), 0)).toBe(true);
  });

  it('needs something to compare with, and a recommendation', () => {
    expect(needsResize(advice(2), undefined)).toBe(false);
    expect(needsResize({ decision: 'hold', because: [] }, 1)).toBe(false);
  });
});

describe('the statistics of use', () => {
  it('are those of the values there are', () => {
    // Deviations from the mean 3: 2, 1, 0, 1, 2; squares 10; 10 / 4 = 2.5.
    expect(useStatistics([1, 2, 3, 4, 5, Number.NaN, Infinity], 0.5)).toEqual({
      mean: 3,
      median: 3,
      standardDeviation: Math.sqrt(2.5),
      minimum: 1,
      maximum: 5,
      quantile: 3,
      count: 5,
    });
  });
});
