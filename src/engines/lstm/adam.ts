import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import { joined, writeAll } from './build-network.ts';
import type { TensorFlow } from './load-tensorflow.ts';
import type { AdamState } from './training-engine.ts';

export interface Adam {
  /**
   * Moves the weights against their gradients.
   * @returns the norm of the gradients before they were clipped; when it is not finite nothing moves
   */
  apply(gradients: NamedTensorMap, options: AdamOptions): number;
  state(): AdamState;
  dispose(): void;
}

export interface AdamOptions {
  readonly learningRate: number;
  /** This share of each weight is added to its gradient. */
  readonly weightDecay: number;
  /** Longer gradients (Euclidean norm over all weights) are shortened to this. */
  readonly clipNorm: number;
}

const DECAY_OF_MEAN = 0.9;
const DECAY_OF_SQUARES = 0.999;
const EPSILON = 1e-7;

/**
 * Adam (Kingma & Ba 2015) in the form at the end of their section 2, as Keras has it, with gradients
 * clipped by their common norm (Pascanu et al. 2013).
 *
 * Its own, because all it knows must go into a checkpoint: the optimizer of TensorFlow.js keeps the
 * powers of its decays private, and what it gives out does not restore them to the last bit. Here
 * they follow from the number of updates.
 */
export function createAdam(tf: TensorFlow, variables: readonly Variable[], from?: AdamState): Adam {
  const { core } = tf;
  const zeros = () => variables.map(({ shape }) => core.variable(core.zeros(shape), false));
  const firsts = core.tidy(zeros);
  const seconds = core.tidy(zeros);
  let updates = from?.updates ?? 0;
  if (from) {
    writeAll(tf, firsts, splitLike(variables, from.firstMoments));
    writeAll(tf, seconds, splitLike(variables, from.secondMoments));
  }

  return {
    apply(gradients, { learningRate, weightDecay, clipNorm }) {
      return core.tidy(() => {
        const wanted = variables.map((variable) => {
          const gradient = gradients[variable.name] ?? core.zerosLike(variable);
          return weightDecay > 0 ? core.add(gradient, core.mul(variable, weightDecay)) : gradient;
        });
        const norm = normOf(tf, wanted);
        if (!Number.isFinite(norm)) return norm;
        const shorten = Math.min(1, clipNorm / norm);
        updates++;
        const corrected =
          (learningRate * Math.sqrt(1 - DECAY_OF_SQUARES ** updates)) /
          (1 - DECAY_OF_MEAN ** updates);
        variables.forEach((variable, i) => {
          const gradient = shorten < 1 ? core.mul(wanted[i]!, shorten) : wanted[i]!;
          const first = blend(tf, firsts[i]!, gradient, DECAY_OF_MEAN);
          const second = blend(tf, seconds[i]!, core.square(gradient), DECAY_OF_SQUARES);
          firsts[i]!.assign(first);
          seconds[i]!.assign(second);
          const root = core.add(core.sqrt(second), EPSILON);
          variable.assign(core.sub(variable, core.div(core.mul(first, corrected), root)));
        });
        return norm;
      });
    },
    state: () => ({
      updates,
      firstMoments: joined(firsts),
      secondMoments: joined(seconds),
    }),
    dispose: () => core.dispose([...firsts, ...seconds]),
  };
}

function blend({ core }: TensorFlow, kept: Tensor, newer: Tensor, decay: number): Tensor {
  return core.add(core.mul(kept, decay), core.mul(newer, 1 - decay));
}

function normOf({ core }: TensorFlow, tensors: readonly Tensor[]): number {
  const squares = tensors.map((tensor) => core.sum(core.square(tensor)));
  return Math.sqrt(core.addN(squares).dataSync<'float32'>()[0] ?? 0);
}

function splitLike(variables: readonly Variable[], values: Float32Array): readonly Float32Array[] {
  let at = 0;
  return variables.map(({ size }) => {
    at += size;
    return values.subarray(at - size, at);
  });
}
