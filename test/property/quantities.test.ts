import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCpu, formatMemory, parseCpu, parseMemory } from '#core/recommend/quantities.ts';

const MEBIBYTE = 2 ** 20;

/** Every magnitude is as likely as any other: doubles drawn evenly are nearly all huge. */
const cores = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -9, max: 6 }))
  .map(([share, power]) => share * 10 ** power);
const bytes = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 53 }))
  .map(([share, power]) => Math.min(share * 2 ** power, Number.MAX_SAFE_INTEGER));

describe('quantities', () => {
  it('of CPU are never below the need, and less than a millicore above it', () => {
    fc.assert(
      fc.property(cores, (need) => {
        const given = parseCpu(formatCpu(need)) ?? Number.NaN;
        expect(given).toBeGreaterThanOrEqual(need);
        // A thousandth is no double: near a thousand cores the last digits are rounded.
        expect(given - need).toBeLessThan(0.001 * (1 + 1e-9) + need * 1e-15);
      }),
    );
  });

  it('of memory are never below the need, and less than a unit above it', () => {
    fc.assert(
      fc.property(bytes, (need) => {
        const given = parseMemory(formatMemory(need)) ?? Number.NaN;
        expect(given).toBeGreaterThanOrEqual(need);
        expect(given - Math.ceil(need)).toBeLessThan(need < MEBIBYTE ? 1_024 : MEBIBYTE);
      }),
    );
  });

  it('are written as they were read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (count) => {
        expect(parseCpu(formatCpu(parseCpu(`${count}m`) ?? -1))).toBe(parseCpu(`${count}m`));
        const mebibytes = `${count}Mi`;
        expect(parseMemory(formatMemory(parseMemory(mebibytes) ?? -1))).toBe(
          parseMemory(mebibytes),
        );
      }),
    );
  });

  it('of any text are read or refused, never a surprise', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const amount of [parseCpu(text), parseMemory(text)]) {
          if (amount !== undefined) expect(amount).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
