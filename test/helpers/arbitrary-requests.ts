import fc from 'fast-check';
import { addMs, MINUTE, toIso } from '#core/time.ts';
import { START } from './first-training.ts';

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, 1e308, -1e308, 1e-320),
);
const anyTime = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc
    .integer({ min: -200, max: 90 })
    .map((hours) => new Date(Date.UTC(2026, 2, 5) + hours * 3_600_000).toISOString()),
  fc.string(),
  fc.integer(),
);
/** Within the 72 hours that are stored, so that many fall on few slots. */
const recentTime = fc
  .integer({ min: 0, max: 72 * 60 - 1 })
  .map((minutes) => toIso(addMs(START, MINUTE, minutes)));
const anyName = fc.oneof(
  fc.constantFrom('web', 'shop', 'default', '*', 'constructor', '__proto__', 'a*b', '..'),
  fc.string(),
);
const anyMetric = fc.oneof(
  fc.constantFrom('cpu', 'cpu_utilization', 'constructor', 'gpu'),
  fc.string(),
);
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });
const orAnything = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: fc.jsonValue() });

/** Fields that are often right and sometimes anything. */
const workload = {
  deployment: orAnything(anyName),
  namespace: orAnything(anyName),
  container: orAnything(anyName),
};

/** Bodies of a request for a forecast: anything, nearly right, and right but for its numbers. */
export const predictBody = fc.oneof(
  fc.jsonValue(),
  optional({
    ...workload,
    metric: orAnything(anyMetric),
    periods: orAnything(fc.integer({ min: -1, max: 2_100 })),
    model: orAnything(fc.constantFrom('auto', 'ses', 'baseline', 'constructor', 'day-naive')),
    levels: orAnything(fc.array(fc.double({ min: 0, max: 1 }), { maxLength: 5 })),
    quantiles: orAnything(
      fc.array(fc.double({ min: 0, max: 1 }), { maxLength: 5 }).map((all) => all.sort()),
    ),
    include_confidence: orAnything(fc.boolean()),
    horizons_minutes: orAnything(fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 3 })),
    history: orAnything(
      fc.array(fc.record({ timestamp: anyTime, value: fc.oneof(anyNumber, fc.constant(null)) })),
    ),
  }),
  // Right but for its numbers.
  fc.record(
    {
      metric: fc.constant('cpu'),
      model: fc.constantFrom('auto', 'ses', 'baseline', 'day-naive', 'profile-ar', 'median'),
      periods: fc.integer({ min: 1, max: 60 }),
      levels: fc.array(fc.double({ min: 0, max: 1 }), { minLength: 1, maxLength: 3 }),
      history: fc.array(
        fc.record({
          timestamp: recentTime,
          value: anyNumber,
        }),
        { minLength: 1, maxLength: 40 },
      ),
    },
    { requiredKeys: ['metric'] },
  ),
);

const point = fc.record({
  timestamp: fc.oneof({ weight: 8, arbitrary: recentTime }, { weight: 1, arbitrary: anyTime }),
  value: fc.oneof(anyNumber, fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(null)),
});
const detectOptions = {
  threshold_sigma: orAnything(fc.double({ min: 0, max: 6 })),
  include_points: orAnything(fc.boolean()),
  explain: orAnything(fc.boolean()),
};

