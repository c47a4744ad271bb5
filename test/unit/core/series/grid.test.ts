import { describe, expect, it } from '@jest/globals';
import { gridCovering, slotOf, slotStart } from '#core/series/grid.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

describe('gridCovering', () => {
  it('starts at a multiple of the step since the epoch and holds all of the range', () => {
    // 90 s to 250 s with steps of 60 s touches the slots of 60, 120, 180 and 240 s.
    const grid = gridCovering({ from: epochMs(90_000), to: epochMs(250_000) }, MINUTE);
    expect(grid).toEqual({ start: 60_000, step: 60_000, length: 4 });
  });

  it('has no slot for the excluded end of the range', () => {
    const grid = gridCovering({ from: epochMs(60_000), to: epochMs(180_000) }, MINUTE);
    expect(grid).toEqual({ start: 60_000, step: 60_000, length: 2 });
  });

  it('has no slots when the range is empty or reversed', () => {
    expect(gridCovering({ from: epochMs(90_000), to: epochMs(90_000) }, MINUTE).length).toBe(0);
    expect(gridCovering({ from: epochMs(90_000), to: epochMs(0) }, MINUTE).length).toBe(0);
  });

  it('aligns times before the epoch downwards too', () => {
    const grid = gridCovering({ from: epochMs(-30_000), to: epochMs(0) }, MINUTE);
    expect(grid).toEqual({ start: -60_000, step: 60_000, length: 1 });
  });

  it('refuses a step that is not positive', () => {
    const range = { from: epochMs(0), to: epochMs(1) };
    expect(() => gridCovering(range, durationMs(0))).toThrow(RangeError);
    expect(() => gridCovering(range, durationMs(-1))).toThrow(RangeError);
  });
});

describe('slotOf and slotStart', () => {
  const grid = { start: epochMs(60_000), step: MINUTE, length: 2 };

  it('gives a slot its start and everything before the next one', () => {
    expect(slotOf(grid, epochMs(60_000))).toBe(0);
    expect(slotOf(grid, epochMs(119_999))).toBe(0);
    expect(slotOf(grid, epochMs(120_000))).toBe(1);
  });

  it('knows what is outside', () => {
    expect(slotOf(grid, epochMs(59_999))).toBeUndefined();
    expect(slotOf(grid, epochMs(180_000))).toBeUndefined();
  });

  it('tells when a slot starts', () => {
    expect(slotStart(grid, 1)).toBe(120_000);
  });
});
