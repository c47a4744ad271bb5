import { describe, expect, it } from '@jest/globals';
import { periodAmounts } from '#core/capacity/period-amounts.ts';
import {
  hoursWithin,
  type PeriodSummary,
  scaledSummary,
  summarisePeriod,
} from '#core/capacity/summarise.ts';
import { toIso } from '#core/time.ts';
import { at } from '#test/helpers/memory-services.ts';

const MIDNIGHT = at('2026-03-05T00:00:00Z');
const MI = 2 ** 20;

/** A day at 1 with a peak of 9 at 03:00, the band a half and twice of it. */
function peakAtThree() {
  const point = Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 9 : 1));
  const band = { lower: point.map((v) => v / 2), upper: point.map((v) => v * 2) };
  return { start: MIDNIGHT, point, band };
}

function summaryOf(paths: Parameters<typeof summarisePeriod>[0]): PeriodSummary {
  const summary = summarisePeriod(paths);
  if (!summary) throw new Error('no summary');
  return summary;
}

describe('the summary of a period', () => {
  it('sees a peak at 3 a.m., which a sample at noon does not', () => {
    const { peak, mean, p95 } = summaryOf(peakAtThree());
    expect(peak.value).toBe(9);
    expect(peak.at !== null && toIso(peak.at)).toBe('2026-03-05T03:00:00.000Z');
    // (23 x 1 + 9) / 24 = 4/3.
    expect(mean.value).toBeCloseTo(4 / 3, 12);
    // Index 0.95 x 23 = 21.85 of the sorted hours: still one of the ones.
    expect(p95.value).toBe(1);
  });

  it('takes each statistic of each path of the band', () => {
    const { peak, mean } = summaryOf(peakAtThree());
    expect([peak.lower, peak.upper]).toEqual([4.5, 18]);
    expect(mean.lower).toBeCloseTo(2 / 3, 12);
    expect(mean.upper).toBeCloseTo(8 / 3, 12);
  });

  it('holds its values also in the band of a biased model', () => {
    const { mean } = summaryOf({
      start: MIDNIGHT,
      point: [1, 1],
      band: { lower: [2, 2], upper: [3, 3] },
    });
    expect(mean).toEqual({ value: 1, lower: 1, upper: 3 });
  });

  it('has no interval without a band, and no hour of the peak where all are alike', () => {
    const { mean, peak } = summaryOf({ start: MIDNIGHT, point: [2, 2, 2] });
    expect(mean).toEqual({ value: 2, lower: null, upper: null });
    expect(peak).toEqual({ value: 2, lower: null, upper: null, at: null });
  });

  it('is none of nothing, of what is missing, and of what is infinite', () => {
    for (const point of [[], [1, Number.NaN], [Infinity]]) {
      expect(summarisePeriod({ start: MIDNIGHT, point })).toBeUndefined();
    }
    const band = { lower: [0], upper: [Number.NaN] };
    expect(summarisePeriod({ start: MIDNIGHT, point: [1], band })).toBeUndefined();
  });

  it('scales with all its bounds', () => {
    const half = scaledSummary(summaryOf(peakAtThree()), 0.5);
    expect(half.peak).toEqual({
      value: 4.5,
      lower: 2.25,
      upper: 9,
      at: at('2026-03-05T03:00:00Z'),
    });
    expect(half.hours).toBe(24);
  });
});

describe('the hours of a period', () => {
  const paths = { ...peakAtThree(), start: at('2026-03-04T22:00:00Z') };

  it('are those that begin in it', () => {
    const within = hoursWithin(paths, { from: MIDNIGHT, to: at('2026-03-05T02:00:00Z') });
    expect(toIso(within.start)).toBe('2026-03-05T00:00:00.000Z');
    // 22:00 and 23:00 are left out: indices 2 and 3, the peak of index 3 among them.
    expect(within.point).toEqual([1, 9]);
    expect(within.band?.upper).toEqual([2, 18]);
  });

  it('may begin at half past', () => {
    const within = hoursWithin(paths, {
      from: at('2026-03-05T00:30:00Z'),
      to: at('2026-03-05T02:30:00Z'),
    });
    expect(toIso(within.start)).toBe('2026-03-05T01:00:00.000Z');
    expect(within.point).toHaveLength(2);
  });

  it('are none before the forecast begins', () => {
    const before = { from: at('2026-03-03T00:00:00Z'), to: at('2026-03-04T00:00:00Z') };
    expect(hoursWithin(paths, before).point).toEqual([]);
  });
});

describe('the sizes of a period', () => {
  const summary = summaryOf(peakAtThree());
  const cpu = { resource: 'cpu', period: 'next_day', summary, observedPeak: Number.NaN } as const;

  it('of CPU cover the upper bound of P95, limited at that of the peak', () => {
    expect(periodAmounts(cpu, 'quantiles')).toMatchObject({
      decision: 'act',
      request: 2,
      limit: 18,
    });
  });

  it('of memory cover the upper bound of the peak, the limit 15 % above it', () => {
    const memory = { ...cpu, resource: 'memory', summary: scaledSummary(summary, MI) } as const;
    const advice = periodAmounts(memory, 'quantiles');
    expect(advice).toMatchObject({ decision: 'act', request: 18 * MI });
    expect(advice.decision === 'act' && advice.limit).toBeCloseTo(20.7 * MI, 3);
    const seen = periodAmounts({ ...memory, observedPeak: 40 * MI }, 'quantiles');
    expect(seen.decision === 'act' && seen.limit).toBeCloseTo(46 * MI, 3);
  });

  it('are never below the expected use', () => {
    const advice = periodAmounts(cpu, 'quantiles');
    expect(advice.decision === 'act' && advice.request).toBeGreaterThanOrEqual(summary.mean.value);
  });

  it('are those of the seeds by name only, and say that they are less than the mean', () => {
    // 0.8 x 4/3 and 1.2 x 4/3; a month 0.7 and 1.5.
    const day = periodAmounts(cpu, 'seeds');
    expect(day.because.map(({ code }) => code)).toEqual(['SEED_PRESET']);
    expect(day.decision === 'act' && [day.request, day.limit]).toEqual([
      expect.closeTo(16 / 15, 12),
      expect.closeTo(1.6, 12),
    ]);
    const month = periodAmounts({ ...cpu, period: 'next_month' }, 'seeds');
    expect(month.decision === 'act' && [month.request, month.limit]).toEqual([
      expect.closeTo(14 / 15, 12),
      expect.closeTo(2, 12),
    ]);
  });

  it('are held without a band, and never negative', () => {
    const bare = summaryOf({ start: MIDNIGHT, point: [1, 2] });
    const held = periodAmounts({ ...cpu, summary: bare }, 'quantiles');
    expect([held.decision, held.because[0]?.code]).toEqual(['hold', 'NO_INTERVAL']);
    const negative = scaledSummary(bare, -1);
    expect(periodAmounts({ ...cpu, summary: negative }, 'seeds')).toMatchObject({
      request: 0,
      limit: 0,
    });
  });
});
