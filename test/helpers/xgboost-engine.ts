import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** The engine's own predictions of a model it has saved: what ours are compared with. */
export async function enginePredictions(
  model: Uint8Array,
  encodedRows: Float32Array,
  columns: number,
): Promise<Float32Array> {
  const enginePath = createRequire(import.meta.url).resolve('ml-xgboost/dist/wasm/xgboost');
  const worker = new Worker(SOURCE, {
    eval: true,
    workerData: { enginePath, model, encodedRows, columns },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  try {
    return await new Promise<Float32Array>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

const SOURCE = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { enginePath, model, encodedRows, columns } = workerData;
require(enginePath).isReady.then((engine) => {
  const numbers = (count) => Array(count).fill('number');
  const load = engine.cwrap('load_model', 'number', numbers(2));
  const predictOne = engine.cwrap('predict_one', 'number', numbers(4));
  const bytes = engine._malloc(model.length);
  engine.HEAPU8.set(model, bytes);
  const handle = load(bytes, model.length);
  const row = engine._malloc(columns * 4);
  const answer = engine._malloc(4);
  const predictions = new Float32Array(encodedRows.length / columns);
  for (let i = 0; i < predictions.length; i++) {
    engine.HEAPF32.set(encodedRows.subarray(i * columns, (i + 1) * columns), row / 4);
    predictOne(handle, row, columns, answer);
    predictions[i] = engine.HEAPF32[answer / 4];
  }
  parentPort.postMessage(predictions);
});
`;
