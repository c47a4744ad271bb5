import { describe, expect, it } from '@jest/globals';
import {
  createStreaming,
  restoreStreaming,
  type Streaming,
  StreamingStateSchema,
  scaleStreaming,
} from '#core/detect/streaming.ts';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import { DAY, type DurationMs, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';

const { NaN: GAP } = Number;
const STEP = durationMs(30 * MINUTE);
const DAY_ROWS = 48;
const START = Date.UTC(2024, 0, 1);
const ALARM = 0.03;

/** The scores of values, a step apart. */
function scored(streaming: Streaming, values: ArrayLike<number>): readonly number[] {
  return Array.from(values, (value) =>
    streaming.step(epochMs(START + streaming.seen * STEP), value),
  );
}

/** Warmed up within eight rows: 10 and 20 in turn. */
const BRIEF = { step: STEP, warmUp: 8 };
const inTurn = (rows: number): number[] =>
  Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 10 : 20));

/** What ranges forget in a few rows is less than a thousandth. */
const FORGOTTEN = 3;
const scoreOf = (exceedance: number) => exceedance / (1 + exceedance);

describe('the streaming detector', () => {
  it('is silent for two days, within 240 and 1,024 rows', () => {
    const warmUpOf = (step: DurationMs) => createStreaming({ step }).toState().warm_up;
    expect(warmUpOf(durationMs(5 * MINUTE))).toBe(576);
    expect(warmUpOf(MINUTE)).toBe(1_024);
    expect(warmUpOf(HOUR)).toBe(240);
    const rows = inTurn(240);
    rows[200] = 1e6;
    expect(scored(createStreaming({ step: HOUR }), rows)).toEqual(rows.map(() => 0));
  });

  it('tells how far a value goes beyond the range, in a soft voice at first', () => {
    // Rows 1 … 7 are 10 … 20; row 8 is 15 beyond, at a voice of 8 / (4 × 8). The level of all rows,
    // 155 / 9 = 17.2, goes less far beyond: from the first value 7.2 after 3.3 … 5.
    const early = scored(createStreaming(BRIEF), [...inTurn(8), 35]);
    expect(early.slice(0, 8)).toEqual(inTurn(8).map(() => 0));
    expect(early[8]).toBeCloseTo(scoreOf(1.5 * (8 / 32)), FORGOTTEN);
    const late = scored(createStreaming(BRIEF), [...inTurn(40), 35]);
    expect(late[40]).toBeCloseTo(scoreOf(1.5), FORGOTTEN);
    expect(Math.max(...late.slice(8, 40))).toBeLessThan(0.0001);
    expect(scored(createStreaming(BRIEF), [...inTurn(40), -5])[40]).toBeCloseTo(
      scoreOf(1.5),
      FORGOTTEN,
    );
  });

  it('tells only more than it told a moment ago', () => {
    // A fifth of eight rows: one row later is a moment, two rows later is not.
    const afterwards = (...values: readonly number[]) =>
      scored(createStreaming(BRIEF), [...inTurn(40), ...values]).slice(40);
    const [first, second] = afterwards(35, 40);
    expect(first).toBeCloseTo(scoreOf(1.5), FORGOTTEN);
    expect(second).toBe(0); // 5 / 25
    expect(afterwards(35, 100)[1]).toBeCloseTo(scoreOf(65 / 25), FORGOTTEN);
    expect(afterwards(35, 15, 60)[2]).toBeCloseTo(scoreOf(25 / 25), FORGOTTEN);
  });

  it('has no score for what is missing, infinite or beyond 1e30, and is unharmed by it', () => {
    const healthy = inTurn(20);
    const end = [...inTurn(30), 35];
    const plain = createStreaming(BRIEF);
    const told = scored(plain, [...healthy, GAP, GAP, GAP, GAP, GAP, ...end]);
    expect(told.slice(20, 25)).toEqual([GAP, GAP, GAP, GAP, GAP]);
    const other = createStreaming(BRIEF);
    expect(scored(other, [...healthy, GAP, Infinity, -Infinity, 1e31, -1e308, ...end])).toEqual(
      told,
    );
    expect(other.toState()).toEqual(plain.toState());
    expect(told.at(-1)).toBeCloseTo(scoreOf(1.5), FORGOTTEN);
  });

  it('stays below 1 however far a value goes, and finite on the scale of all', () => {
    const streaming = createStreaming(BRIEF);
    scored(streaming, inTurn(40));
    const [score = GAP] = scored(streaming, [1e30]);
    expect(score).toBeLessThan(1);
    expect(Number.isFinite(scaleStreaming(score))).toBe(true);
    expect(() => StreamingStateSchema.parse(streaming.toState())).not.toThrow();
  });

  it('never alarms on a constant', () => {
    expect(new Set(scored(createStreaming({ step: STEP }), new Array(600).fill(0.1)))).toEqual(
      new Set([0]),
    );
  });

  it('is still warming up while there is hardly a value', () => {
    // The range of the first two values says nothing of the next.
    const values = Array.from({ length: 700 }, (_, i) => (i % 60 === 0 ? i ** 2 : GAP));
    expect(scored(createStreaming({ step: STEP }), values).filter((score) => score > 0)).toEqual(
      [],
    );
    const missing = createStreaming({ step: STEP });
    scored(missing, new Array(700).fill(GAP));
    expect(scored(missing, [1, 2, 4, 8])).toEqual([0, 0, 0, 0]);
  });

  it('finds that a day comes two hours late, though no value is unusual', () => {
    const random = seededRandom(3, 'a day');
    const day = (i: number) => 10 * Math.sin((2 * Math.PI * i) / DAY_ROWS);
    const noise = Array.from({ length: 22 * DAY_ROWS }, () => normal(random));
    // From an hour after noon, where it is as high as an hour before noon.
    const from = 21 * DAY_ROWS + 14;
    const punctual = noise.map((value, i) => value + day(i));
    const late = noise.map((value, i) => value + day(i < from ? i : i - 4));
    const hours = (values: readonly number[]) => values.slice(from, from + DAY_ROWS / 4);
    expect(Math.max(...hours(late))).toBeLessThan(Math.max(...late.slice(0, from)));
    expect(Math.min(...hours(late))).toBeGreaterThan(Math.min(...late.slice(0, from)));
    const greatest = (values: readonly number[]) =>
      Math.max(...hours(scored(createStreaming({ step: STEP }), values)));
    expect(greatest(punctual)).toBeLessThan(ALARM);
    expect(greatest(late)).toBeGreaterThanOrEqual(ALARM);
  });

  it('finds that something does not happen any more, whenever in the day it happened', () => {
    // Two busy hours a day; six days without one are what no range of values, levels or days shows.
    const random = seededRandom(2, 'stillness');
    const begins = Array.from({ length: 28 }, () => Math.floor(uniform(random, 0, 44)));
    const isBusy = (i: number) => {
      const since = (i % DAY_ROWS) - begins[Math.floor(i / DAY_ROWS)]!;
      return since >= 0 && since < 4;
    };
    const noise = begins.flatMap(() => Array.from({ length: DAY_ROWS }, () => random()));
    const from = 20 * DAY_ROWS;
    const alarmed = (happens: (i: number) => boolean) =>
      scored(
        createStreaming({ step: STEP, warmUp: 4 * DAY_ROWS }),
        noise.map((value, i) => value + (happens(i) ? 60 : 0)),
      )
        .slice(from)
        .some((score) => score >= ALARM);
    expect(alarmed(isBusy)).toBe(false);
    expect(alarmed((i) => isBusy(i) && i < from)).toBe(true);
  });

  it('has a state of a few kilobytes, within its schema, at any time of its life', () => {
    const streaming = createStreaming({ step: durationMs(5 * MINUTE) });
    for (let i = 0; i < 700; i++) {
      if (i % 100 === 0)
        StreamingStateSchema.parse(JSON.parse(JSON.stringify(streaming.toState())));
      streaming.step(epochMs(START + i * 5 * MINUTE), Math.sin(i));
    }
    const state = StreamingStateSchema.parse(JSON.parse(JSON.stringify(streaming.toState())));
    expect(JSON.stringify(state).length).toBeLessThan(8_000);
    expect(restoreStreaming(state).toState()).toEqual(state);
    expect(streaming.seen).toBe(700);
  });

  it.each([0, -1, 2.5, 1_025, GAP])('refuses to warm up for %d rows', (warmUp) => {
    expect(() => createStreaming({ step: STEP, warmUp })).toThrow(RangeError);
  });

  it('refuses a state whose parts do not fit together', () => {
    const state = createStreaming({ step: STEP }).toState();
    expect(() => restoreStreaming({ ...state, step_ms: DAY })).toThrow(RangeError);
  });
});

describe('scaleStreaming', () => {
  it('is 2.5 at the alarm, and grows with the power 0.12 of how far a value goes', () => {
    // The odds of 0.03 are 0.03 / 0.97; 32 times these are the odds of 0.96 / 1.93, and 32^0.12 = 2^0.6.
    expect([0, 0.03, 0.96 / 1.93].map(scaleStreaming)).toEqual([
      0,
      expect.closeTo(2.5, 12),
      expect.closeTo(2.5 * 2 ** 0.6, 12),
    ]);
    expect(scaleStreaming(GAP)).toBe(GAP);
  });
});
