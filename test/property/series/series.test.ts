import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assembleFrame, type SourceColumn } from '#core/series/assemble.ts';
import { counterToRate } from '#core/series/counter-rate.ts';
import type { Grid } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Point } from '#core/series/point.ts';
import { assessQuality, cleanSeries } from '#core/series/quality.ts';
import { resample } from '#core/series/resample.ts';
import { makeSeries } from '#core/series/series.ts';
import { findTimeZone, momentsOfLocalTime } from '#core/series/time-zone.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const grid: Grid = { start: epochMs(60_000), step: MINUTE, length: 10 };

/** Few enough times that several points share one, some before and after the grid. */
const time = fc.integer({ min: 0, max: 90 }).map((tens) => epochMs(tens * 10_000));
/** Any double, and often one of those whose order or sign is easily lost. */
const anyValue = fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.1, 0.2, 0.3, Number.NaN));
const anyPoint: fc.Arbitrary<Point> = fc.record({ at: time, value: anyValue });

/** The same items in two orders. */
function inTwoOrders<T>(item: fc.Arbitrary<T>, maxLength: number) {
  return fc
    .array(item, { maxLength })
    .chain((items) =>
      fc.tuple(
        fc.constant(items),
        fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length }),
      ),
    );
}

describe('resample', () => {
  it.each(['mean', 'max', 'last', 'sum'] as const)(
    'by %s does not depend on the order of the points, to the last bit',
    (rule) => {
      fc.assert(
        fc.property(inTwoOrders(anyPoint, 40), ([points, shuffled]) => {
          expect(resample(shuffled, grid, rule)).toEqual(resample(points, grid, rule));
        }),
      );
    },
  );

  it('by sum preserves the total of what lies on the grid', () => {
    // Integers, so that sums are exact in any order.
    const point = fc.record({ at: time, value: fc.integer({ min: -1_000_000, max: 1_000_000 }) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), (points) => {
        const onGrid = points.filter(({ at }) => at >= 60_000 && at < 660_000);
        const total = onGrid.reduce((sum, { value }) => sum + value, 0);
        const slots = resample(points, grid, 'sum').filter((value) => !Number.isNaN(value));
        expect(slots.reduce((sum, value) => sum + value, 0)).toBe(total);
      }),
    );
  });

  it('by mean stays between the least and the greatest point', () => {
    const point = fc.record({ at: time, value: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), (points) => {
        for (const value of resample(points, grid, 'mean')) {
          expect(Number.isNaN(value) || (value >= 0 && value <= 1)).toBe(true);
        }
      }),
    );
  });
});

describe('counterToRate', () => {
  it('is never negative, whatever the readings', () => {
    const tolerance = fc.integer({ min: 0, max: 200_000 }).map(durationMs);
    fc.assert(
      fc.property(fc.array(anyPoint), tolerance, (points, maxGap) => {
        for (const { value } of counterToRate(points, maxGap))
          expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('adds up to the increase when the counter is never reset', () => {
    const steps = fc.array(
      fc.record({
        seconds: fc.integer({ min: 1, max: 100 }),
        increase: fc.integer({ min: 0, max: 1_000_000 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 1_000_000 }), (increments, first) => {
        let [seconds, total] = [0, first];
        const points: Point[] = [{ at: epochMs(0), value: first }];
        for (const step of increments) {
          seconds += step.seconds;
          total += step.increase;
          points.push({ at: epochMs(seconds * 1_000), value: total });
        }
        const rates = counterToRate(points.toReversed(), durationMs(100_000));
        const counted = rates.reduce(
          (sum, { value }, i) => sum + value * (increments[i]?.seconds ?? Number.NaN),
          0,
        );
        // Each of at most 30 products is off by a relative 2^-52 of at most 3e7.
        expect(Math.abs(counted - (total - first))).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('assembleFrame', () => {
  const column: fc.Arbitrary<SourceColumn> = fc
    .record({
      metric: fc.constantFrom('cpu_utilization', 'request_rate', 'latency_p95', 'x_total'),
      source: fc.constantFrom('agent', 'agent@a', 'agent@b', 'agent@c', 'cloudwatch'),
      stepSeconds: fc.constantFrom(20, 60, 120),
      slots: fc.uniqueArray(
        fc.record({
          index: fc.integer({ min: 0, max: 35 }),
          value: anyValue,
          asOf: fc.integer({ min: 0, max: 3 }).map(epochMs),
        }),
        { selector: ({ index }) => index, maxLength: 12 },
      ),
    })
    .map(({ metric, source, stepSeconds, slots }) => ({
      metric,
      source,
      step: durationMs(stepSeconds * 1_000),
      slots: slots.map(({ index, value, asOf }) => ({
        start: epochMs(index * stepSeconds * 1_000),
        value,
        asOf,
      })),
    }));
  const counters = new Set(['x_total']);

  it('does not depend on the order of the columns, to the last bit', () => {
    fc.assert(
      fc.property(inTwoOrders(column, 12), ([columns, shuffled]) => {
        const frame = assembleFrame({ idPrefix: 'w', grid, columns, counters });
        const other = assembleFrame({ idPrefix: 'w', grid, columns: shuffled, counters });
        expect([...other.series]).toEqual([...frame.series]);
      }),
    );
  });

  it('gives every series the grid and a value', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 8 }), (columns) => {
        const frame = assembleFrame({ idPrefix: 'w', grid, columns, counters });
        for (const [metric, series] of frame.series) {
          expect(series).toMatchObject({ id: `w/${metric}`, start: grid.start, step: grid.step });
          expect(series.values).toHaveLength(grid.length);
          expect(series.values.some((value) => !Number.isNaN(value))).toBe(true);
        }
      }),
    );
  });
});

describe('assessQuality', () => {
  it('finds in a cleaned series what it found usable in the raw one, and nothing wrong', () => {
    const definition = metricDefinition('cpu_utilization');
    const value = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const parts = { id: 'w', unit: 'ratio', start: epochMs(0), step: MINUTE } as const;
        const raw = makeSeries({ ...parts, values });
        const before = assessQuality(raw, definition);
        const after = assessQuality(cleanSeries(raw, definition), definition);
        expect(before.usable + before.infinite + before.outOfRange).toBe(before.present);
        expect(after).toEqual({
          ...before,
          present: before.usable,
          negative: 0,
          infinite: 0,
          outOfRange: 0,
        });
      }),
    );
  });
});

describe('momentsOfLocalTime', () => {
  it('finds every moment again from what the clocks showed at it', () => {
    const zone = fc.constantFrom('utc', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', '-03');
    const moment = fc
      .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2030, 0, 1) })
      .map(epochMs);
    fc.assert(
      fc.property(zone, moment, (name, at) => {
        const found = findTimeZone(name);
        if (found === undefined) throw new Error(`no zone ${name}`);
        expect(momentsOfLocalTime(at + found.offsetAt(at), found)).toContain(at);
      }),
    );
  });
});
