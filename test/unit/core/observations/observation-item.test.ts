import { describe, expect, it } from '@jest/globals';
import { contentOf, parseContent } from '#core/observations/item-content.ts';
import type { Observation } from '#core/observations/observation.ts';
import {
  bucketStartOf,
  columnsOf,
  emptyItem,
  mergeItem,
} from '#core/observations/observation-item.ts';
import { durationMs, epochMs } from '#core/time.ts';

const STEP = durationMs(1_000);
/** Start of the second item: 12 slots of 1 s. */
const START = epochMs(12_000);

function observation(at: number, parts: Partial<Observation> = {}): Observation {
  return { metric: 'm', source: 's', at: epochMs(at), value: 1, asOf: epochMs(at), ...parts };
}

describe('bucketStartOf', () => {
  it.each([
    [0, 0],
    [11_999, 0],
    [11_999.5, 0],
    [12_000, 12_000],
    [35_999, 24_000],
  ])('puts %d ms into the item at %d', (at, start) => {
    expect(bucketStartOf(epochMs(at), STEP)).toBe(start);
  });

  it.each([0, -1, 0.5])('refuses the step %d', (step) => {
    expect(() => bucketStartOf(START, durationMs(step))).toThrow(RangeError);
  });

  it('refuses moments before 1970', () => {
    expect(() => bucketStartOf(epochMs(-1), STEP)).toThrow(RangeError);
  });
});

describe('mergeItem', () => {
  it('puts each observation into the register of its slot', () => {
    const { item, results } = mergeItem(
      emptyItem(START, STEP),
      [
        observation(12_000),
        observation(23_999, { value: 7 }),
        observation(14_100, { source: 'r' }),
      ],
      epochMs(30_000),
    );
    expect(results).toEqual(['accepted', 'accepted', 'accepted']);
    expect(item.columns.map(({ metric, source }) => [metric, source])).toEqual([
      ['m', 'r'],
      ['m', 's'],
    ]);
    const [r, s] = item.columns.map(({ registers }) => registers.map((slot) => slot?.value));
    const none = undefined;
    expect(r).toEqual([none, none, 1, none, none, none, none, none, none, none, none, none]);
    expect(s).toEqual([1, none, none, none, none, none, none, none, none, none, none, 7]);
  });

  it('leaves the item it was given as it was, and returns it when nothing changes', () => {
    const first = mergeItem(emptyItem(START, STEP), [observation(12_000)], epochMs(30_000)).item;
    const copy = structuredClone(first);
    mergeItem(first, [observation(13_000), observation(12_000, { value: 2 })], epochMs(30_000));
    expect(first).toEqual(copy);
    expect(mergeItem(first, [observation(12_000)], epochMs(31_000)).item).toBe(first);
  });

  it('keeps sources apart whatever their names are', () => {
    const names = ['', '__proto__', 'constructor', '7', 'a#b', 'ü\n'];
    const { item } = mergeItem(
      emptyItem(START, STEP),
      names.map((source, value) => observation(12_000, { source, value })),
      epochMs(30_000),
    );
    const read = parseContent(contentOf(item), START, STEP);
    expect(read).toEqual(item);
    const valueIn = (source: string) =>
      read.columns.find((column) => column.source === source)?.registers[0]?.value;
    expect(names.map(valueIn)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([11_999, 24_000])('refuses an observation of another item (%d)', (at) => {
    expect(() => mergeItem(emptyItem(START, STEP), [observation(at)], START)).toThrow(RangeError);
  });
});

describe('contentOf', () => {
  it('is this text: version, then metric, source, values, as-of and first-seen offsets', () => {
    const { item } = mergeItem(
      emptyItem(START, STEP),
      [
        observation(13_500, { value: 0.5, asOf: epochMs(13_700) }),
        observation(12_000, { metric: 'a' }),
      ],
      epochMs(14_000),
    );
    const empty = 'null,null,null,null,null,null,null,null,null,null';
    // Slot 1 starts at 13 000: as-of 13 700 is +700, seen at 14 000 is 300 after that.
    expect(contentOf(item)).toBe(
      `[1,[["a","s",[1,null,${empty}],[0,null,${empty}],[2000,null,${empty}]],` +
        `["m","s",[null,0.5,${empty}],[null,700,${empty}],[null,300,${empty}]]]]`,
    );
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '[2,[]]'],
    ['a short column', '[1,[["m","s",[1],[1],[1]]]]'],
    ['a value that is no number', `[1,[["m","s",${'["1"'}${',null'.repeat(11)}],[],[]]]]`],
  ])('can not be read from %s', (_, content) => {
    expect(() => parseContent(content, START, STEP)).toThrow();
  });

  it('can not be read when a value has no as-of time', () => {
    const nulls = `null${',null'.repeat(11)}`;
    const content = `[1,[["m","s",[1${',null'.repeat(11)}],[${nulls}],[${nulls}]]]]`;
    expect(() => parseContent(content, START, STEP)).toThrow('register');
  });
});

describe('columnsOf', () => {
  it('joins items and leaves out slots outside the range, and columns without any', () => {
    const second = mergeItem(
      emptyItem(START, STEP),
      [observation(12_000), observation(20_000)],
      epochMs(1),
    ).item;
    const first = mergeItem(
      emptyItem(epochMs(0), STEP),
      [observation(5_000, { value: 2 }), observation(1_000, { metric: 'early' })],
      epochMs(1),
    ).item;
    const columns = columnsOf([first, second], { from: epochMs(5_000), to: epochMs(20_000) });
    expect(columns.map(({ metric, slots }) => [metric, slots.map(({ start }) => start)])).toEqual([
      ['m', [5_000, 12_000]],
    ]);
  });
});
