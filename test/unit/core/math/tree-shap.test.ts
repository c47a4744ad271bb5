import { describe, expect, it } from '@jest/globals';
import { type BoostedTrees, prepareTrees, type RegressionTree } from '#core/math/boosted-trees.ts';
import { normal, type Random, seededRandom } from '#core/math/random.ts';
import { treeShap } from '#core/math/tree-shap.ts';

const LEAF = -1;
/** Doubles on both sides; leaves are about 1, a few dozen of them are added. */
const TOLERANCE = 1e-12;

describe('the contributions of columns', () => {
  it('of one split are what its side is above the mean', () => {
    const tree = { splits: [2, -1, -1], values: [5, 1, 5], covers: [30, 10] };
    const trees: BoostedTrees = { columns: 3, base: 10, trees: [tree], gains: [0, 1, 0] };
    // The mean is 10 + (30 × 1 + 10 × 5) / 40 = 12; the row gets 10 + 1 or 10 + 5.
    expect(treeShap(trees, [9, 4, 9])).toEqual({ base: 12, contributions: vector(0, -1, 0) });
    expect(treeShap(trees, [9, 5, 9])).toEqual({ base: 12, contributions: vector(0, 3, 0) });
  });

  it('share what only both together bring', () => {
    // 8 when column 0 and column 1 are 1 or more, else 0, each in half of the rows: the mean is 2.
    // Alone each of them lifts 2 to 4, so both orders give 2 + 4: Shapley values 3 and 3.
    const and = { splits: [0, -1, 2, -1, -1], values: [1, 0, 1, 0, 8], covers: [2, 1, 1] };
    const trees: BoostedTrees = { columns: 2, base: 0, trees: [and], gains: [1, 1] };
    const { base, contributions } = treeShap(trees, [1, 1]);
    expect(base).toBeCloseTo(2, 12);
    expect(contributions[0]).toBeCloseTo(3, 12);
    expect(contributions[1]).toBeCloseTo(3, 12);
  });

  it('follow missing values where the trees send them', () => {
    const to = (split: number) => ({ splits: [split, -1, -1], values: [5, 1, 5], covers: [1, 1] });
    const contribution = (split: number) =>
      treeShap({ columns: 1, base: 0, trees: [to(split)], gains: [1] }, [Number.NaN])
        .contributions[0];
    expect(contribution(1)).toBe(-2);
    expect(contribution(0)).toBe(2);
  });

  it('are none without a split', () => {
    const stump = { splits: [-1], values: [0.5], covers: [4] };
    const trees: BoostedTrees = { columns: 1, base: 1, trees: [stump, stump], gains: [0] };
    expect(treeShap(trees, [7])).toEqual({ base: 2, contributions: vector(0) });
  });

  it('take a split without training rows as halves', () => {
    const tree = { splits: [0, -1, -1], values: [5, 1, 5], covers: [0, 0] };
    const { base, contributions } = treeShap(
      { columns: 1, base: 0, trees: [tree], gains: [0] },
      [0],
    );
    expect([base, contributions[0]]).toEqual([3, -2]);
  });

  it('are the Shapley values by their definition', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed, 'shapley');
      const columns = 1 + (seed % 5);
      const trees = randomTrees(random, columns);
      const row = randomRow(random, columns);
      const { base, contributions } = treeShap(trees, row);
      const worth = (known: number) => knownWorth(trees, row, known);
      expect(Math.abs(base - worth(0))).toBeLessThan(TOLERANCE);
      const expected = shapleyValues(columns, worth);
      const errors = contributions.map((value, i) => Math.abs(value - expected[i]!));
      expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
    }
  });

  it('add up to the prediction', () => {
    const random = seededRandom(5, 'sums');
    const trees = randomTrees(random, 6, 8, 40);
    const { predict } = prepareTrees(trees);
    for (let i = 0; i < 20; i++) {
      const row = randomRow(random, 6);
      const { base, contributions } = treeShap(trees, row);
      const sum = contributions.reduce((total, value) => total + value, base);
      // The trees add their 40 leaves of about 1 in 32-bit floats.
      expect(Math.abs(sum - predict(row))).toBeLessThan(40 * 2 ** -24 * 20);
    }
  });
});

function vector(...values: readonly number[]): Float64Array {
  return Float64Array.from(values);
}

/** Of few values, so that rows meet thresholds, and sometimes missing. */
function randomRow(random: Random, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, () =>
    random() < 0.2 ? Number.NaN : Math.floor(random() * 6),
  );
}

function randomTrees(random: Random, columns: number, depth = 4, count = 3): BoostedTrees {
  const trees = Array.from({ length: count }, () => randomTree(random, columns, depth));
  return { columns, base: normal(random), trees, gains: Array(columns).fill(0) };
}

/** Columns come again on a way down, and some leaves hold no training row. */
function randomTree(random: Random, columns: number, depth: number): RegressionTree {
  const tree: { splits: number[]; values: number[]; covers: number[] } = {
    splits: [],
    values: [],
    covers: [],
  };
  const grow = (levels: number) => {
    if (levels === 0 || random() < 0.15) {
      tree.splits.push(LEAF);
      tree.values.push(Math.fround(normal(random)));
      tree.covers.push(Math.floor(random() * 10));
      return;
    }
    tree.splits.push(Math.floor(random() * columns * 2));
    tree.values.push(Math.floor(random() * 6));
    grow(levels - 1);
    grow(levels - 1);
  };
  grow(depth);
  return tree;
}

/** What the trees answer on average when only the columns in the bit set `known` are known. */
function knownWorth({ base, trees }: BoostedTrees, row: ArrayLike<number>, known: number): number {
  return trees.reduce(
    (sum, tree) => sum + subtree(tree, row, known, 0, 0).worth,
    Math.fround(base),
  );
}

interface Subtree {
  readonly worth: number;
  readonly cover: number;
  readonly nodes: number;
  readonly leaves: number;
}

/** The definition: a known column decides, an unknown one is averaged by training rows. */
function subtree(
  tree: RegressionTree,
  row: ArrayLike<number>,
  known: number,
  node: number,
  leaf: number,
): Subtree {
  const split = tree.splits[node]!;
  const value = tree.values[node]!;
  if (split === LEAF) return { worth: value, cover: tree.covers[leaf]!, nodes: 1, leaves: 1 };
  const left = subtree(tree, row, known, node + 1, leaf);
  const right = subtree(tree, row, known, node + 1 + left.nodes, leaf + left.leaves);
  const column = split >> 1;
  const x = row[column]!;
  const isLeft = Number.isNaN(x) ? (split & 1) === 1 : x < value;
  const cover = left.cover + right.cover;
  const share = cover > 0 ? left.cover / cover : 0.5;
  const average = share * left.worth + (1 - share) * right.worth;
  const decided = isLeft ? left.worth : right.worth;
  return {
    worth: (known >> column) & 1 ? decided : average,
    cover,
    nodes: 1 + left.nodes + right.nodes,
    leaves: left.leaves + right.leaves,
  };
}

/** Shapley 1953: the mean over all sets without i of what i adds, by the share of orders. */
function shapleyValues(columns: number, worth: (known: number) => number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const size = (set: number) => [...set.toString(2)].filter((bit) => bit === '1').length;
  return Array.from({ length: columns }, (_, i) => {
    let value = 0;
    for (let set = 0; set < 1 << columns; set++) {
      if ((set >> i) & 1) continue;
      const share =
        (factorial(size(set)) * factorial(columns - size(set) - 1)) / factorial(columns);
      value += share * (worth(set | (1 << i)) - worth(set));
    }
    return value;
  });
}
