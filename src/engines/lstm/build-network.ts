import type { Tensor, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { layers as LayerMakers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type LstmNetwork, splitWeights } from '#core/forecast/lstm-network.ts';
import type { TensorFlow } from './load-tensorflow.ts';

type Layer = LayerMakers.Layer;

/** What only training needs to know of a network. */
export interface Dropout {
  /** Share dropped after each recurrent layer. */
  readonly recurrent: number;
  /** Share dropped between the two layers of each head. */
  readonly heads: number;
  /** The seed of the next mask, a number of its own for each place and batch. */
  seed(place: number): number;
}

/** A network inside TensorFlow.js. */
export interface BuiltNetwork {
  readonly model: LayersModel;
  /** In the order of `weightShapes`. */
  readonly variables: readonly Variable[];
  /** The outputs of each head for a batch of windows. */
  run(windows: Tensor3D, training: boolean): Tensor2D[];
  readWeights(): Float32Array;
  writeWeights(weights: Float32Array): void;
  dispose(): void;
}

const NO_DROPOUT: Dropout = { recurrent: 0, heads: 0, seed: () => 0 };

/** Builds the layers of a network; all its weights are 0. */
export function buildNetwork(
  tf: TensorFlow,
  network: LstmNetwork,
  window: number,
  dropout: Dropout = NO_DROPOUT,
): BuiltNetwork {
  const { model, weighted } = assemble(tf, network, window, dropout);
  const variables = weighted.flatMap((layer) =>
    layer.trainableWeights.map((weight) => asVariable(tf, weight.read())),
  );
  return {
    model,
    variables,
    run: (windows, training) => {
      const outputs = model.apply(windows, { training });
      return (Array.isArray(outputs) ? outputs : [outputs]) as Tensor2D[];
    },
    readWeights: () => joined(variables),
    writeWeights: (weights) => writeAll(tf, variables, splitWeights(network, weights)),
    dispose: () => {
      model.dispose();
    },
  };
}

/** The numbers of all tensors in one array. */
export function joined(tensors: readonly Tensor[]): Float32Array {
  const all = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.dataSync<'float32'>(), at);
    at += tensor.size;
  }
  return all;
}

/** Gives each variable its numbers. */
export function writeAll(
  { core }: TensorFlow,
  variables: readonly Variable[],
  values: readonly Float32Array[],
): void {
  core.tidy(() => {
    variables.forEach((variable, i) => {
      // A copy: on some backends a tensor keeps the array it was made of.
      variable.assign(core.tensor(Float32Array.from(values[i] ?? []), variable.shape, 'float32'));
    });
  });
}

function assemble(
  tf: TensorFlow,
  { inputs, layers, heads }: LstmNetwork,
  window: number,
  dropout: Dropout,
): { readonly model: LayersModel; readonly weighted: readonly Layer[] } {
  const make = tf.layers.layers;
  const drop = dropoutLayers(tf, dropout);
  const input = tf.layers.input({ shape: [window, inputs] });
  // The model lists its layers by depth: the heads would lie across each other.
  const weighted: Layer[] = [];
  const add = (layer: Layer, to: SymbolicTensor): SymbolicTensor => {
    weighted.push(layer);
    return symbolic(layer.apply(to));
  };
  let top: SymbolicTensor = input;
  layers.forEach(({ units, bidirectional }, i) => {
    const layer = make.lstm({
      units,
      returnSequences: i < layers.length - 1,
      activation: 'tanh',
      // The default of TensorFlow.js is the hard sigmoid.
      recurrentActivation: 'sigmoid',
      kernelInitializer: 'zeros',
      recurrentInitializer: 'zeros',
      biasInitializer: 'zeros',
      unitForgetBias: false,
    });
    const both = bidirectional ? make.bidirectional({ layer, mergeMode: 'concat' }) : layer;
    top = drop(add(both, top), dropout.recurrent);
  });
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const outputs = heads.map(({ units, outputs: count }) => {
    const hidden = add(make.dense({ units, activation: 'relu', ...zeros }), top);
    return add(make.dense({ units: count, ...zeros }), drop(hidden, dropout.heads));
  });
  return { model: tf.layers.model({ inputs: input, outputs }), weighted };
}

/**
 * A dropout whose mask is another at every batch and yet the same whenever that batch is trained.
 * (The `seed` of `layers.dropout` gives one mask for ever, which is a smaller network, not a dropout.)
 */
function dropoutLayers(
  { core, layers }: TensorFlow,
  { seed }: Dropout,
): (top: SymbolicTensor, rate: number) => SymbolicTensor {
  class SeededDropout extends layers.layers.Layer {
    static readonly className = 'SeededDropout';
    readonly #rate: number;
    readonly #place: number;

    constructor(rate: number, place: number) {
      super({});
      this.#rate = rate;
      this.#place = place;
    }

    override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor {
      const [input] = Array.isArray(inputs) ? inputs : [inputs];
      if (input === undefined) throw new RangeError('a dropout needs an input');
      if (training !== true) return input;
      return core.dropout(input, this.#rate, undefined, seed(this.#place));
    }
  }
  let places = 0;
  return (top, rate) => (rate > 0 ? symbolic(new SeededDropout(rate, places++).apply(top)) : top);
}

function symbolic(result: unknown): SymbolicTensor {
  return result as SymbolicTensor;
}

function asVariable({ core }: TensorFlow, tensor: Tensor): Variable {
  if (!(tensor instanceof core.Variable)) throw new TypeError('a weight is not a variable');
  return tensor;
}
