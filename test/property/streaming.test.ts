import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createStreaming, restoreStreaming, StreamingStateSchema } from '#core/detect/streaming.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const { NaN: GAP } = Number;
const STEP = durationMs(30 * MINUTE);
const DAY_ROWS = 48;
const ROWS = 160;

/** A metric's life: days, noise, and whatever else may come. */
const lives = fc
  .record({
    seed: fc.nat(),
    warmUp: fc.integer({ min: 1, max: ROWS }),
    start: fc.integer({ min: 0, max: 1_000 }),
    level: fc.constantFrom(0, 1, -1e6, 1e12),
    surprises: fc.array(
      fc.record({
        row: fc.nat(ROWS - 1),
        rows: fc.integer({ min: 1, max: 60 }),
        value: fc.constantFrom(GAP, 0, -0, Infinity, -Infinity, 1e30, -1e30, 1e308, 5e-324, 0.1),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ seed, warmUp, start, level, surprises }) => {
    const random = seededRandom(seed, 'streaming');
    const values = Array.from(
      { length: ROWS },
      (_, i) => level + 10 * Math.sin((2 * Math.PI * i) / DAY_ROWS) + normal(random),
    );
    for (const { row, rows, value } of surprises) values.fill(value, row, row + rows);
    return { warmUp, start: Date.UTC(2024, 0, 1) + start * STEP, values };
  });
const cuts = fc.array(fc.nat(ROWS), { maxLength: 6 });

/** The scores of a life, with the state through JSON before each of the rows `at`. */
function scores({ warmUp, start, values }: Life, at: readonly number[] = []) {
  let streaming = createStreaming({ step: STEP, warmUp });
  const told = values.map((value, row) => {
    if (at.includes(row)) {
      const state = JSON.parse(JSON.stringify(streaming.toState()));
      streaming = restoreStreaming(StreamingStateSchema.parse(state));
    }
    return streaming.step(epochMs(start + row * STEP), value);
  });
  return { told, state: streaming.toState() };
}
type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never;

describe('streaming scores', () => {
  it('are the same however a life is cut into states', () => {
    fc.assert(
      fc.property(lives, cuts, (life, at) => {
        expect(scores(life, at)).toEqual(scores(life));
      }),
      { numRuns: 30 },
    );
  });

  it('are at least 0 and below 1, and missing where the value is', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { told, state } = scores(life);
        StreamingStateSchema.parse(state);
        const isWrong = told.map((score, row) => {
          const isPresent = Math.abs(life.values[row]!) <= 1e30;
          return isPresent ? !(score >= 0 && score < 1) : !Number.isNaN(score);
        });
        expect(isWrong).not.toContain(true);
      }),
      { numRuns: 20 },
    );
  });

  it('of the first rows do not depend on the others', () => {
    fc.assert(
      fc.property(lives, lives, fc.nat(ROWS), (life, other, count) => {
        const changed = [...life.values.slice(0, count), ...other.values.slice(count)];
        const { told } = scores({ ...life, values: changed });
        expect(told.slice(0, count)).toEqual(scores(life).told.slice(0, count));
      }),
      { numRuns: 30 },
    );
  });
});
