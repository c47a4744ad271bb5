import { createAdam } from './adam.ts';
import { buildNetwork } from './build-network.ts';
import { loadTensorFlow, type TensorFlow } from './load-tensorflow.ts';
import { lossOf } from './loss.ts';
import type { NetworkTask, TrainableNetwork, TrainingEngine } from './training-engine.ts';
import type { Batch } from './training-set.ts';

/**
 * Trains by TensorFlow.js: its layers, its gradients. The reference for the kernels, and where
 * libtensorflow is installed a way to its processors.
 *
 * @param load - how TensorFlow.js is found
 */
export async function tensorflowEngine(
  load: () => Promise<TensorFlow> = loadTensorFlow,
): Promise<TrainingEngine> {
  const tf = await load();
  return { backend: tf.backend, open: (task, optimizer) => open(tf, task, optimizer) };
}

function open(
  tf: TensorFlow,
  { network, parameters, reach }: NetworkTask,
  optimizer: Parameters<TrainingEngine['open']>[1],
): TrainableNetwork {
  const { core } = tf;
  const { window, dropout, headDropout, goal } = parameters;
  let seedOf = (_place: number) => 0;
  const built = buildNetwork(tf, network, window, {
    recurrent: dropout,
    heads: headDropout,
    seed: (place) => seedOf(place),
  });
  const adam = createAdam(tf, built.variables, optimizer);
  const loss = ({ windows, actuals, isPresent }: Batch, isTraining: boolean) => {
    const rows = actuals.length / reach;
    const outputs = built.run(core.tensor3d(windows, [rows, window, network.inputs]), isTraining);
    return lossOf(tf, goal, outputs, {
      actuals: core.tensor2d(actuals, [rows, reach]),
      isPresent: core.tensor2d(isPresent, [rows, reach]),
    });
  };
  return {
    readWeights: built.readWeights,
    writeWeights: built.writeWeights,
    train: (batch, learningRate, seed) =>
      core.tidy(() => {
        seedOf = seed;
        const { value, grads } = core.variableGrads(() => loss(batch, true), [...built.variables]);
        adam.apply(grads, { ...parameters, learningRate });
        return value.dataSync<'float32'>()[0] ?? Number.NaN;
      }),
    lossOf: (batch) => core.tidy(() => loss(batch, false).dataSync<'float32'>()[0] ?? Number.NaN),
    optimizerState: adam.state,
    dispose() {
      adam.dispose();
      built.dispose();
    },
  };
}
