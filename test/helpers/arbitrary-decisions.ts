import fc from 'fast-check';
import type { DecideInput } from '#core/recommend/decide.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, durationMs, epochMs, MINUTE } from '#core/time.ts';

const NOW = Date.UTC(2026, 2, 2, 12, 2);
/** What nothing may be harmed by. */
const BROKEN = [Number.NaN, Infinity, -Infinity, -1, -1e308, 1e308, 5e-324, 0, -0];

const utilization = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 1.2, noNaN: true }) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 0.2, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
);
const counts = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 130 }) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN, 2.5, 999_999) },
);
const minutes = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((count) => addMs(epochMs(NOW), MINUTE, count));

const measured = fc.option(
  fc.record({
    at: fc.oneof(
      { weight: 8, arbitrary: minutes(-14, 4) },
      { weight: 1, arbitrary: minutes(-600, 600) },
    ),
    utilization,
    replicas: counts,
    highestLoad: fc.oneof(
      { weight: 6, arbitrary: fc.double({ min: 0, max: 40, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
    ),
  }),
  { nil: undefined, freq: 20 },
);

/** A path that quantiles are fractions of, flat or with one broken value; too short now and then. */
const forecast = fc.option(
  fc
    .record({
      cutoff: fc.oneof(
        { weight: 8, arbitrary: minutes(-12, -2) },
        { weight: 1, arbitrary: minutes(-600, 600) },
      ),
      validFor: fc.oneof(
        { weight: 8, arbitrary: fc.constant(120) },
        { weight: 1, arbitrary: fc.integer({ min: -60, max: 30 }) },
      ),
      level: fc.oneof(
        { weight: 4, arbitrary: fc.double({ min: 0, max: 60, noNaN: true }) },
        { weight: 3, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
      ),
      steps: fc.constantFrom(0, 1, 5, 12, 12, 12, 12),
      hole: fc.oneof(
        { weight: 11, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.record({ at: fc.nat(11), value: fc.constantFrom(...BROKEN) }) },
      ),
      quantiles: fc.constantFrom([], [0.9], [0.1, 0.5, 0.9], [0.05, 0.1, 0.5, 0.75, 0.9, 0.98]),
    })
    .map(({ cutoff, validFor, level, steps, hole, quantiles }) => {
      const path = (factor: number) => {
        const values = new Float64Array(steps).fill(level * factor);
        if (hole && hole.at < steps) values[hole.at] = hole.value;
        return values;
      };
      return {
        cutoff,
        step: durationMs(5 * MINUTE),
        validUntil: addMs(cutoff, MINUTE, validFor),
        point: path(1),
        quantiles: quantiles.map((q) => ({ q, values: path(0.5 + q) })),
      };
    }),
  { nil: undefined, freq: 12 },
);

const policy = fc
  .record({
    minimumReplicas: fc.integer({ min: 1, max: 20 }),
    more: fc.integer({ min: 0, max: 100 }),
    targetUtilization: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
    scaleDownThreshold: fc.double({ min: 0, max: 0.5, noNaN: true }),
    scaleUpThreshold: fc.double({ min: 0.5, max: 1, noNaN: true }),
    quantile: fc.constantFrom(0.05, 0.75, 0.9, 0.98, 0.99),
    scaleInFraction: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ more, ...rest }) => ({
    ...DEFAULT_POLICY,
    ...rest,
    maximumReplicas: rest.minimumReplicas + more,
  }));

const state = fc.option(
  fc.record({
    action: fc.constantFrom('scale_out' as const, 'scale_in' as const),
    target: fc.integer({ min: 0, max: 130 }),
    at: minutes(-12, 1),
    standing: fc.boolean(),
  }),
  { nil: undefined, freq: 2 },
);

/** Whatever may come before a decision: sound for the most part, now and then broken anywhere. */
export const anyDecideInput: fc.Arbitrary<DecideInput> = fc
  .record({
    policy,
    currentReplicas: fc.option(counts, { nil: undefined, freq: 20 }),
    measured,
    capacity: fc.record({
      perReplica: fc.double({ min: 0.01, max: 100, noNaN: true }),
      idle: fc.constantFrom(0, 0, 0.05, 0.5, 0.99),
    }),
    forecast,
    doubts: fc.constantFrom([], [], [], [{ code: 'SKILL_NEGATIVE', message: 'worse than naive' }]),
    claimedLoad: fc.option(
      fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.constantFrom(...BROKEN)),
      { nil: undefined, freq: 2 },
    ),
    state,
    quiet: fc.option(
      fc.record({
        measured: fc.double({ min: 0, max: 0.4, noNaN: true }),
        expected: fc.double({ min: 0, max: 0.4, noNaN: true }),
      }),
      { nil: undefined, freq: 2 },
    ),
  })
  .map(({ quiet, ...input }) => {
    const now = epochMs(NOW);
    return quiet ? quietly({ ...input, now }, quiet) : { ...input, now };
  });

/** The same with so little load, measured and expected, that replicas may go. */
function quietly(
  input: DecideInput,
  quiet: { readonly measured: number; readonly expected: number },
): DecideInput {
  const { currentReplicas: current = 0, measured: use, forecast: before, capacity } = input;
  const demand = quiet.expected * current * capacity.perReplica;
  const level = before?.point[0] ?? 0;
  // Holes and broken levels stay as they are.
  const scaled = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value) => (value > 0 ? (value / level) * demand : value));
  return {
    ...input,
    doubts: [],
    claimedLoad: undefined,
    measured: use && { ...use, highestLoad: quiet.measured * current },
    forecast: before && {
      ...before,
      point: scaled(before.point),
      quantiles: before.quantiles.map(({ q, values }) => ({ q, values: scaled(values) })),
    },
  };
}
