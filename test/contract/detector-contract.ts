import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, isDomainError } from '#core/errors.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { type Frame, sliceFrame } from '#core/series/frame.ts';
import { durationMs, MINUTE } from '#core/time.ts';
import { frameOf } from '#test/helpers/frame-of.ts';
import { expectIdentical } from '#test/helpers/same-numbers.ts';

/** Promises a detector may be excused from, each with a reason. Every other holds for all. */
export const EXCUSABLE = ['a state', 'a first row', 'learning from anything'] as const;
export type ExcusablePromise = (typeof EXCUSABLE)[number];

/** Each name, of a metric or of what is said of all together, with a score for each row. */
export type NamedScores = ReadonlyMap<string, Float64Array>;

/** What a detector says. */
export interface Answer {
  readonly scores: NamedScores;
  /** What it expected, in whatever form. Bound by the same promises, but for the sign. */
  readonly expectations?: NamedScores;
}

/** A detector that has learned, as the contract sees it. */
export interface DetectorUnderTest {
  /** What it says of the rows from `from` on; those before are context. */
  score(frame: Frame, from?: number): Answer;
  /** What it has learned, plain JSON. */
  readonly state?: unknown;
}

export interface DetectorContract {
  readonly name: string;
  /** Learns from a frame; may refuse it with a `DomainError`. */
  learn(frame: Frame): DetectorUnderTest;
  /** Brings a state back. */
  restore?(state: unknown): DetectorUnderTest;
  /** Whether names are metrics: each is then scored where it has a value, and nowhere else. */
  readonly judges: 'each metric' | 'all metrics together';
  /** The histories that cannot be learned from. Every other can. */
  readonly refuses?: Partial<Record<Oddity, ErrorCode>>;
  readonly excuses?: Partial<Record<ExcusablePromise, string>>;
}

const { NaN: GAP } = Number;
const STEP = durationMs(30 * MINUTE);
const DAY_ROWS = 48;
const LEARNED = 8 * DAY_ROWS;
const ROWS = LEARNED + 2 * DAY_ROWS;
const START = Date.UTC(2024, 0, 1);
/** The metric that odd things happen to. */
const ODD = 'memory_bytes';

type Columns = Readonly<Record<string, Float64Array>>;
const frame = (columns: Columns) => frameOf(columns, { start: START, step: STEP });

/** Requests with a day, and memory that follows them. */
function columns(): Columns {
  const random = seededRandom(20240131, 'detectors');
  const load = Float64Array.from({ length: ROWS }, (_, i) =>
    Math.exp(0.5 * Math.sin((2 * Math.PI * i) / DAY_ROWS) + 0.1 * normal(random)),
  );
  return {
    request_rate: load.map((value) => 200 * value),
    memory_bytes: load.map((value) => 1e9 * (1 + value) * (1 + 0.05 * normal(random))),
  };
}

const HEALTHY = columns();
const TRAINING = sliceFrame(frame(HEALTHY), 0, LEARNED);

/** What data can be like, in the rows from `from` on. */
const ODDITIES = {
  'a constant': (values, from) => values.map((value, i) => (i < from ? value : 5)),
  'nothing present': (values, from) => values.map((value, i) => (i < from ? value : GAP)),
  'a gap of a day': (values, from) =>
    values.map((value, i) => (i >= from + 30 && i < from + 30 + DAY_ROWS ? GAP : value)),
  'a counter that starts again': (values, from) =>
    values.map((value, i) => (i < from ? value : (i % 50) * 1e3)),
  'infinite values': (values, from) =>
    values.map((value, i) =>
      i >= from && i % 7 === 3 ? (i % 2 === 0 ? Infinity : -Infinity) : value,
    ),
  'the largest numbers': (values, from) =>
    values.map((value, i) => (i >= from && i % 7 === 3 ? (i % 2 === 0 ? 1e308 : -1e308) : value)),
} as const satisfies Record<string, (values: Float64Array, from: number) => Float64Array>;

/** What a history can be like: an oddity in one metric, in all, or hardly a history at all. */
export type Oddity =
  | `${keyof typeof ODDITIES} in one metric`
  | `${keyof typeof ODDITIES} in all metrics`
  | 'two points';

const KINDS = Object.keys(ODDITIES) as readonly (keyof typeof ODDITIES)[];

