import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelEngine } from '#engines/lstm/kernel-engine.ts';
import { tensorflowEngine } from '#engines/lstm/tensorflow-engine.ts';
import type { TrainableNetwork } from '#engines/lstm/training-engine.ts';
import type { Batch } from '#engines/lstm/training-set.ts';
import { lstmBenchNetwork, lstmBenchParameters } from '../lstm-network.ts';
import { serveSide } from '../side-process.ts';

/** Our sides of `bench/train/lstm.ts`: an epoch by either engine, from the weights in the folder. */
const [name, folder = '', windowCount] = process.argv.slice(2);
const count = Number(windowCount);
const parameters = lstmBenchParameters();
const network = lstmBenchNetwork();
const windows = read('windows');
const targets = read('targets');
const weights = read('weights');
const engine = name === 'tensorflow' ? await tensorflowEngine() : await kernelEngine();

await serveSide(name === 'tensorflow' ? engine.backend : null, async () => {
  const trainable = engine.open({ network, parameters, reach: 1 });
  trainable.writeWeights(weights);
  const { batchSize, learningRate } = parameters;
  for (let from = 0; from < count; from += batchSize) {
    const seed = (place: number) => from + place;
    trainable.train(batchOf(from, Math.min(count, from + batchSize)), learningRate, seed);
  }
  return () => lossAtEnd(trainable);
});

function lossAtEnd(trainable: TrainableNetwork): number {
  let sum = 0;
  for (let at = 0; at < count; at += 100) {
    const to = Math.min(count, at + 100);
    sum += trainable.lossOf(batchOf(at, to)) * (to - at);
  }
  trainable.dispose();
  return sum / count;
}

function batchOf(from: number, to: number): Batch {
  const size = parameters.window * network.inputs;
  return {
    windows: windows.slice(from * size, to * size),
    actuals: targets.slice(from, to),
    isPresent: new Float32Array(to - from).fill(1),
  };
}

function read(file: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${file}.f32`));
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
