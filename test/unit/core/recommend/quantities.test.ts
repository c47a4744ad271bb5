import { describe, expect, it } from '@jest/globals';
import { formatCpu, formatMemory, parseCpu, parseMemory } from '#core/recommend/quantities.ts';

describe('an amount of CPU', () => {
  it.each([
    ['100m', 0.1],
    ['1500m', 1.5],
    ['1.5', 1.5],
    ['2', 2],
    ['.5', 0.5],
    ['250u', 0.000_25],
    ['100000000n', 0.1],
    ['1e-3', 0.001],
    ['1k', 1_000],
    [' 1 ', 1],
  ])('%s is %p cores', (text, cores) => {
    expect(parseCpu(text)).toBe(cores);
  });

  it.each(['', 'm', '-1', '1,5', '1.5 cores', '0x10', '1mm', '1Mib', 'NaN', 'Infinity', '1e99'])(
    '%p is none',
    (text) => {
      expect(parseCpu(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0'],
    [1.5, '1500m'],
    [2, '2'],
    [0.1, '100m'],
    // 2.007 x 1000 is 2007.0000000000002 in doubles: one more millicore would be one too many.
    [2.007, '2007m'],
    [0.070_000_1, '71m'],
    [1e-9, '1m'],
    [0.999_9, '1'],
  ])('of %p cores is written %s', (cores, text) => {
    expect(formatCpu(cores)).toBe(text);
  });

  it.each([-0.1, Number.NaN, Infinity, 1e308])('of %p is a mistake', (cores) => {
    expect(() => formatCpu(cores)).toThrow(RangeError);
  });
});

describe('an amount of memory', () => {
  it.each([
    ['128Mi', 128 * 1_048_576],
    ['128M', 128_000_000],
    ['64Ki', 65_536],
    ['64k', 64_000],
    ['64K', 64_000],
    ['1.5Gi', 1_610_612_736],
    ['2Ti', 2 ** 41],
    ['1Pi', 2 ** 50],
    ['1e9', 1_000_000_000],
    ['134217728', 134_217_728],
    // 1.1 x 1e6 is 1100000.0000000002 in doubles.
    ['1.1M', 1_100_000],
    // 102.4 bytes are 103 whole ones.
    ['0.1Ki', 103],
  ])('%s is %p bytes', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it('in millibytes is refused: 128m is a slip for 128M', () => {
    expect(parseMemory('128m')).toBeUndefined();
  });

  it.each(['', '-1Mi', '1 GiB', '1mi', '9Pi', '1Ei'])('%p is none', (text) => {
    expect(parseMemory(text)).toBeUndefined();
  });

  it.each([
    [0, '0'],
    [1, '1Ki'],
    [1_024, '1Ki'],
    [1_025, '2Ki'],
    [1_048_576, '1Mi'],
    [1_048_575, '1Mi'],
    [134_217_729, '129Mi'],
    [2 ** 30, '1Gi'],
    [2 ** 30 + 1, '1025Mi'],
    [1.5 * 2 ** 30, '1536Mi'],
    [2 ** 40, '1024Gi'],
  ])('of %p bytes is written %s', (bytes, text) => {
    expect(formatMemory(bytes)).toBe(text);
  });

  it.each([-1, Number.NaN, Infinity, 2 ** 54])('of %p is a mistake', (bytes) => {
    expect(() => formatMemory(bytes)).toThrow(RangeError);
  });
});

describe('the faults of the seeds', () => {
  it('1.5 cores are 1500m, not the 15m of a percentage guessed', () => {
    expect(formatCpu(1.5)).toBe('1500m');
  });

  it('bytes are not GB times 1024 called Mi, which is 7.4 % too much', () => {
    // 1 GB is 1e9 / 2^20 = 953.67 Mi, which 954Mi covers; the seed wrote 1024Mi.
    expect(formatMemory(1_000_000_000)).toBe('954Mi');
  });

  it('memory is never rounded below the need', () => {
    // 1.04 Gi with one decimal was 1.0Gi.
    expect(formatMemory(1.04 * 2 ** 30)).toBe('1065Mi');
  });

  it('CPU is never cut off below the need', () => {
    expect(formatCpu(0.0999)).toBe('100m');
  });
});