/** The healthy metrics with an oddity in one of them or in all, from row `from` on. */
function odd(kind: keyof typeof ODDITIES, from: number, isEverywhere = false): Columns {
  return Object.fromEntries(
    Object.entries(HEALTHY).map(([metric, values]) => [
      metric,
      isEverywhere || metric === ODD ? ODDITIES[kind](values, from) : values,
    ]),
  );
}

const HISTORIES: readonly (readonly [Oddity, Frame])[] = [
  ['two points', sliceFrame(TRAINING, 0, 2)],
  ...KINDS.flatMap((kind): (readonly [Oddity, Frame])[] => [
    [`${kind} in one metric`, sliceFrame(frame(odd(kind, 100)), 0, LEARNED)],
    [`${kind} in all metrics`, sliceFrame(frame(odd(kind, 0, true)), 0, LEARNED)],
  ]),
];

/** What may become of the rows after one: nothing of it may be seen before. */
const FUTURES: readonly ((value: number, i: number) => number)[] = [
  (value) => -7 * value + 3,
  () => GAP,
  (_, i) => (i % 2 === 0 ? 1e308 : -Infinity),
];

/** Holds one detector to what detector.ts promises of all. */
export function describeDetector(contract: DetectorContract): void {
  const { learn, restore, judges, refuses = {}, excuses = {} } = contract;
  const detector = learn(TRAINING);
  const excusable = (promise: ExcusablePromise, body: () => void) => {
    const reason = excuses[promise];
    if (reason === undefined) it(`keeps: ${promise}`, body);
    else it.skip(`keeps: ${promise} (excused: ${reason})`, body);
  };

  describe(`detector contract: ${contract.name}`, () => {
    it('excuses itself only from known promises, with a reason', () => {
      for (const [promise, reason] of Object.entries(excuses)) {
        expect(EXCUSABLE).toContain(promise);
        expect(reason.length).toBeGreaterThan(20);
      }
    });

    it('scores each row, 0 or above, and has something to say of health', () => {
      const { scores } = detector.score(frame(HEALTHY), LEARNED);
      expectScores(scores, ROWS - LEARNED);
      for (const column of scores.values()) {
        expect(column.filter((score) => !Number.isNaN(score)).length).toBeGreaterThan(80);
      }
    });

    it('gives the same answer again, and another that has learned the same does', () => {
      const first = detector.score(frame(HEALTHY), LEARNED);
      const again = learn(sliceFrame(TRAINING, 0, LEARNED));
      expect(again.state).toEqual(detector.state);
      expectSame(detector.score(frame(HEALTHY), LEARNED), first);
      expectSame(again.score(frame(HEALTHY), LEARNED), first);
    });

    it('leaves its input untouched and does not retain it', () => {
      const given = sliceFrame(frame(HEALTHY), 0, ROWS);
      const learned = learn(sliceFrame(given, 0, LEARNED));
      const training = sliceFrame(given, 0, LEARNED);
      const other = learn(training);
      const scores = learned.score(given, LEARNED);
      expect(given).toEqual(frame(HEALTHY));
      expect(training).toEqual(TRAINING);
      for (const { values } of training.series.values()) values.fill(1e6);
      expectSame(other.score(given, LEARNED), scores);
    });

    it.each([LEARNED, LEARNED + 50, ROWS - 2])(
      'knows nothing of what comes after row %d',
      (row) => {
        const known = detector.score(frame(HEALTHY), LEARNED);
        for (const future of FUTURES) {
          const changed = Object.entries(HEALTHY).map(([metric, values]) => [
            metric,
            values.map((value, i) => (i <= row ? value : future(value, i))),
          ]);
          const answer = detector.score(frame(Object.fromEntries(changed)), LEARNED);
          const count = row + 1 - LEARNED;
          expectSame(rowsOf(answer, 0, count), rowsOf(known, 0, count));
        }
      },
    );

    excusable('a state', () => {
      const restored = restore?.(JSON.parse(JSON.stringify(detector.state)));
      if (restored === undefined) throw new Error('a detector with a state can be restored');
      expect(restored.state).toEqual(detector.state);
      for (const columnsOf of [HEALTHY, odd('the largest numbers', LEARNED)]) {
        const scores = detector.score(frame(columnsOf), LEARNED);
        expectSame(restored.score(frame(columnsOf), LEARNED), scores);
      }
    });

    excusable('a first row', () => {
      const whole = detector.score(frame(HEALTHY));
      expectScores(whole.scores, ROWS);
      for (const from of [1, LEARNED + 50, ROWS - 1, ROWS]) {
        expectSame(detector.score(frame(HEALTHY), from), rowsOf(whole, from, ROWS));
      }
    });

    it.each(KINDS)('scores rows with %s', (kind) => {
      for (const isEverywhere of [false, true]) {
        const columnsOf = odd(kind, LEARNED, isEverywhere);
        const { scores } = detector.score(frame(columnsOf), LEARNED);
        expectScores(scores, ROWS - LEARNED);
        if (judges === 'each metric') expectMissing(scores, columnsOf);
      }
    });

    it('takes infinite values for missing ones', () => {
      const infinite = odd('infinite values', LEARNED);
      const missing = Object.entries(infinite).map(([metric, values]) => [
        metric,
        values.map((value) => (Number.isFinite(value) ? value : GAP)),
      ]);
      expectSame(
        detector.score(frame(infinite), LEARNED),
        detector.score(frame(Object.fromEntries(missing)), LEARNED),
      );
    });

    it('scores two points', () => {
      expectScores(detector.score(sliceFrame(frame(HEALTHY), LEARNED, LEARNED + 2)).scores, 2);
    });

    it('takes a metric that the frame lacks for one without values', () => {
      const { [ODD]: _, ...others } = HEALTHY;
      const missing = { ...HEALTHY, [ODD]: new Float64Array(ROWS).fill(GAP) };
      const { scores } = detector.score(frame(others), LEARNED);
      expect(scores.size).toBeGreaterThan(0);
      const expected = detector.score(frame(missing), LEARNED);
      for (const [name, column] of scores) expectIdentical(column, valuesOf(expected.scores, name));
    });

    it('says the same of the metrics it knows where there is one more', () => {
      const more = detector.score(frame({ ...HEALTHY, new_one: new Float64Array(ROWS) }), LEARNED);
      for (const [name, column] of detector.score(frame(HEALTHY), LEARNED).scores) {
        expectIdentical(valuesOf(more.scores, name), column);
      }
    });

    excusable('learning from anything', () => {
      for (const [oddity, history] of HISTORIES) {
        const outcome = attempt(() => learn(history));
        expect([oddity, outcome.refusal]).toEqual([oddity, refuses[oddity]]);
        if (outcome.learned === undefined) continue;
        const { scores } = outcome.learned.score(frame(HEALTHY), LEARNED);
        expectScores(scores, ROWS - LEARNED);
      }
    });
  });
}

