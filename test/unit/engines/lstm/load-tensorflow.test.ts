import { describe, expect, it } from '@jest/globals';
import { loadTensorFlow } from '#engines/lstm/load-tensorflow.ts';

const NATIVE = '@tensorflow/tfjs-node';

/** A resolver that knows only these packages, and what it was asked for. */
function standIn(packages: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const importPackage = async (name: string) => {
    asked.push(name);
    if (name in packages) return packages[name];
    throw notFound(name);
  };
  return { asked, importPackage };
}

function notFound(name: string): Error {
  const message = `Cannot find package '${name}' imported from a file`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

function wasmPackages(getBackend: () => string | undefined, calls: string[]) {
  return {
    '@tensorflow/tfjs-core': {
      getBackend,
      setBackend: async (name: string) => {
        calls.push(`setBackend ${name}`);
        return true;
      },
    },
    '@tensorflow/tfjs-layers': { default: { isLayers: true } },
    '@tensorflow/tfjs-backend-wasm': {
      version_wasm: '4.22.0',
      setWasmPaths: (path: string) =>
        calls.push(`setWasmPaths ${path.replace(/.*node_modules/, '')}`),
    },
  };
}

describe('loading TensorFlow.js', () => {
  it('takes the native package where it is installed, and nothing else', async () => {
    let isReady = false;
    const native = {
      version_core: '4.22.0',
      ready: async () => {
        isReady = true;
      },
    };
    const { asked, importPackage } = standIn({ [NATIVE]: { default: native } });
    const loaded = await loadTensorFlow(importPackage);
    expect(loaded).toEqual({ core: native, layers: native, backend: 'tensorflow 4.22.0' });
    expect(isReady).toBe(true);
    expect(asked).toEqual([NATIVE]);
  });

  it('takes the WASM backend where it is not', async () => {
    const calls: string[] = [];
    const { importPackage } = standIn(wasmPackages(() => undefined, calls));
    const { backend, layers } = await loadTensorFlow(importPackage);
    expect(backend).toBe('wasm 4.22.0');
    expect(layers).toEqual({ isLayers: true });
    expect(calls).toEqual([
      expect.stringMatching(
        /^setWasmPaths .tensorflow.tfjs-backend-wasm.dist.$|^setWasmPaths .@tensorflow/,
      ),
      'setBackend wasm',
    ]);
  });

  it('does not start the backend twice', async () => {
    const calls: string[] = [];
    await loadTensorFlow(standIn(wasmPackages(() => 'wasm', calls)).importPackage);
    expect(calls).toEqual([]);
  });

  it.each([
    ['a broken library', new Error('libtensorflow.so.2: cannot open shared object file')],
    ['a package it misses', notFound('@mapbox/node-pre-gyp')],
  ])('does not hide that the native package is installed and fails: %s', async (_, error) => {
    const { asked, importPackage } = standIn({});
    const failing = (name: string) =>
      name === NATIVE ? Promise.reject(error) : importPackage(name);
    await expect(loadTensorFlow(failing)).rejects.toBe(error);
    expect(asked).toEqual([]);
  });

  it('leaves it to the process what happens on errors', async () => {
    const listeners = () => [
      ...process.listeners('uncaughtException'),
      ...process.listeners('unhandledRejection'),
    ];
    const before = listeners();
    const { core, backend } = await loadTensorFlow();
    expect(backend).toMatch(/^(wasm|tensorflow) 4\./);
    expect(core.mul(core.tensor([1, 2]), 3).dataSync()).toEqual(Float32Array.of(3, 6));
    expect(listeners()).toEqual(before);
  });
});
