import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { BoostedTreesSchema, gainImportance, prepareTrees } from '#core/math/boosted-trees.ts';
import { treeShap } from '#core/math/tree-shap.ts';

const VectorSchema = z.array(z.number());

const golden = z
  .object({
    tool: z.string(),
    trees: BoostedTreesSchema,
    rows: z.array(z.array(z.number().nullable())),
    predictions: VectorSchema,
    contributions: z.array(VectorSchema),
    splitGains: z.array(z.tuple([z.int(), z.number()])),
  })
  .parse(JSON.parse(readFileSync(new URL('./data/tree-shap.json', import.meta.url), 'utf8')));

/** XGBoost multiplies shares and adds leaves in 32-bit floats; the values are about 1. */
const TOLERANCE = 5e-6;
/** The same gains, added in another order and rounded to 32 bits by XGBoost. */
const GAIN_TOLERANCE = 1e-6;

const rows = golden.rows.map((row) => row.map((x) => x ?? Number.NaN));

describe(`contributions against ${golden.tool}`, () => {
  it.each(rows.map((row, i) => [i, row] as const))('are those of row %i', (i, row) => {
    const { base, contributions } = treeShap(golden.trees, row);
    const worst = [...contributions, base].reduce(
      (most, value, column) => Math.max(most, Math.abs(value - golden.contributions[i]![column]!)),
      0,
    );
    expect(worst).toBeLessThan(TOLERANCE);
  });

  it('explain the same predictions', () => {
    const { predict } = prepareTrees(golden.trees);
    for (const [i, row] of rows.entries()) {
      expect(Math.abs(predict(row) - golden.predictions[i]!)).toBeLessThan(TOLERANCE);
      const { base, contributions } = treeShap(golden.trees, row);
      const sum = contributions.reduce((total, value) => total + value, base);
      expect(Math.abs(sum - predict(row))).toBeLessThan(TOLERANCE);
    }
  });
});

describe(`gain importance against ${golden.tool}`, () => {
  it('is the share of each column in the gains of all splits, counted one by one', () => {
    const counted = new Float64Array(golden.trees.columns);
    for (const [column, gain] of golden.splitGains) counted[column]! += gain;
    const total = counted.reduce((sum, gain) => sum + gain, 0);
    const splits = golden.trees.trees.flatMap((tree) => tree.splits).filter((split) => split >= 0);
    expect(golden.splitGains).toHaveLength(splits.length);
    for (const [column, share] of gainImportance(golden.trees).entries()) {
      expect(Math.abs(share - counted[column]! / total)).toBeLessThan(GAIN_TOLERANCE);
    }
  });
});