function attempt(body: () => DetectorUnderTest): {
  readonly learned?: DetectorUnderTest;
  readonly refusal?: ErrorCode;
} {
  try {
    return { learned: body() };
  } catch (error) {
    if (isDomainError(error)) return { refusal: error.code };
    throw error;
  }
}

function valuesOf(scores: NamedScores, name: string): Float64Array {
  const column = scores.get(name);
  if (column === undefined) throw new Error(`nothing is said of ${name}`);
  return column;
}

function rowsOf({ scores, expectations = new Map() }: Answer, from: number, to: number): Answer {
  const cut = (all: NamedScores) =>
    new Map([...all].map(([name, column]) => [name, column.subarray(from, to)]));
  return { scores: cut(scores), expectations: cut(expectations) };
}

function expectSame(actual: Answer, expected: Answer): void {
  expectSameColumns(actual.scores, expected.scores);
  expectSameColumns(actual.expectations ?? new Map(), expected.expectations ?? new Map());
}

function expectSameColumns(actual: NamedScores, expected: NamedScores): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, column] of expected) expectIdentical(valuesOf(actual, name), column);
}

/** A score for each row: 0 or above, finite, or NaN. */
function expectScores(scores: NamedScores, rows: number): void {
  for (const [name, column] of scores) {
    expect(column).toHaveLength(rows);
    const wrong = column.filter(
      (score) => !(score >= 0 && score < Infinity) && !Number.isNaN(score),
    );
    expect([name, ...wrong]).toEqual([name]);
  }
}

/** No score where there is no value. */
function expectMissing(scores: NamedScores, values: Columns): void {
  for (const [metric, column] of scores) {
    const unscored = values[metric]?.subarray(LEARNED) ?? [];
    const invented = column.filter(
      (score, i) => !Number.isFinite(unscored[i]) && !Number.isNaN(score),
    );
    expect([metric, ...invented]).toEqual([metric]);
  }
}
