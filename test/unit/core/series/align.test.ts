import { describe, expect, it } from '@jest/globals';
import { alignSeries } from '#core/series/align.ts';
import { DAY, HOUR } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const NONE = Number.NaN;

describe('aligned series', () => {
  it('reach from the first time of any to the last, missing where one has nothing', () => {
    const frame = alignSeries(
      new Map([
        ['early', seriesOf([1, 2], { from: 2 })],
        ['late', seriesOf([3, 4, 5], { from: 4 })],
      ]),
    );
    expect({ start: frame.start, step: frame.step, length: frame.length }).toEqual({
      start: 2 * HOUR,
      step: HOUR,
      length: 5,
    });
    expect([...(frame.series.get('early')?.values ?? [])]).toEqual([1, 2, NONE, NONE, NONE]);
    expect([...(frame.series.get('late')?.values ?? [])]).toEqual([NONE, NONE, 3, 4, 5]);
  });

  it('that have nothing are missing throughout', () => {
    const frame = alignSeries(
      new Map([
        ['some', seriesOf([1, 2])],
        ['none', seriesOf([], { from: 1 })],
      ]),
    );
    expect([...(frame.series.get('none')?.values ?? [])]).toEqual([NONE, NONE]);
  });

  it('are copies', () => {
    const series = seriesOf([1, 2]);
    const frame = alignSeries(new Map([['a', series]]));
    frame.series.get('a')?.values.fill(0);
    expect([...series.values]).toEqual([1, 2]);
  });

  it.each([
    ['no series', new Map(), 'SERIES_EMPTY'],
    [
      'another step',
      new Map([
        ['hours', seriesOf([1])],
        ['days', seriesOf([1], { step: DAY })],
      ]),
      'SERIES_MISALIGNED',
    ],
    [
      'times between those of the others',
      new Map([
        ['whole', seriesOf([1, 2])],
        ['half', seriesOf([1, 2], { from: 0.5 })],
      ]),
      'SERIES_MISALIGNED',
    ],
  ])('are refused for %s', (_, series, code) => {
    expect(codeOf(() => alignSeries(series))).toBe(code);
  });
});
