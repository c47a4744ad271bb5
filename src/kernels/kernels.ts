import type { TreeKernels } from './tree-kernels.ts';
import { WASM_BASE64 } from './wasm.generated.ts';

/** A place in the kernels' memory, in bytes, aligned to 16. */
export type Address = number;

/**
 * The numeric kernels: single precision, four lanes at a time, on the thread that calls. The same numbers
 * on every machine, since WebAssembly leaves nothing about them open.
 *
 * Matrices are row-major; strides are the bytes from one row to the next. Whoever takes memory fills up
 * rows to a multiple of four and columns to one of eight with zeros: no kernel looks for remainders, and
 * none looks whether addresses are right.
 */
export interface Kernels extends TreeKernels {
  /** The version of the arithmetic: another gives other last digits. */
  readonly version: number;
  /** Bytes taken and not released yet. */
  readonly bytesInUse: number;
  /** Zeroed memory. @throws {RangeError} when there is no more */
  allocate(bytes: number): Address;
  /** Gives memory back, for the next who allocates. */
  release(address: Address): void;
  /** A view on numbers. It is good until the next `allocate`, which may move the memory. */
  floats(address: Address, count: number): Float32Array;

  /** Sets memory to zeros. */
  clear(address: Address, bytes: number): void;
  /**
   * Lays a matrix out as `multiply` reads its right side: panels of eight columns. With its strides
   * exchanged the transpose is laid out.
   */
  pack(
    target: Address,
    source: Address,
    rows: number,
    columns: number,
    rowStride: number,
    columnStride: number,
  ): void;
  /** `c = a b` or `c += a b`, of rows × depth and a packed depth × columns; depth is any number. */
  multiply(
    c: Address,
    cStride: number,
    a: Address,
    aStride: number,
    packed: Address,
    rows: number,
    columns: number,
    depth: number,
    isAdded: boolean,
  ): void;
  /** `c += aᵀ b` of depth × rows and depth × columns. @param scratch - room for 256 × columns */
  addTransposedProduct(
    c: Address,
    cStride: number,
    a: Address,
    aStride: number,
    b: Address,
    bStride: number,
    rows: number,
    columns: number,
    depth: number,
    scratch: Address,
  ): void;

  /** Sigmoids in place of numbers, at most 1.2e-7 off; their count is a multiple of four. */
  sigmoids(address: Address, count: number): void;
  /** Hyperbolic tangents in place of numbers, at most 2.4e-7 off; their count is a multiple of four. */
  tanhs(address: Address, count: number): void;

  /**
   * Runs a recurrent layer from rest, in one direction (Hochreiter & Schmidhuber 1997; gates in the order
   * i f g o, as `runCell` has them). Arrays are steps × rows × columns.
   *
   * @param inputs - `width` columns, of which `depth` count: the state before the step, which is written
   * here, the layer's inputs, and a 1 for the biases
   * @param packed - the weights, depth × 4 units
   * @param gates - gets the gates, 4 units
   * @param cells - gets the cells, `steps + 1` times, in the order of the run
   * @param bounds - gets their hyperbolic tangents, in the order of the run
   * @param states - gets the answers, units, `stateStride` bytes from row to row
   */
  lstmForward(
    inputs: Address,
    width: number,
    depth: number,
    packed: Address,
    gates: Address,
    cells: Address,
    bounds: Address,
    states: Address,
    stateStride: number,
    steps: number,
    rows: number,
    units: number,
    isReversed: boolean,
  ): void;
  /**
   * From the gradients of the answers those of the gates, which take the place of the gates, and of the
   * inputs, back through time.
   *
   * @param stateChanges - gradients of the answers, `stateStride` bytes from row to row
   * @param packed - 4 units × columns: the weights of the state, then of the inputs, transposed
   * @param changes - gets the gradients of the inputs, `columns` wide; room for one step is enough when
   * `isOneStep`, and then they are no answer
   * @param cellChanges - scratch, rows × units
   */
  lstmBackward(
    stateChanges: Address,
    stateStride: number,
    packed: Address,
    gates: Address,
    cells: Address,
    bounds: Address,
    changes: Address,
    columns: number,
    isOneStep: boolean,
    cellChanges: Address,
    steps: number,
    rows: number,
    units: number,
    isReversed: boolean,
  ): void;

