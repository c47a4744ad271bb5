import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DOCUMENTED_METRICS } from '#core/features/documented.ts';
import type { FeatureMatrix } from '#core/features/feature-matrix.ts';
import { FEATURE_SETS, featuresOf } from '#core/features/feature-set.ts';
import { moraFeatures, moraTargets } from '#core/features/mora.ts';
import { multiHorizonFeatures } from '#core/features/multi-horizon.ts';
import { ORIGINAL_METRICS } from '#core/features/original.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Frame } from '#core/series/frame.ts';
import { durationMs, MINUTE } from '#core/time.ts';
import { frameOf } from '#test/helpers/frame-of.ts';
import { expectIdentical } from '#test/helpers/same-numbers.ts';

const LENGTH = 72;
const METRICS = [
  ...DOCUMENTED_METRICS,
  ...['cpu_cores', 'network_rx_bytes', 'network_tx_bytes', 'restarts', 'replicas'],
];
/** The last Sunday of October 2024 in Berlin: its clocks go back in the middle of these rows. */
const GRID = { start: Date.UTC(2024, 9, 26, 22), step: durationMs(5 * MINUTE) };
const ZONE = { timeZone: 'Europe/Berlin' };

/** One value in five is one of these. */
const ODD = [Number.NaN, 0, -0, Infinity, -Infinity, 1e308, -1e308];
/** Drawn from a seed: fast-check's own arrays of a thousand numbers cost more than what is tested. */
const columns = fc.nat().map((seed) => {
  const random = seededRandom(seed);
  const draw = () =>
    random() < 0.2 ? (ODD[Math.floor(random() * ODD.length)] ?? 0) : 1e6 * random() - 10;
  return METRICS.map(() => Array.from({ length: LENGTH }, draw));
});
const row = fc.integer({ min: 0, max: LENGTH - 1 });

type Columns = readonly (readonly number[])[];
type Builder = (frame: Frame, from?: number) => FeatureMatrix;

const setsOf: readonly [string, Builder][] = FEATURE_SETS.map((set) => [
  set,
  (frame, from = 0) => featuresOf(set, frame, { ...ZONE, from }),
]);
const targetsOf: readonly [string, string, Builder][] = FEATURE_SETS.flatMap((set) =>
  (set === 'documented' ? DOCUMENTED_METRICS : ORIGINAL_METRICS).map(
    (target): [string, string, Builder] => [
      `${set} for ${target}`,
      target,
      (frame, from = 0) => featuresOf(set, frame, { ...ZONE, target, from }),
    ],
  ),
);
const BUILDERS: readonly [string, Builder][] = [
  ...setsOf,
  ...targetsOf
    .filter(([, target]) => target === 'cpu_utilization')
    .map(([name, , build]): [string, Builder] => [name, build]),
  ['mora', (frame, from = 0) => moraFeatures(frame, { from })],
  ['mora targets', (frame, from = 0) => moraTargets(frame, { from })],
  [
    'multi-horizon',
    (frame, from = 0) => multiHorizonFeatures(frame, 'cpu_utilization', { ...ZONE, from }),
  ],
];
const RUNS = { numRuns: 4 };

describe.each(BUILDERS)('features: %s', (_, build) => {
  it('know nothing of what comes after their row', () => {
    fc.assert(
      fc.property(columns, columns, row, (past, future, t) => {
        const before = build(frameWith(past));
        const after = build(frameWith(switchedAfter(past, future, t)));
        expectIdentical(rowsUpTo(after, t), rowsUpTo(before, t));
      }),
      RUNS,
    );
  });

  it('are the same wherever the computation begins', () => {
    fc.assert(
      fc.property(columns, row, (data, from) => {
        const whole = build(frameWith(data));
        const tail = build(frameWith(data), from);
        expect(tail.names).toEqual(whole.names);
        expect(tail.rows).toBe(LENGTH - from);
        expectIdentical(tail.values, whole.values.subarray(from * whole.names.length));
      }),
      RUNS,
    );
  });

  it('are finite or missing', () => {
    fc.assert(
      fc.property(columns, (data) => {
        const { values } = build(frameWith(data));
        expect(values.some((cell) => Math.abs(cell) === Infinity)).toBe(false);
      }),
      RUNS,
    );
  });
});

describe.each(targetsOf)('features: %s', (_, target, build) => {
  it('know nothing of its value at their row', () => {
    fc.assert(
      fc.property(columns, columns, row, (data, others, t) => {
        const changed = data.map((own, m) =>
          METRICS[m] === target ? [...own.slice(0, t), ...(others[m] ?? []).slice(t)] : own,
        );
        const before = build(frameWith(data));
        expectIdentical(rowsUpTo(build(frameWith(changed)), t), rowsUpTo(before, t));
      }),
      RUNS,
    );
  });
});

function frameWith(data: Columns): Frame {
  return frameOf(Object.fromEntries(METRICS.map((metric, m) => [metric, data[m] ?? []])), GRID);
}

function switchedAfter(past: Columns, future: Columns, t: number): Columns {
  return past.map((own, m) => [...own.slice(0, t + 1), ...(future[m] ?? []).slice(t + 1)]);
}

function rowsUpTo({ names, values }: FeatureMatrix, t: number): Float64Array {
  return values.subarray(0, (t + 1) * names.length);
}
