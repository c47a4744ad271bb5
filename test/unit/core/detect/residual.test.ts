import { describe, expect, it } from '@jest/globals';
import { type FittedResidual, residualDetector, restoreResidual } from '#core/detect/residual.ts';
import { ResidualStateSchema } from '#core/detect/residual-state.ts';
import { DEFAULT_THRESHOLD } from '#core/detect/severity.ts';
import { DomainError } from '#core/errors.ts';
import { normal, type Random, seededRandom } from '#core/math/random.ts';
import { sliceFrame } from '#core/series/frame.ts';
import { durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { frameOf } from '#test/helpers/frame-of.ts';
import { expectIdentical } from '#test/helpers/same-numbers.ts';

const { NaN: GAP } = Number;
/** Half an hour keeps the data small: 48 rows a day. */
const STEP = durationMs(30 * MINUTE);
const DAY_ROWS = 48;
const LEARNED = 21 * DAY_ROWS;
const ROWS = LEARNED + 4 * DAY_ROWS;
const START = Date.UTC(2024, 0, 1);
/** Where something happens, unless said otherwise: at ten in the morning of the third day. */
const AT = LEARNED + 2 * DAY_ROWS + 20;

type Columns = Readonly<Record<string, Float64Array>>;
const frame = (columns: Columns) => frameOf(columns, { start: START, step: STEP });
const timeOf = (row: number) => epochMs(START + row * STEP);

/** Noise that remembers: an autoregression of order 1 with this coefficient and spread. */
function wandering(random: Random, memory: number, spread: number): Float64Array {
  let value = 0;
  return Float64Array.from({ length: ROWS }, () => {
    value = memory * value + spread * Math.sqrt(1 - memory ** 2) * normal(random);
    return value;
  });
}

/**
 * Requests with a day (at noon e^1.2 times as many as at midnight) that move a processor, memory and a
 * temperature that go their own ways, and three that cannot be judged.
 */
function workload(): Record<string, Float64Array> {
  const random = seededRandom(4, 'residual');
  const load = wandering(random, 0.7, 0.08).map((value, i) =>
    Math.exp(0.6 * Math.sin(2 * Math.PI * (i / DAY_ROWS - 0.25)) + value),
  );
  return {
    request_rate: load.map((value) => 200 * value * (1 + 0.01 * normal(random))),
    cpu_utilization: load.map((value) => 0.2 * value * (1 + 0.02 * normal(random))),
    memory_bytes: wandering(random, 0.9, 0.03).map((value) => 1e9 * Math.exp(value)),
    temperature: wandering(random, 0.5, 2).map((value) => value - 5),
    queue_length: new Float64Array(ROWS).fill(7),
    replicas: Float64Array.from({ length: ROWS }, (_, i) => 2 + (Math.floor(i / 7) % 3)),
    latency_p95: load.map((value, i) => (i % 3 === 0 ? value : GAP)),
  };
}

const COLUMNS = workload();
const FITTED = residualDetector().fit(sliceFrame(frame(COLUMNS), 0, LEARNED));

/** The workload with a metric changed from row `AT` on; `since` counts rows from there. */
function changed(metric: string, of: (value: number, since: number) => number): Columns {
  const values = COLUMNS[metric] ?? new Float64Array(0);
  return { ...COLUMNS, [metric]: values.map((value, i) => (i < AT ? value : of(value, i - AT))) };
}

/** The scores of a metric from `AT` on. */
function scoresOf(columns: Columns, metric: string, fitted = FITTED): Float64Array {
  return fitted.detect(frame(columns), AT).get(metric)?.scores ?? new Float64Array(0);
}

/** How many rows after `AT` the first alarm is; -1 without one. */
function delay(columns: Columns, metric: string, fitted = FITTED): number {
  return scoresOf(columns, metric, fitted).findIndex((score) => score >= DEFAULT_THRESHOLD);
}

const named = (fitted: FittedResidual) => fitted.toState().metrics.map(({ metric }) => metric);

describe('residualDetector', () => {
  it('judges the metrics that move, and says why it does not judge the others', () => {
    expect(named(FITTED)).toEqual([
      'request_rate',
      'cpu_utilization',
      'memory_bytes',
      'temperature',
    ]);
    expect(FITTED.skipped).toEqual([
      { metric: 'queue_length', reason: 'constant, or moves in steps' },
      { metric: 'replicas', reason: 'constant, or moves in steps' },
      { metric: 'latency_p95', reason: 'more than half of the values are missing' },
    ]);
  });

  it('finds which metrics move together, and no relation where there is none', () => {
    const neighbours = FITTED.toState().metrics.map(({ neighbour }) => neighbour?.metric ?? null);
    expect(neighbours).toEqual(['cpu_utilization', 'request_rate', null, null]);
  });

  it('reaches the threshold on what it learned from about as often as it promises', () => {
    const alarmed = new Set<number>();
    for (const { scores } of FITTED.detect(sliceFrame(frame(COLUMNS), 0, LEARNED)).values()) {
      for (const [row, score] of scores.entries()) if (score >= DEFAULT_THRESHOLD) alarmed.add(row);
    }
    // Of rows less than half a day apart, windows of up to 42 hours see the same thing.
    const rows = [...alarmed].sort((a, b) => a - b);
    const events = rows.filter((row, i) => row - (rows[i - 1] ?? -Infinity) > DAY_ROWS / 2);
    // Once in one and a half weeks is twice in three; six are three standard deviations more.
    expect(events.length).toBeLessThanOrEqual(6);
  });

  it('expects what comes, in a band of twice the usual spread', () => {
    for (const [metric, { expected, tolerance }] of FITTED.detect(frame(COLUMNS), LEARNED)) {
      const values = COLUMNS[metric]?.subarray(LEARNED) ?? new Float64Array(0);
      const inside = values.filter((value, i) => Math.abs(value - expected[i]!) <= tolerance[i]!);
      // Three median absolute deviations hold 95.7 % of normal noise; days to come are not those learned.
      expect(inside.length / values.length).toBeGreaterThan(0.85);
      // Not by being wide: noise of 8, 8 and 3 per cent, of which three deviations are twice as much,
      // and a fifth for a level and a course that are not known exactly.
      if (metric !== 'temperature') expect(tolerance[0]! / expected[0]!).toBeLessThan(0.21);
    }
  });

  it('tells the course of the day apart from the level', () => {
    const detection = FITTED.detect(frame(COLUMNS), LEARNED);
    const usual = detection.get('request_rate')?.usual ?? new Float64Array(1);
    // e^0.6 at noon, e^-0.6 at midnight; noise of 0.08 over 15 days, remembered for some rows.
    expect(Math.log(usual[24]! / usual[0]!)).toBeGreaterThan(1.2 - 0.15);
    expect(Math.log(usual[24]! / usual[0]!)).toBeLessThan(1.2 + 0.15);
    expect(new Set(detection.get('memory_bytes')?.usual)).toEqual(new Set([1]));
    expect(new Set(detection.get('temperature')?.usual)).toEqual(new Set([1]));
  });
});

describe('what the residual detector finds', () => {
  it.each(['request_rate', 'cpu_utilization', 'memory_bytes', 'temperature'])(
    'is nothing in %s when nothing happens',
    (metric) => {
      expect(Math.max(...scoresOf(COLUMNS, metric).subarray(0, 12))).toBeLessThan(
        DEFAULT_THRESHOLD,
      );
    },
  );

  it('is a spike, at once', () => {
    expect(
      delay(
        changed('request_rate', (value, since) => (since === 0 ? 1.8 * value : value)),
        'request_rate',
      ),
    ).toBe(0);
    expect(
      delay(
        changed('temperature', (value, since) => (since === 0 ? value + 14 : value)),
        'temperature',
      ),
    ).toBe(0);
    expect(
      delay(
        changed('temperature', (value, since) => (since === 0 ? value - 14 : value)),
        'temperature',
      ),
    ).toBe(0);
  });

  it('is a shift that stays, at its onset and for the hours after it', () => {
    for (const factor of [1.6, 0.5]) {
      const scores = scoresOf(
        changed('request_rate', (value) => factor * value),
        'request_rate',
      );
      expect(Math.min(...scores.subarray(0, DAY_ROWS / 2))).toBeGreaterThan(DEFAULT_THRESHOLD);
    }
    // By itself, too: with no neighbour to tell.
    const scores = scoresOf(
      changed('memory_bytes', (value) => 1.3 * value),
      'memory_bytes',
    );
    expect(Math.min(...scores.subarray(0, 12))).toBeGreaterThan(DEFAULT_THRESHOLD);
  });

  it('is a slow rise that no single step shows', () => {
    // A quarter in twelve hours: 1 % a step, where steps of 1.3 % are usual.
    const slow = changed(
      'memory_bytes',
      (value, since) => value * (1 + 0.25 * Math.min(1, since / 24)),
    );
    expect(delay(slow, 'memory_bytes')).toBeGreaterThan(0);
    expect(delay(slow, 'memory_bytes')).toBeLessThan(12);
  });

  it('is a leak, expected where memory was before it began to grow', () => {
    // Half a usual step (1.3 %) a row, so that no move over an hour or two is unusual.
    const leaking = changed('memory_bytes', (value, since) => value * (1 + 0.0065 * (since + 1)));
    const alarm = delay(leaking, 'memory_bytes');
    expect(alarm).toBeGreaterThan(0);
    expect(alarm).toBeLessThan(24);
    const seen = FITTED.detect(frame(leaking), AT).get('memory_bytes');
    const before = COLUMNS.memory_bytes?.slice(AT - 40, AT) ?? new Float64Array(0);
    const usual = before.reduce((sum, value) => sum + value, 0) / before.length;
    // After 30 rows it is a fifth more; the level of the last hours would be nearly that.
    expect((seen?.expected[30] ?? 0) / usual).toBeLessThan(1.08);
  });

  it('is a relation that breaks while both metrics stay in their ranges', () => {
    const broken = changed('cpu_utilization', (value) => 1.09 * value);
    const next = broken.cpu_utilization?.subarray(AT, AT + 4) ?? [];
    const past = COLUMNS.cpu_utilization?.subarray(0, LEARNED) ?? [];
    expect(Math.max(...next)).toBeLessThan(Math.max(...past));
    expect(Math.max(...scoresOf(broken, 'cpu_utilization').subarray(0, 4))).toBeGreaterThan(
      DEFAULT_THRESHOLD,
    );
    // As many more requests explain it, and are nothing unusual themselves.
    const { request_rate } = changed('request_rate', (value) => 1.09 * value);
    const busy = { ...broken, ...(request_rate && { request_rate }) };
    for (const metric of ['request_rate', 'cpu_utilization']) {
      expect(Math.max(...scoresOf(busy, metric).subarray(0, 4))).toBeLessThan(DEFAULT_THRESHOLD);
    }
  });

  it('is expected where its neighbour lets expect it, unless the neighbour is to blame', () => {
    const fewer = changed('request_rate', (value) => 0.9 * value);
    const busier = changed('cpu_utilization', (value) => 1.2 * value);
    const expectedOf = (columns: Columns) =>
      FITTED.detect(frame(columns), AT).get('cpu_utilization')?.expected[1] ?? GAP;
    const usual = expectedOf(COLUMNS);
    // A processor that is busier with fewer requests should be less busy than usual.
    expect(expectedOf({ ...fewer, cpu_utilization: busier.cpu_utilization! }) / usual).toBeCloseTo(
      0.9,
      1,
    );
    // Requests alone have become fewer: the processor is where it was.
    expect(expectedOf(fewer)).toBe(usual);
  });

  it('is not memory that is freed, though it is requests that stay away', () => {
    expect(
      delay(
        changed('memory_bytes', (value) => 0.6 * value),
        'memory_bytes',
      ),
    ).toBe(-1);
    expect(
      delay(
        changed('request_rate', (value) => 0.6 * value),
        'request_rate',
      ),
    ).toBe(0);
  });

  it('is hardly less for an incident in what was learned', () => {
    const memory = COLUMNS.memory_bytes ?? new Float64Array(0);
    const incident = memory.map((value, i) => (i >= 500 && i < 530 ? 1.5 * value : value));
    const learn = (values: Float64Array) =>
      residualDetector().fit(sliceFrame(frame({ memory_bytes: values }), 0, LEARNED));
    const shifted = changed('memory_bytes', (value) => 1.3 * value);
    const [clean, dirty] = [learn(memory), learn(incident)].map((fitted) =>
      Math.max(...scoresOf(shifted, 'memory_bytes', fitted).subarray(0, 6)),
    );
    expect(dirty! / clean!).toBeGreaterThan(0.6);
    expect(dirty! / clean!).toBeLessThan(1.6);
  });
});

describe('known deployments', () => {
  const deployed = changed('memory_bytes', (value) => 1.3 * value);

  it('are not straddled: what was before one changes no score after it', () => {
    const before = Object.fromEntries(
      Object.entries(deployed).map(([metric, values]) => [
        metric,
        values.map((value, i) => (i < AT ? 3 * value + i : value)),
      ]),
    );
    // Known to the millisecond, and somewhere within the first row.
    for (const at of [timeOf(AT), epochMs(timeOf(AT + 1) - 1)]) {
      const plain = FITTED.detect(frame(deployed), AT, [at]);
      const other = FITTED.detect(frame(before), AT, [at]);
      for (const [metric, { scores }] of plain) {
        expectIdentical(other.get(metric)?.scores ?? new Float64Array(0), scores);
      }
    }
    expect(scoresOf(before, 'memory_bytes')).not.toEqual(scoresOf(deployed, 'memory_bytes'));
  });

  it('leave nothing to judge by for six rows', () => {
    const scores = FITTED.detect(frame(deployed), AT, [timeOf(AT)]).get('memory_bytes')?.scores;
    expect([...(scores?.subarray(0, 6) ?? [])]).toEqual(new Array(6).fill(GAP));
    expect(scores?.[6]).toBeGreaterThanOrEqual(0);
    expect(Math.min(...scoresOf(deployed, 'memory_bytes').subarray(0, 6))).toBeGreaterThan(
      DEFAULT_THRESHOLD,
    );
  });

  it('change nothing where they lie after the rows, in whatever order', () => {
    const breaks = [timeOf(ROWS), timeOf(AT), timeOf(ROWS + 5), timeOf(AT - 300)];
    const some = FITTED.detect(frame(deployed), AT, breaks).get('memory_bytes');
    const sorted = FITTED.detect(frame(deployed), AT, [timeOf(AT - 300), timeOf(AT)]);
    expect(some?.scores).toEqual(sorted.get('memory_bytes')?.scores);
  });

  it('do not teach that such jumps are usual', () => {
    const jumps = [200, 350, 500, 650, 800, 950];
    const memory = COLUMNS.memory_bytes?.subarray(0, LEARNED) ?? new Float64Array(0);
    const columns = {
      memory_bytes: memory.map((value, i) => value * 1.1 ** jumps.filter((at) => at <= i).length),
    };
    const learn = (breaks: readonly number[]) =>
      residualDetector().fit(frame(columns), { breaks: breaks.map(timeOf) });
    const strength = (fitted: FittedResidual) =>
      Math.max(
        ...scoresOf(
          changed('memory_bytes', (value) => 1.15 * value),
          'memory_bytes',
          fitted,
        ).subarray(0, 6),
      );
    expect(strength(learn(jumps))).toBeGreaterThan(strength(learn([])));
  });
});

describe('a fitted residual detector', () => {
  it('scores rows from `from` on to the last bit as among all', () => {
    const whole = FITTED.detect(frame(COLUMNS));
    const first = AT - FITTED.contextSteps;
    const parts = [
      FITTED.detect(frame(COLUMNS), AT),
      // No more context than it asks for.
      FITTED.detect(sliceFrame(frame(COLUMNS), first, ROWS), FITTED.contextSteps),
    ];
    for (const part of parts) {
      for (const [metric, all] of whole) {
        const some = part.get(metric);
        for (const column of ['scores', 'expected', 'tolerance', 'usual'] as const) {
          expectIdentical(some?.[column] ?? new Float64Array(0), all[column].subarray(AT));
        }
      }
    }
  });

  it('is its state, which JSON carries to the last bit', () => {
    const state = FITTED.toState();
    const restored = restoreResidual(ResidualStateSchema.parse(JSON.parse(JSON.stringify(state))));
    expect(restored.toState()).toEqual(state);
    expect(restored.skipped).toEqual(FITTED.skipped);
    expect(restored.contextSteps).toBe(FITTED.contextSteps);
    const actual = restored.detect(frame(COLUMNS), LEARNED);
    for (const [metric, { scores }] of FITTED.detect(frame(COLUMNS), LEARNED)) {
      expectIdentical(actual.get(metric)?.scores ?? new Float64Array(0), scores);
    }
  });

  it('refuses a frame of another step', () => {
    const hourly = frameOf({ request_rate: [1, 2, 3] });
    expect(codeOf(() => FITTED.detect(hourly))).toBe('SERIES_MISALIGNED');
  });
});

describe('too short a history for the residual detector', () => {
  const moving = (length: number, step = STEP) => {
    const random = seededRandom(1, 'short');
    return frameOf({ request_rate: Float64Array.from({ length }, () => 5 + random()) }, { step });
  };
  const detailsOf = (body: () => unknown) => {
    try {
      body();
    } catch (error) {
      if (error instanceof DomainError) return { code: error.code, ...error.details };
    }
    return undefined;
  };

  it.each([
    // Windows of 84 rows, of which 200 are to be learned from, where steps are long …
    [STEP, 283],
    [HOUR, 283],
    // … and four days where they are short.
    [durationMs(10 * MINUTE), 576],
  ])('is less than is needed of steps of %d ms: %d', (step, needSteps) => {
    expect(detailsOf(() => residualDetector().fit(moving(needSteps - 1, step)))).toEqual({
      code: 'HISTORY_TOO_SHORT',
      needSteps,
      haveSteps: needSteps - 1,
    });
    expect(named(residualDetector().fit(moving(needSteps, step)))).toEqual(['request_rate']);
  });

  it('is any in which no metric moves', () => {
    const still = frameOf({ a: new Float64Array(400).fill(3), b: new Float64Array(400).fill(GAP) });
    expect(codeOf(() => residualDetector().fit(still))).toBe('HISTORY_TOO_SHORT');
  });
});