  /**
   * `target = source` or `target += source`, number by number times a mask (rows × columns; 0 for none).
   * Columns come in fours.
   */
  move(
    target: Address,
    targetStride: number,
    source: Address,
    sourceStride: number,
    mask: Address,
    rows: number,
    columns: number,
    isAdded: boolean,
  ): void;
  /** A mask of 0, with probability `rate`, and 1 / (1 - rate): the same for the same seed. */
  fillMask(target: Address, count: number, rate: number, seed: number): void;
  /** Zeros in place of negative numbers. */
  rectify(target: Address, stride: number, rows: number, columns: number): void;
  /** Gradients behind a rectifier: times `factor` where its answer is above 0, else 0. */
  rectifyGradients(
    gradients: Address,
    gradientStride: number,
    answers: Address,
    answerStride: number,
    rows: number,
    columns: number,
    factor: number,
  ): void;

  /** Adds a share of the weights to their gradients. @returns the sum of the squares of these */
  decay(gradients: Address, weights: Address, count: number, share: number): number;
  /**
   * One update of Adam (Kingma & Ba 2015, the form at the end of section 2; decays .9 and .999).
   *
   * @param shorten - factor on all gradients
   * @param rate - the learning rate times sqrt(1 - .999^n) / (1 - .9^n), for update n
   */
  adam(
    weights: Address,
    gradients: Address,
    firsts: Address,
    seconds: Address,
    count: number,
    shorten: number,
    rate: number,
  ): void;
}

/** Why there are no kernels here. */
export interface KernelsRefusal {
  readonly code: 'WASM_UNAVAILABLE' | 'SIMD_UNAVAILABLE';
  readonly message: string;
}

/** The kernels, or why there are none. */
export type LoadedKernels =
  | { readonly isAvailable: true; readonly kernels: Kernels }
  | { readonly isAvailable: false; readonly reason: KernelsRefusal };

/** What is asked of `WebAssembly`, which tests stand in for. */
export interface WasmRuntime {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: WasmExports };
}

/** The exports of `assembly/index.ts`; addresses come back signed. */
export type WasmExports = Omit<Kernels, 'version' | 'bytesInUse' | 'floats'> & {
  readonly memory: { readonly buffer: ArrayBuffer };
};

const VERSION = 1;

let loaded: LoadedKernels | undefined;

/**
 * The kernels of this thread, compiled at the first call: 8 kB, a few milliseconds. Node has what they
 * need wherever it may compile WebAssembly and the processor has vectors of 128 bits; otherwise the
 * answer says what is missing.
 */
export function loadKernels(): LoadedKernels {
  loaded ??= startKernels(Reflect.get(globalThis, 'WebAssembly'));
  return loaded;
}

/** As `loadKernels`, in this runtime and anew. @param wasm - undefined where there is none (`--jitless`) */
export function startKernels(wasm: WasmRuntime | undefined): LoadedKernels {
  const refuse = (code: KernelsRefusal['code'], message: string): LoadedKernels => ({
    isAvailable: false,
    reason: { code, message },
  });
  if (wasm === undefined) {
    return refuse('WASM_UNAVAILABLE', 'this process may not compile WebAssembly');
  }
  const code = Buffer.from(WASM_BASE64, 'base64');
  if (!wasm.validate(code)) {
    return refuse('SIMD_UNAVAILABLE', 'WebAssembly has no vectors of 128 bits here');
  }
  return {
    isAvailable: true,
    kernels: kernelsOf(new wasm.Instance(new wasm.Module(code)).exports),
  };
}

/** The functions under their own names, with a memory that is accounted for. */
function kernelsOf(wasm: WasmExports): Kernels {
  const taken = new Map<Address, number>();
  let bytesInUse = 0;
  return {
    ...wasm,
    version: VERSION,
    get bytesInUse() {
      return bytesInUse;
    },
    allocate(bytes) {
      const address = allocateOrThrow(wasm.allocate, bytes);
      taken.set(address, bytes);
      bytesInUse += bytes;
      return address;
    },
    release(address) {
      const bytes = taken.get(address);
      if (bytes === undefined) throw new RangeError(`nothing is allocated at ${address}`);
      taken.delete(address);
      bytesInUse -= bytes;
      wasm.release(address);
    },
    floats: (address, count) => new Float32Array(wasm.memory.buffer, address, count),
  };
}

function allocateOrThrow(allocate: Kernels['allocate'], bytes: number): Address {
  try {
    // Above 2 GB the number comes back negative.
    return allocate(bytes) >>> 0;
  } catch (cause) {
    throw new RangeError(`no memory for ${bytes} bytes`, { cause });
  }
}
