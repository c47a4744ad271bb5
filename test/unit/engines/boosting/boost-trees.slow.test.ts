import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { type BoostedTrees, prepareTrees } from '#core/math/boosted-trees.ts';
import { boostTrees } from '#engines/boosting/boost-trees.ts';
import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import { awkwardMatrix, rowOf, smoothMatrix } from '#test/helpers/training-matrices.ts';

const MEGABYTE = 2 ** 20;

describe('the built-in booster', () => {
  it('grows the same trees in a thread of its own', async () => {
    const matrix = awkwardMatrix(500);
    const parameters = { rounds: 20, subsample: 0.7, colsample_bytree: 0.6, seed: 5 };
    const module = new URL('../../../../src/engines/boosting/boost-trees.ts', import.meta.url);
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('tsx/esm/api').then(({ register }) => {
        register();
        return import(workerData.module);
      }).then(({ boostTrees }) => boostTrees(workerData.matrix, workerData.parameters))
        .then((trees) => parentPort.postMessage(trees));`;
    const workerData = { module: module.href, matrix, parameters };
    const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
    try {
      const there = await new Promise<BoostedTrees>((resolve, reject) => {
        worker.on('message', resolve);
        worker.on('error', reject);
      });
      expect(there).toEqual(await boostTrees(matrix, parameters));
    } finally {
      await worker.terminate();
    }
  });

  it('loses no more on rows it has not seen than XGBoost', async () => {
    const all = smoothMatrix(3_000, 20);
    const half = 1_500;
    const known = {
      rows: all.rows.subarray(0, half * all.columns),
      columns: all.columns,
      labels: all.labels.subarray(0, half),
    };
    const squares = ({ predict }: ReturnType<typeof prepareTrees>) => {
      let sum = 0;
      for (let i = half; i < 2 * half; i++) sum += (predict(rowOf(all, i)) - all.labels[i]!) ** 2;
      return sum;
    };
    const own = squares(prepareTrees(await boostTrees(known)));
    const theirs = squares(prepareTrees(await trainBoostedTrees(known)));
    // The bound of the decision (docs/adr/0021): 2 %.
    expect(own).toBeLessThan(1.02 * theirs);
  });

  it('leaves no memory behind', async () => {
    const matrix = smoothMatrix(300, 20);
    const train = () => boostTrees(matrix, { rounds: 2, max_depth: 3 });
    for (let i = 0; i < 50; i++) await train();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await train();
    // One training holds 0.2 MB: 200 that stayed would be 40.
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * MEGABYTE);
  });
});
