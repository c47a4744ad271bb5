/**
 * The program of the training thread, as text. It is plain JavaScript with one input, the resolved
 * path of the WASM engine, so that it runs unchanged from TypeScript under any loader, in a bundle
 * split into chunks, in Lambda, and inside another worker thread: a file beside this one would be at
 * a different place in each of these, or not there at all.
 *
 * Why a thread: the engine installs an `uncaughtException` listener, prints to the console, blocks
 * while it trains and keeps what it has allocated. All of that ends with the thread.
 *
 * The matrix is put on the WASM heap (the package's own wrapper passes it over a 5 MB stack, which
 * 12,030 rows of 108 columns overflow). Rounds are trained one by one; the trees are the same, byte
 * for byte, as from one call, and the other side hears of each.
 */
export const WORKER_SOURCE = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { enginePath, rows, labels, columns, parameters, rounds } = workerData;

const train = (engine) => {
  const bind = (name, result, ...types) => engine.cwrap(name, result, types);
  const createModel = bind('create_model', 'number', 'number', 'number', 'number', 'number');
  const setParameter = bind('set_param', null, 'number', 'string', 'string');
  const trainRounds = bind('train_full_model', null, 'number', 'number');
  const saveModel = bind('save_model', 'number', 'number');
  const getContent = bind('get_file_content', null, 'number', 'number');
  const freeModel = bind('free_memory_model', null, 'number');

  const allocate = (bytes) => {
    const address = engine._malloc(bytes);
    if (address === 0) throw new Error('out of memory');
    return address;
  };
  const toHeap = (floats) => {
    const address = allocate(floats.byteLength);
    engine.HEAPF32.set(floats, address / Float32Array.BYTES_PER_ELEMENT);
    return address;
  };

  const matrix = toHeap(rows);
  const targets = toHeap(labels);
  const model = createModel(matrix, targets, labels.length, columns);
  engine._free(matrix);
  engine._free(targets);
  try {
    for (const [name, value] of parameters) setParameter(model, name, value);
    for (let round = 1; round <= rounds; round++) {
      trainRounds(model, 1);
      parentPort.postMessage({ round });
    }
    const size = saveModel(model);
    if (size <= 0) throw new Error('the model cannot be saved');
    const content = allocate(size);
    getContent(content, size);
    const bytes = engine.HEAPU8.slice(content, content + size);
    engine._free(content);
    parentPort.postMessage({ model: bytes }, [bytes.buffer]);
  } finally {
    freeModel(model);
  }
};

require(enginePath)
  .isReady.then(train)
  .catch((error) => parentPort.postMessage({ failure: String(error) }));
`;