/** Bodies of a request for detection: of both forms, right and wrong. */
export const detectBody = fc.oneof(
  fc.jsonValue(),
  optional({
    ...workload,
    ...detectOptions,
    metrics: orAnything(fc.array(anyMetric, { maxLength: 4 })),
    lookback_minutes: orAnything(fc.integer({ min: 0, max: 11_000 })),
    end: orAnything(anyTime),
    sensitivity: orAnything(fc.constantFrom('low', 'medium', 'high')),
  }),
  optional({
    ...workload,
    ...detectOptions,
    metrics: orAnything(fc.dictionary(anyMetric, orAnything(fc.array(point, { maxLength: 60 })))),
  }),
  // Right but for its numbers.
  fc
    .record(
      {
        deployment: fc.constant('web'),
        namespace: fc.constant('shop'),
        metrics: fc.record({
          cpu: fc.array(
            fc.record({
              timestamp: recentTime,
              value: fc.double({ min: -1e30, max: 1e30, noNaN: true }),
            }),
            { minLength: 1, maxLength: 60 },
          ),
        }),
        threshold_sigma: fc.double({ min: 1, max: 5, noNaN: true }),
        include_points: fc.boolean(),
      },
      { requiredKeys: ['metrics'] },
    )
    .filter(
      ({ deployment, namespace }) => (deployment === undefined) === (namespace === undefined),
    ),
);

/** The same for several metrics. */
export const batchBody = fc.oneof(
  fc.jsonValue(),
  optional({ ...workload, metrics: orAnything(fc.array(anyMetric, { maxLength: 4 })) }),
  fc.record({ metrics: fc.array(anyMetric, { minLength: 1, maxLength: 3 }) }),
);

const sample = optional({
  name: orAnything(anyMetric),
  value: orAnything(anyNumber),
  timestamp: orAnything(anyTime),
  type: orAnything(fc.constantFrom('gauge', 'counter', 'histogram')),
  labels: orAnything(
    fc.dictionary(fc.constantFrom('deployment', 'namespace', 'pod', 'type'), anyName),
  ),
  source: orAnything(fc.constantFrom('agent', 'a@b', '')),
});
const batchFields = {
  backfill: orAnything(fc.boolean()),
  batch_id: orAnything(fc.string({ maxLength: 3 })),
  step_seconds: orAnything(fc.integer({ min: 0, max: 4_000 })),
};
/** Batches of samples and of columns. */
export const ingestBody = fc.oneof(
  fc.jsonValue(),
  optional({ ...batchFields, metrics: orAnything(fc.array(sample, { maxLength: 5 })) }),
  optional({
    ...batchFields,
    ...workload,
    start: orAnything(anyTime),
    columns: orAnything(
      fc.dictionary(anyMetric, fc.array(fc.oneof(anyNumber, fc.constant(null)), { maxLength: 5 })),
    ),
    counters: orAnything(fc.array(anyMetric, { maxLength: 2 })),
  }),
  // Right but for its numbers and times.
  fc.record({
    backfill: fc.constant(true),
    metrics: fc.array(
      fc.record({
        name: fc.constantFrom('cpu', 'requests', 'temperature', 'constructor'),
        value: anyNumber,
        type: fc.constantFrom('gauge', 'counter'),
        timestamp: recentTime,
        labels: fc.record({ deployment: fc.constantFrom('chaos', 'a*b') }),
      }),
      { maxLength: 40 },
    ),
  }),
);

/** Bodies that ask for a training. */
export const trainBody = fc.oneof(
  fc.jsonValue(),
  optional({
    ...workload,
    metrics: orAnything(fc.array(anyMetric, { maxLength: 3 })),
    target: orAnything(anyMetric),
    hours: orAnything(fc.integer({ min: -1, max: 10_000 })),
    model: orAnything(fc.constantFrom('ses', 'auto', 'constructor')),
    run_id: orAnything(fc.constantFrom('r-1', '../r', '')),
  }),
);

const queryField: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.oneof(
    fc.constantFrom('metric', 'from', 'to', 'hours', 'limit', 'stage', 'deployment', 'namespace'),
    fc.string(),
  ),
  fc.oneof(anyTime.map(String), anyNumber.map(String), anyMetric, anyName, fc.constant('champion')),
);

/** Parameters of a query string. */
export const queryFields: fc.Arbitrary<[string, string][]> = fc.oneof(
  fc.array(queryField, { maxLength: 4 }),
  fc.tuple(anyTime, anyTime).map(([from, to]): [string, string][] => [
    ['metric', 'cpu'],
    ['from', String(from)],
    ['to', String(to)],
  ]),
);
