import { describe, expect, it } from '@jest/globals';
import { isDue } from '#app/training/due.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

/** Minutes on a grid of 5 minutes: 30 steps are 150 minutes, a day is 1440. */
const cases: readonly {
  readonly name: string;
  readonly seen: readonly [from: number, to: number];
  readonly last?: { readonly at: number; readonly from: number; readonly to: number };
  readonly now: number;
  readonly due: boolean;
}[] = [
  { name: 'a history of 29.8 steps is not', seen: [0, 149], now: 150, due: false },
  { name: 'a history of 30 steps is', seen: [0, 150], now: 150, due: true },
  {
    name: 'not without news, however long ago',
    seen: [0, 300],
    last: { at: 300, from: 0, to: 300 },
    now: 90_000,
    due: false,
  },
  {
    name: 'not before the history has doubled',
    seen: [0, 599],
    last: { at: 300, from: 0, to: 300 },
    now: 600,
    due: false,
  },
  {
    name: 'when the history has doubled',
    seen: [0, 600],
    last: { at: 300, from: 0, to: 300 },
    now: 600,
    due: true,
  },
  {
    name: 'not by doubling, when a day was seen already',
    seen: [0, 2_880],
    last: { at: 2_000, from: 0, to: 1_440 },
    now: 2_880,
    due: false,
  },
  {
    name: 'not a minute before a day has passed',
    seen: [0, 11_000],
    last: { at: 10_000, from: 0, to: 10_000 },
    now: 11_439,
    due: false,
  },
  {
    name: 'a day after the last attempt',
    seen: [0, 11_000],
    last: { at: 10_000, from: 0, to: 10_000 },
    now: 11_440,
    due: true,
  },
];

describe('a training is due', () => {
  it.each(cases)('$name', ({ seen: [from, to], last, now, due }) => {
    const minute = (value: number) => epochMs(value * MINUTE);
    const workload = {
      firstSeen: minute(from),
      lastSeen: minute(to),
      gridStep: durationMs(5 * MINUTE),
    };
    const attempt = last && {
      at: minute(last.at),
      from: minute(last.from),
      to: minute(last.to),
    };
    expect(isDue(workload, attempt, minute(now))).toBe(due);
  });
});
