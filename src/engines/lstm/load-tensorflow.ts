import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Wasm from '@tensorflow/tfjs-backend-wasm';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import * as z from 'zod';

/** TensorFlow.js, ready to compute. */
export interface TensorFlow {
  readonly core: typeof Core;
  readonly layers: typeof Layers;
  /** What computes, with its version: part of the provenance, for results differ in the last digits. */
  readonly backend: string;
}

/** Imports a package by its name. */
export type ImportPackage = (name: string) => Promise<unknown>;

const require = createRequire(import.meta.url);

const NATIVE = '@tensorflow/tfjs-node';

/**
 * The fastest TensorFlow.js there is: `@tensorflow/tfjs-node` (libtensorflow) where it is installed,
 * otherwise the WebAssembly backend, on one thread. Nothing of it is loaded before this is called.
 *
 * An installed tfjs-node that does not load is an error, not a reason to train forty times as slow.
 *
 * @param importPackage - how packages are found; tests stand in for it
 */
export async function loadTensorFlow(
  importPackage: ImportPackage = importInstalled,
): Promise<TensorFlow> {
  const native = await importIfInstalled(importPackage);
  if (native === undefined) return loadWasm(importPackage);
  await native.ready();
  return { core: native, layers: native, backend: `tensorflow ${native.version_core}` };
}

/**
 * For an image that is there for libtensorflow alone: fails at its start, not by being slow.
 *
 * @param resolve - finds a package, or throws; tests stand in for it
 * @throws {Error} when `@tensorflow/tfjs-node` is not installed
 */
export function requireNativeTensorFlow(resolve: (name: string) => string = require.resolve): void {
  try {
    resolve(NATIVE);
  } catch (error) {
    throw new Error(`this image has no ${NATIVE}: build it from layers/native-trainer/Dockerfile`, {
      cause: error,
    });
  }
}

async function importIfInstalled(
  importPackage: ImportPackage,
): Promise<(typeof Core & typeof Layers) | undefined> {
  try {
    return exportsOf<typeof Core & typeof Layers>(await importPackage(NATIVE));
  } catch (error) {
    if (isNotInstalled(error)) return undefined;
    throw error;
  }
}

async function loadWasm(importPackage: ImportPackage): Promise<TensorFlow> {
  const core = exportsOf<typeof Core>(await importPackage('@tensorflow/tfjs-core'));
  const layers = exportsOf<typeof Layers>(await importPackage('@tensorflow/tfjs-layers'));
  const wasm = exportsOf<typeof Wasm>(await importPackage('@tensorflow/tfjs-backend-wasm'));
  if (core.getBackend() !== 'wasm') {
    // The paths may be set once, before the backend starts.
    wasm.setWasmPaths(wasmFolder());
    const restoreListeners = rememberListeners();
    const isReady = await core.setBackend('wasm');
    restoreListeners();
    if (!isReady) throw new Error('the WASM backend does not start');
  }
  return { core, layers, backend: `wasm ${wasm.version_wasm}` };
}

function wasmFolder(): string {
  return `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`;
}

/**
 * Emscripten takes over how a whole process ends on errors. That is not for a library to decide.
 * @returns removes the listeners that were added since
 */
function rememberListeners(): () => void {
  const exceptions = process.listeners('uncaughtException');
  const rejections = process.listeners('unhandledRejection');
  return () => {
    for (const each of process.listeners('uncaughtException')) {
      if (!exceptions.includes(each)) process.removeListener('uncaughtException', each);
    }
    for (const each of process.listeners('unhandledRejection')) {
      if (!rejections.includes(each)) process.removeListener('unhandledRejection', each);
    }
  };
}

/**
 * Found as CommonJS finds packages, so also in a Lambda layer (`NODE_PATH`), where an import by name
 * does not look. It also keeps bundlers from taking the packages along.
 */
async function importInstalled(name: string): Promise<unknown> {
  return import(pathToFileURL(require.resolve(name)).href);
}

/** The packages are CommonJS: Node finds their named exports mostly, and always the whole as default. */
function exportsOf<T>(module: unknown): T {
  const whole = module as T & { readonly default?: T };
  return whole.default ?? whole;
}

const NotFoundSchema = z.object({
  code: z.enum(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']),
  // A package that tfjs-node itself misses is something else.
  message: z.string().includes(`'${NATIVE}'`),
});

/** By its fields, not its class: a resolver in another realm has an Error of its own. */
function isNotInstalled(error: unknown): boolean {
  return NotFoundSchema.safeParse(error).success;
}
