import { describe, expect, it } from '@jest/globals';
import {
  type BoostedTrees,
  BoostedTreesSchema,
  gainImportance,
  prepareTrees,
} from '#core/math/boosted-trees.ts';

/**
 * Column 0 below 10? no: 7. Yes: column 1 below 2? yes: 1, no: 3. A missing column 0 goes right, a
 * missing column 1 left. In order: split on column 0 (code 0), on column 1 (2 × 1 + 1 = 3), 1, 3, 7.
 */
const NESTED = { splits: [0, 3, -1, -1, -1], values: [10, 2, 1, 3, 7], covers: [4, 5, 6] };
const STUMP = { splits: [-1], values: [0.5], covers: [15] };
const TREES: BoostedTrees = { columns: 2, base: 100, trees: [NESTED, STUMP], gains: [30, 10] };

describe('boosted trees', () => {
  const { predict } = prepareTrees(BoostedTreesSchema.parse(TREES));

  it.each([
    [[9, 1], 101.5],
    [[9, 2], 103.5],
    [[10, 1], 107.5],
    [[Number.NaN, 1], 107.5],
    [[9, Number.NaN], 101.5],
    [[-Infinity, Infinity], 103.5],
  ])('predict %p by the leaf of each tree: %p', (row, expected) => {
    expect(predict(row)).toBe(expected);
  });

  it('compare as 32-bit floats: what rounds to the threshold is not below it', () => {
    // Between 10 - 2^-20 and 10 there is no 32-bit float: they are 2^-20 apart there.
    expect(predict([10 - 2 ** -30, 0])).toBe(107.5);
    expect(predict([10 - 2 ** -20, 0])).toBe(101.5);
  });

  it('add up in 32-bit floats', () => {
    // 2^24 + 1 is no 32-bit float: each 1 is lost on 2^24, but not when the ones are added first.
    const leaf = (value: number) => ({ splits: [-1], values: [value], covers: [1] });
    const sum = (base: number, ...leaves: number[]) =>
      prepareTrees({ columns: 1, base, trees: leaves.map(leaf), gains: [0] }).predict([0]);
    expect(sum(0, 2 ** 24, 1, 1)).toBe(2 ** 24);
    expect(sum(2 ** 24, 1, 1)).toBe(2 ** 24 + 2);
    expect(sum(0.1)).toBe(Math.fround(0.1));
  });

  it('are the same after JSON', () => {
    const again = prepareTrees(BoostedTreesSchema.parse(JSON.parse(JSON.stringify(TREES))));
    expect(again.predict([9, 2])).toBe(103.5);
  });

  it('lean on columns by their share of the gain', () => {
    expect([...gainImportance(TREES)]).toEqual([0.75, 0.25]);
    expect([...gainImportance({ ...TREES, gains: [0, 0] })]).toEqual([0, 0]);
  });
});

describe('the schema of boosted trees', () => {
  const withTree = (tree: object) => ({ ...TREES, trees: [{ ...NESTED, ...tree }] });

  it.each([
    ['a split without a right child', withTree({ splits: [0, 3, -1, -1], values: [1, 1, 1, 1] })],
    ['a node too many', withTree({ splits: [0, -1, -1, -1, -1] })],
    ['a value missing', withTree({ values: [10, 2, 1, 3] })],
    ['a cover missing', withTree({ covers: [4, 5] })],
    ['a column that is not there', withTree({ splits: [4, 3, -1, -1, -1] })],
    ['a code that is none', withTree({ splits: [0.5, 3, -1, -1, -1] })],
    ['a code below a leaf', withTree({ splits: [-2, 3, -1, -1, -1] })],
    ['no node', { ...TREES, trees: [{ splits: [], values: [], covers: [] }] }],
    ['a gain too few', { ...TREES, gains: [1] }],
    ['no column', { ...TREES, columns: 0, gains: [] }],
    ['a field too many', { ...TREES, surplus: 1 }],
  ])('refuses %s', (_, trees) => {
    expect(BoostedTreesSchema.safeParse(trees).success).toBe(false);
  });
});
