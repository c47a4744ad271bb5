import { describe, expect, it } from '@jest/globals';
import { settledRows } from '#app/scheduled/settled-rows.ts';
import { addMs, DEFAULT_STEP, epochMs } from '#core/time.ts';
import { frameOf } from '#test/helpers/frame-of.ts';

const START = epochMs(0);
const GAP = Number.NaN;

/** How many rows are settled of a frame whose last slot has just ended, or some slots later. */
function settled(columns: Record<string, number[]>, { from = 1, later = 0 } = {}): number {
  const frame = frameOf(columns, { start: START, step: DEFAULT_STEP });
  return settledRows(frame, from, addMs(START, DEFAULT_STEP, frame.length + later));
}

describe('rows', () => {
  it('are settled once every metric has its value', () => {
    expect(settled({ cpu: [1, 2, 3, 4], memory: [1, 2, 3, 4] })).toBe(4);
  });

  it('wait for a value that is late, and so do the rows after them', () => {
    expect(settled({ cpu: [1, 2, 3, 4], memory: [1, 2, GAP, 4] })).toBe(2);
    expect(settled({ cpu: [1, 2, 3, 4], memory: [1, 2, 3, GAP] })).toBe(3);
  });

  it('wait for three slots, not longer', () => {
    const columns = { cpu: [1, 2, 3, 4], memory: [1, 2, GAP, GAP] };
    // Row 2 ended one slot before the frame's end; it has waited three slots two slots later.
    expect(settled(columns, { later: 1 })).toBe(2);
    expect(settled(columns, { later: 2 })).toBe(3);
    expect(settled(columns, { later: 3 })).toBe(4);
  });

  it('do not wait for a metric that has had no value in the twelve slots before', () => {
    const present = Array.from({ length: 14 }, () => 1);
    const silent = present.map((value, i) => (i === 0 ? value : GAP));
    // Row 12 still expects the value of row 0, row 13 does not.
    expect(settled({ cpu: present, memory: silent }, { from: 12 })).toBe(12);
    expect(settled({ cpu: present, memory: silent }, { from: 13 })).toBe(14);
  });
});
