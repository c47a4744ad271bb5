import { describe, expect, it } from '@jest/globals';
import {
  restoreService,
  type ServiceOptions,
  ServiceStateSchema,
  serviceDetector,
} from '#core/detect/service.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { type Frame, makeFrame, sliceFrame } from '#core/series/frame.ts';
import { makeSeries } from '#core/series/series.ts';
import { durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { codeOf } from '../../../helpers/error-code.ts';
import { expectIdentical } from '../../../helpers/same-numbers.ts';

/** Half an hour keeps the data small: 48 rows a day. */
const STEP = 30 * MINUTE;
const DAY_ROWS = 48;
const TRAINING_ROWS = 10 * DAY_ROWS;
const ROWS = TRAINING_ROWS + 2 * DAY_ROWS;
const START = epochMs(Date.UTC(2024, 0, 1));
const METHODS = ['pca', 'knn'] as const;

type Columns = Readonly<Record<string, Float64Array>>;

function frameOf(columns: Columns, step: number = STEP): Frame {
  const series = Object.entries(columns).map(
    ([id, values]) =>
      [
        id,
        makeSeries({ id, unit: 'unspecified', start: START, step: durationMs(step), values }),
      ] as const,
  );
  return makeFrame(new Map(series));
}

/** Four metrics that follow one load, which has a day, and one that wanders by itself. */
function service(rows = ROWS): Record<string, Float64Array> {
  const random = seededRandom(20240131, 'service');
  const load = Float64Array.from({ length: rows }, (_, i) =>
    Math.exp(0.8 * Math.sin((2 * Math.PI * i) / DAY_ROWS) + 0.1 * normal(random)),
  );
  const follows = (factor: number, noise: number) =>
    load.map((value) => factor * value * (1 + noise * normal(random)));
  return {
    requests: follows(50, 0.02),
    cpu: follows(0.2, 0.03),
    connections: follows(10, 0.02),
    db_cpu: follows(0.1, 0.03),
    memory: load.map(() => 1e9 * (1 + 0.01 * normal(random))),
  };
}

const COLUMNS = service();
const FRAME = frameOf(COLUMNS);
const TRAINING = sliceFrame(FRAME, 0, TRAINING_ROWS);

/** Fitted once: a fitted detector never changes. */
const FITTED = {
  pca: serviceDetector().fit(TRAINING),
  knn: serviceDetector({ method: 'knn' }).fit(TRAINING),
};

function fitted({ method = 'pca' }: Pick<ServiceOptions, 'method'> = {}) {
  return FITTED[method];
}

/** The columns with `metric` changed in the rows `[from, to)`. */
function changed(
  metric: string,
  of: (value: number, i: number) => number,
  { from = 0, to = ROWS } = {},
): Record<string, Float64Array> {
  const values = COLUMNS[metric]!.map((value, i) => (i >= from && i < to ? of(value, i) : value));
  return { ...COLUMNS, [metric]: values };
}

const row = (hour: number) => TRAINING_ROWS + (hour * HOUR) / STEP;
const only = (values: Float64Array, value: number) => values.every((v) => Object.is(v, value));

describe('serviceDetector', () => {
  it('finds a broken relation while each metric stays inside its own range', () => {
    // At 18:00 load is lowest: CPU as at noon then is nothing new for CPU alone.
    const at = row(18);
    const noon = COLUMNS.cpu![row(12)]!;
    const broken = changed('cpu', () => noon, { from: at, to: at + 1 });
    expect(noon).toBeLessThan(Math.max(...COLUMNS.cpu!.subarray(0, TRAINING_ROWS)));
    const { scores, contributions } = fitted().score(frameOf(broken));
    expect(scores[at]).toBeGreaterThan(6);
    expect(contributions(at)[0]!.metric).toBe('cpu');
    expect(contributions(at)[0]!.share).toBeGreaterThan(0.5);
    const before = scores.subarray(TRAINING_ROWS, at);
    expect(before.filter((score) => score >= 4)).toHaveLength(0);
  });

  it.each(['requests', 'cpu', 'connections', 'db_cpu'])(
    'names %s when it alone goes up',
    (metric) => {
      const at = row(12);
      const frame = frameOf(changed(metric, (value) => 1.4 * value, { from: at }));
      const { scores, contributions } = fitted().score(frame, at);
      expect(scores[0]).toBeGreaterThan(4);
      const shares = contributions(0);
      expect(shares.map((part) => part.metric)).toHaveLength(5);
      expect(shares[0]!.metric).toBe(metric);
      expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      const values = shares.map(({ share }) => share);
      expect(values).toEqual([...values].sort((a, b) => b - a));
    },
  );

  it('does not mind twice the load', () => {
    const doubled = Object.fromEntries(
      Object.entries(COLUMNS).map(([metric, values]) => [
        metric,
        values.map((v, i) => (metric !== 'memory' && i >= TRAINING_ROWS ? 2 * v : v)),
      ]),
    );
    const { scores } = fitted().score(frameOf(doubled), TRAINING_ROWS);
    expect(scores.filter((score) => score >= 4)).toHaveLength(0);
  });

  it('knows what happens at the same time of every day, on the clock of the time zone', () => {
    // A backup at 02:00 in Kolkata is at 20:30 UTC.
    const isBackup = (i: number) => i % DAY_ROWS === 41;
    const everyDay = changed('db_cpu', (value, i) => value + (isBackup(i) ? 0.3 : 0));
    const frame = frameOf(everyDay);
    const detector = serviceDetector({ timeZone: 'Asia/Kolkata' });
    const { scores } = detector.fit(sliceFrame(frame, 0, TRAINING_ROWS)).score(frame);
    expect(scores[row(20.5)]).toBeLessThan(3);
    const atOther = changed('db_cpu', (value, i) => value + (i === row(15) ? 0.3 : 0));
    expect(fitted().score(frameOf(atOther)).scores[row(15)]).toBeGreaterThan(4);
  });

  it('is not spoiled by incidents in the training time', () => {
    // Three per cent of the training rows have CPU without requests.
    const incidents = changed('cpu', (v, i) => (i % 100 < 3 ? 2 * v : v), { to: TRAINING_ROWS });
    const detector = serviceDetector().fit(sliceFrame(frameOf(incidents), 0, TRAINING_ROWS));
    const next = frameOf(changed('cpu', (v) => 2 * v, { from: row(12), to: row(13) }));
    expect(detector.score(next).scores[row(12)]).toBeGreaterThan(4);
  });

  it.each(METHODS)('%s: exceeds 3 sigma rarely on healthy rows', (method) => {
    const { scores } = fitted({ method }).score(FRAME, TRAINING_ROWS);
    expect(scores.every((score) => score >= 0 && score < 4)).toBe(true);
    expect(scores.filter((score) => score >= 3).length).toBeLessThanOrEqual(1);
  });

  it('finds the neighbours of what was usual, and nothing near to what was not', () => {
    const at = row(18);
    const broken = frameOf(changed('cpu', () => COLUMNS.cpu![row(12)]!, { from: at, to: at + 1 }));
    const { scores, contributions } = fitted({ method: 'knn' }).score(broken);
    expect(scores[at]).toBeGreaterThan(4);
    expect(contributions(at)[0]!.metric).toBe('cpu');
  });
});

describe('the neighbours of the service detector', () => {
  it('do not include what was alone in the training time', () => {
    const strange = (i: number) => i === 5 * DAY_ROWS + 24 || i === row(12);
    const frame = frameOf(changed('cpu', (value, i) => (strange(i) ? 2 * value : value)));
    const detector = serviceDetector({ method: 'knn', neighbours: 1 });
    const { scores } = detector.fit(sliceFrame(frame, 0, TRAINING_ROWS)).score(frame, row(12));
    expect(scores[0]).toBeGreaterThan(4);
  });
});

describe('ServiceScores', () => {
  it('weighs the smoothed score by age, half for each half hour', () => {
    const { scores, smoothed } = fitted().score(FRAME, TRAINING_ROWS);
    // Six half-lives of one row each: weights 1, 1/2 … 1/32, whose sum is 63/32.
    const at = 20;
    let sum = 0;
    for (let age = 0; age < 6; age++) sum += scores[at - age]! * 0.5 ** age;
    expect(smoothed[at]).toBeCloseTo(sum / (63 / 32), 12);
  });

  it.each(METHODS)('%s: does not look ahead', (method) => {
    const detector = fitted({ method });
    const cut = row(12);
    const later = frameOf(changed('cpu', (value) => 9 * value, { from: cut }));
    const [now, then] = [detector.score(FRAME), detector.score(later)];
    expectIdentical(then.scores.subarray(0, cut), now.scores.subarray(0, cut));
    expectIdentical(then.smoothed.subarray(0, cut), now.smoothed.subarray(0, cut));
    expect(then.scores[cut]).not.toBe(now.scores[cut]);
  });

  it.each(METHODS)('%s: is the same when only the newest rows are asked for', (method) => {
    const detector = fitted({ method });
    const all = detector.score(FRAME);
    for (const from of [TRAINING_ROWS, ROWS - 1, ROWS]) {
      const newest = detector.score(FRAME, from);
      expectIdentical(newest.scores, all.scores.slice(from));
      expectIdentical(newest.smoothed, all.smoothed.slice(from));
    }
    expect(detector.score(FRAME, ROWS - 1).contributions(0)).toEqual(all.contributions(ROWS - 1));
    expect(all.contributions(ROWS)).toEqual([]);
    expect(() => detector.score(FRAME, ROWS + 1)).toThrow(RangeError);
  });
});

describe('restoreService', () => {
  it.each(METHODS)('%s: gives identical scores after JSON, and again when refitted', (method) => {
    const detector = fitted({ method });
    const parsed = ServiceStateSchema.parse(JSON.parse(JSON.stringify(detector.toState())));
    const restored = restoreService(parsed);
    expectIdentical(restored.score(FRAME).scores, detector.score(FRAME).scores);
    expect(restored.toState()).toEqual(detector.toState());
    expect(serviceDetector({ method }).fit(TRAINING).toState()).toEqual(detector.toState());
  });

  it('stays below 40 kB with 22 metrics and slots of five minutes', () => {
    const random = seededRandom(1, 'wide');
    const rows = 3 * 288;
    const load = Float64Array.from({ length: rows }, () => 10 + normal(random));
    const wide = Object.fromEntries(
      Array.from({ length: 22 }, (_, j) => [`metric_${j}`, load.map((v) => v + normal(random))]),
    );
    const state = serviceDetector({ variance: 0.5 })
      .fit(frameOf(wide, 5 * MINUTE))
      .toState();
    expect(JSON.stringify(state).length).toBeLessThan(40_000);
  });
});

describe('the service detector and bad data', () => {
  const bad = (value: number) =>
    frameOf(changed('cpu', () => value, { from: row(12), to: row(13) }));

  it.each(METHODS)('%s: scores on what is present, never higher for a gap', (method) => {
    const detector = fitted({ method });
    const whole = detector.score(FRAME).scores;
    const gap = detector.score(bad(Number.NaN));
    expect(gap.scores[row(12)]).toBeGreaterThanOrEqual(0);
    if (method === 'pca') expect(gap.scores[row(12)]).toBeLessThanOrEqual(whole[row(12)]!);
    expect(gap.contributions(row(12)).find(({ metric }) => metric === 'cpu')!.share).toBeLessThan(
      0.5,
    );
    for (const infinite of [Infinity, -Infinity]) {
      expectIdentical(detector.score(bad(infinite)).scores, gap.scores);
    }
  });

  it('still finds a broken relation when another metric is missing', () => {
    const frame = frameOf({
      ...changed('cpu', (value) => 2 * value, { from: row(12) }),
      connections: new Float64Array(ROWS).fill(Number.NaN),
    });
    const { scores, contributions } = fitted().score(frame, row(12));
    expect(scores[0]).toBeGreaterThan(4);
    expect(contributions(0)[0]!.metric).toBe('cpu');
  });

  it.each(METHODS)('%s: has no opinion on a row with fewer than two metrics', (method) => {
    const lone = frameOf({ cpu: COLUMNS.cpu! });
    const { scores, smoothed, contributions } = fitted({ method }).score(lone);
    expect(only(scores, Number.NaN) && only(smoothed, Number.NaN)).toBe(true);
    expect(contributions(0)).toEqual([]);
  });

  it('needs one metric more than there are directions of load', () => {
    const { model } = fitted().toState();
    const names = Object.keys(COLUMNS);
    const of = (count: number) =>
      frameOf(Object.fromEntries(names.slice(0, count).map((name) => [name, COLUMNS[name]!])));
    expect(only(fitted().score(of(model!.loads)).scores, Number.NaN)).toBe(true);
    expect(
      fitted()
        .score(of(model!.loads + 1))
        .scores.every((score) => score >= 0),
    ).toBe(true);
  });

  it.each(METHODS)('%s: gives a finite score to 1e308 and below zero', (method) => {
    for (const value of [1e308, -1e308]) {
      const score = fitted({ method }).score(bad(value)).scores[row(12)]!;
      expect(score).toBeGreaterThan(4);
      expect(Number.isFinite(score)).toBe(true);
    }
  });

  it('leaves out and names constants and what is mostly missing', () => {
    const detector = serviceDetector().fit(
      frameOf({
        ...COLUMNS,
        replicas: new Float64Array(ROWS).fill(4),
        silent: new Float64Array(ROWS).fill(Number.NaN),
        rare: Float64Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? i : Number.NaN)),
      }),
    );
    expect(detector.leftOut).toEqual(['replicas', 'silent', 'rare']);
    expect(detector.score(FRAME).scores.every((score) => score >= 0)).toBe(true);
  });

  it.each(METHODS)('%s: learns from training data with gaps, spikes and infinities', (method) => {
    const broken = changed(
      'cpu',
      (value, i) => ({ 0: NaN, 20: Infinity, 40: 1e308 })[i % 50] ?? value,
    );
    const requests = COLUMNS.requests!.map((v, i) => (i >= 100 && i < 148 ? Number.NaN : v));
    const frame = sliceFrame(frameOf({ ...broken, requests }), 0, TRAINING_ROWS);
    const detector = serviceDetector({ method }).fit(frame);
    const { scores } = detector.score(FRAME, TRAINING_ROWS);
    expect(scores.every((score) => score >= 0 && score < 6)).toBe(true);
    const parted = frameOf(changed('cpu', (value) => 1.4 * value, { from: row(12) }));
    expect(detector.score(parted, row(12)).scores[0]).toBeGreaterThan(6);
  });

  it.each([
    ['constants', 4],
    ['nothing', Number.NaN],
    ['infinity', Infinity],
  ])('has no opinion when it was fitted on %s', (_, value) => {
    const flat = new Float64Array(ROWS).fill(value);
    const detector = serviceDetector().fit(frameOf({ a: flat, b: flat }));
    expect(only(detector.score(FRAME).scores, Number.NaN)).toBe(true);
    expect(ServiceStateSchema.parse(JSON.parse(JSON.stringify(detector.toState())))).toEqual(
      detector.toState(),
    );
  });

  it.each(METHODS)('%s: copies of one metric are one relation', (method) => {
    const { requests } = COLUMNS;
    const detector = serviceDetector({ method }).fit(frameOf({ a: requests!, b: requests! }));
    const parted = requests!.map((value, i) => (i === row(12) ? 1.5 * value : value));
    const { scores } = detector.score(frameOf({ a: requests!, b: parted }));
    expect(scores.every((score) => score >= 0)).toBe(true);
    expect(scores[row(12)]).toBeGreaterThan(4);
  });

  it('refuses less than two days, and less than 288 rows, with the numbers', () => {
    const short = (rows: number, step: number) => () =>
      serviceDetector().fit(frameOf(service(rows), step));
    expect(codeOf(short(2, STEP))).toBe('HISTORY_TOO_SHORT');
    expect(codeOf(short(287, STEP))).toBe('HISTORY_TOO_SHORT');
    expect(short(575, 5 * MINUTE)).toThrow('needs 576 rows, got 575');
    expect(codeOf(short(576, 5 * MINUTE))).toBeUndefined();
  });

  it('refuses options out of range', () => {
    expect(() => serviceDetector({ variance: 1 })).toThrow('between 0 and 1, got 1');
    expect(() => serviceDetector({ neighbours: 0 })).toThrow(RangeError);
    expect(codeOf(() => serviceDetector({ timeZone: 'Nowhere' }))).toBe('CONFIG_INVALID');
  });
});
