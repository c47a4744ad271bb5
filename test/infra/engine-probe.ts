import { parseArgs } from 'node:util';
import { HOUR } from '#core/time.ts';
import { type RecurrentEngine, recurrentTrainer } from '#engines/lstm/recurrent-trainer.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';
import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import { daysWithNoise } from '#test/helpers/histories.ts';
import { tinyMora } from '#test/helpers/tiny-lstm.ts';
import { smoothMatrix } from '#test/helpers/training-matrices.ts';

/**
 * A program that trains a little with the engine named, as the functions do, and prints what came out.
 * A test bundles it as they are bundled and runs it where engines are in the layer only.
 */
const PROBES: Readonly<Record<string, () => Promise<unknown>>> = {
  async xgboost() {
    const { trees } = await trainBoostedTrees(smoothMatrix(50), { rounds: 2 });
    return { trees: trees.length };
  },
  kernels: () => backendOf('built-in'),
  tensorflow: () => backendOf('tensorflow'),
  async stan() {
    const target = daysWithNoise(90, HOUR);
    const { kind } = await prophetFromOptions({ estimator: 'stan' }).fit({ target });
    return { kind };
  },
};

async function backendOf(engine: RecurrentEngine): Promise<unknown> {
  const target = daysWithNoise(90, HOUR);
  const parameters = { ...tinyMora(), epochs: 1 };
  const slice = await recurrentTrainer(engine).advance({ target }, parameters, {
    seed: 1,
    shouldStop: () => false,
  });
  return { done: slice.done, backend: slice.done && slice.state.training.backend };
}

const [engine = ''] = parseArgs({ allowPositionals: true }).positionals;
console.log(JSON.stringify(await PROBES[engine]?.()));
