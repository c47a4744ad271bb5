import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoostedTrees, prepareTrees } from '#core/math/boosted-trees.ts';
import { boosterOf } from '#engines/boosting/booster-of.ts';
import { serveSide } from '../side-process.ts';

/**
 * Our side of `bench/train/boosting.ts`, with either engine: the first half of the rows is trained on,
 * the other one predicted.
 */
const [engine, folder = '', rowCount, columnCount, parameters = ''] = process.argv.slice(2);
const count = Number(rowCount);
const columns = Number(columnCount);
const known = count / 2;
const train = boosterOf(engine === 'xgboost' ? 'xgboost' : 'built-in');

await serveSide(null, async (turn) => {
  const { buffer, byteOffset } = readFileSync(join(folder, `${turn}.f32`));
  const numbers = new Float32Array(buffer, byteOffset, count * (columns + 1));
  const labels = numbers.subarray(0, count);
  const rows = numbers.subarray(count);
  const matrix = {
    rows: rows.subarray(0, known * columns),
    columns,
    labels: labels.subarray(0, known),
  };
  const trees = await train(matrix, JSON.parse(parameters));
  return () => heldOutLoss(trees, rows, labels);
});

function heldOutLoss(trees: BoostedTrees, rows: Float32Array, labels: Float32Array): number {
  const { predict } = prepareTrees(trees);
  let sum = 0;
  for (let i = known; i < count; i++) {
    sum += (labels[i]! - predict(rows.subarray(i * columns, (i + 1) * columns))) ** 2;
  }
  return sum / (count - known);
}
