import { describe, expect, it } from '@jest/globals';
import { type CellWeights, runCell } from '#core/forecast/lstm-cell.ts';
import { seededRandom, uniform } from '#core/math/random.ts';
import {
  type Address,
  type Kernels,
  loadKernels,
  startKernels,
  type WasmExports,
  type WasmRuntime,
} from '#kernels/kernels.ts';

const kernels = kernelsHere();
const F32 = 4;
/** 2^-24, half the distance of 1 to the next number in single precision. */
const ROUNDING = 2 ** -24;

function kernelsHere(): Kernels {
  const loaded = loadKernels();
  if (!loaded.isAvailable) throw new Error(loaded.reason.message);
  return loaded.kernels;
}

/** Puts numbers into the kernels' memory. */
function put(values: ArrayLike<number>): Address {
  const address = kernels.allocate(values.length * F32);
  kernels.floats(address, values.length).set(Array.from(values));
  return address;
}

const get = (address: Address, count: number) => Float32Array.from(kernels.floats(address, count));

const random = seededRandom(1, 'kernels');
const numbers = (count: number) =>
  Float32Array.from({ length: count }, () => uniform(random, -1, 1));

/** Inner products in double precision, of rows × depth and depth × columns. */
function product(a: Float32Array, b: Float32Array, depth: number): Float64Array {
  const [rows, columns] = [a.length / depth, b.length / depth];
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < c.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (let k = 0; k < depth; k++) c[i]! += a[row * depth + k]! * b[k * columns + column]!;
  }
  return c;
}

function transposed(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

function worstDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  return Array.from(ours).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - theirs[i]!)),
    0,
  );
}

describe('products of matrices', () => {
  // Rows in fours, columns in eights, any depth; 300 is more than one block of 256.
  const shapes = [
    [4, 8, 1],
    [12, 16, 7],
    [8, 24, 300],
  ] as const;

  it.each(shapes)(
    'of %i × %i, inner length %i, by a matrix and by its transpose',
    (rows, columns, depth) => {
      const [a, b] = [numbers(rows * depth), numbers(depth * columns)];
      const expected = product(a, b, depth);
      const [at, to, packed] = [put(a), put(new Float32Array(rows * columns)), put(b)];
      const sides = [
        { source: put(b), rowStride: columns * F32, columnStride: F32 },
        { source: put(transposed(b, columns)), rowStride: F32, columnStride: depth * F32 },
      ];
      for (const { source, rowStride, columnStride } of sides) {
        kernels.pack(packed, source, depth, columns, rowStride, columnStride);
        const multiply = (isAdded: boolean) =>
          kernels.multiply(
            to,
            columns * F32,
            at,
            depth * F32,
            packed,
            rows,
            columns,
            depth,
            isAdded,
          );
        multiply(false);
        // At worst every one of the sums rounds the same way.
        expect(worstDifference(get(to, rows * columns), expected)).toBeLessThan(
          depth * depth * ROUNDING,
        );
        const once = get(to, rows * columns);
        multiply(true);
        expect(
          worstDifference(
            get(to, rows * columns),
            once.map((each) => 2 * each),
          ),
        ).toBeLessThan(2 * depth * depth * ROUNDING);
      }
    },
  );

  it.each(shapes)('of a transpose, added: %i × %i, inner length %i', (rows, columns, depth) => {
    const [a, b] = [numbers(depth * rows), numbers(depth * columns)];
    const expected = product(transposed(a, rows), b, depth).map((each) => each + 1);
    const to = put(new Float32Array(rows * columns).fill(1));
    const scratch = kernels.allocate(256 * columns * F32);
    kernels.addTransposedProduct(
      to,
      columns * F32,
      put(a),
      rows * F32,
      put(b),
      columns * F32,
      rows,
      columns,
      depth,
      scratch,
    );
    expect(worstDifference(get(to, rows * columns), expected)).toBeLessThan(
      (depth + 1) * (depth + 1) * ROUNDING,
    );
  });
});

describe('activations', () => {
  const points = Float32Array.from({ length: 8_000 }, (_, i) => (i - 4_000) / 200);
  const of = (kernel: 'sigmoids' | 'tanhs', values: ArrayLike<number>) => {
    const at = put(values);
    kernels[kernel](at, values.length);
    return get(at, values.length);
  };

  it('are as near as they say, from -20 to 20', () => {
    const sigmoid = points.map((x) => 1 / (1 + Math.exp(-x)));
    expect(worstDifference(of('sigmoids', points), sigmoid)).toBeLessThan(1.2e-7);
    expect(worstDifference(of('tanhs', points), Float64Array.from(points, Math.tanh))).toBeLessThan(
      2.4e-7,
    );
  });

  it('have an answer at the ends', () => {
    const ends = [-Infinity, -1e30, 1e30, Infinity];
    expect([...of('tanhs', ends)]).toEqual([-1, -1, 1, 1]);
    const [low, tiny, ...high] = of('sigmoids', ends);
    // 2^-120 is where the power ends.
    expect([low, tiny]).toEqual([2 ** -120, 2 ** -120]);
    expect(high).toEqual([1, 1]);
  });

  it('do not hide what is not a number', () => {
    const values = [Number.NaN, 0, Number.NaN, 0];
    expect([...of('sigmoids', values)]).toEqual([Number.NaN, 0.5, Number.NaN, 0.5]);
    expect([...of('tanhs', values)]).toEqual([Number.NaN, 0, Number.NaN, 0]);
  });
});

describe('a recurrent layer', () => {
  const [steps, rows, units, inputs] = [5, 4, 8, 3];

  it.each([false, true])('answers what runCell answers; reversed: %s', (isReversed) => {
    const weights: CellWeights = {
      kernel: numbers(inputs * 4 * units),
      recurrent: numbers(units * 4 * units),
      bias: numbers(4 * units),
    };
    const depth = units + inputs + 1;
    const stacked = [...weights.recurrent, ...weights.kernel, ...weights.bias];
    const packed = kernels.allocate(depth * 4 * units * F32);
    kernels.pack(packed, put(stacked), depth, 4 * units, 4 * units * F32, F32);
    const windows = numbers(rows * steps * inputs);
    const x = new Float32Array(steps * rows * depth);
    for (let row = 0; row < rows; row++) {
      for (let t = 0; t < steps; t++) {
        const at = (t * rows + row) * depth;
        // What is left of another batch in the place of the state is no matter.
        x.fill(9, at, at + units);
        x.set(
          windows.subarray((row * steps + t) * inputs, (row * steps + t + 1) * inputs),
          at + units,
        );
        x[at + depth - 1] = 1;
      }
    }
    const all = steps * rows * units;
    const states = kernels.allocate(all * F32);
    const [gates, cells, bounds] = [4 * all, all + rows * units, all].map((count) =>
      kernels.allocate(count * F32),
    );
    kernels.lstmForward(
      put(x),
      depth,
      depth,
      packed,
      gates!,
      cells!,
      bounds!,
      states,
      units * F32,
      steps,
      rows,
      units,
      isReversed,
    );
    const answers = get(states, all);
    for (let row = 0; row < rows; row++) {
      const window = windows.subarray(row * steps * inputs, (row + 1) * steps * inputs);
      const expected = runCell(window, steps, weights, isReversed);
      const ours = expected.map((_, i) => {
        const t = Math.floor(i / units);
        return answers[(t * rows + row) * units + (i % units)]!;
      });
      // Tens of roundings a step.
      expect(worstDifference(ours, expected)).toBeLessThan(1e-6);
    }
  });
});

describe('masks of a dropout', () => {
  const maskOf = (rate: number, seed: number) => {
    const at = kernels.allocate(40_000 * F32);
    kernels.fillMask(at, 40_000, rate, seed);
    return get(at, 40_000);
  };

  it('drop the share they are told to and scale the rest', () => {
    const mask = maskOf(0.2, 7);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1.25)]));
    const dropped = mask.filter((each) => each === 0).length / mask.length;
    // Four standard deviations: 4 sqrt(.2 × .8 / 40,000).
    expect(Math.abs(dropped - 0.2)).toBeLessThan(0.008);
  });

  it('are the same for the same seed, and no copy of each other for another', () => {
    const mask = maskOf(0.5, 1);
    expect(maskOf(0.5, 1)).toEqual(mask);
    for (const seed of [0, 2, 2 ** 31 - 1]) {
      const alike = maskOf(0.5, seed).filter((each, i) => each === mask[i]).length / mask.length;
      expect(Math.abs(alike - 0.5)).toBeLessThan(0.01);
    }
  });
});

describe('an update of Adam', () => {
  it('moves by the learning rate at first, then remembers', () => {
    const [weights, gradients] = [put([1, -2, 0, 0]), put([1_000, -0.01, 0, 0])];
    const [firsts, seconds] = [put([0, 0, 0, 0]), put([0, 0, 0, 0])];
    const step = (update: number) => {
      const rate = (0.1 * Math.sqrt(1 - 0.999 ** update)) / (1 - 0.9 ** update);
      kernels.adam(weights, gradients, firsts, seconds, 4, 1, rate);
      return [...get(weights, 4)];
    };
    const [first, second, ...rest] = step(1);
    expect(first).toBeCloseTo(0.9, 5);
    // Epsilon is 1e-7 beside the root of 1e-3 × 1e-4, times the correction sqrt(1e-3).
    expect(second).toBeCloseTo(-1.9, 4);
    expect(rest).toEqual([0, 0]);
    kernels.clear(gradients, 16);
    // m = .9 × .1 g, v = .999 × .001 g²: .1 × (.09 / .19) / sqrt(.000999 / .001999) = .0670058.
    expect(step(2)[0]).toBeCloseTo(0.9 - 0.0670058, 5);
  });

  it('adds the decay to gradients and says how long they are', () => {
    const gradients = put([3, 0, 0, 0]);
    // 3 + .5 × 2 = 4, and .5 × -6 = -3: 16 + 9.
    expect(kernels.decay(gradients, put([2, -6, 0, 0]), 4, 0.5)).toBe(25);
    expect([...get(gradients, 4)]).toEqual([4, -3, 0, 0]);
    expect(kernels.decay(put([1e38, 1e38, 0, 0]), put([0, 0, 0, 0]), 4, 0)).toBeCloseTo(2e76, -70);
  });
});

describe('the memory of the kernels', () => {
  it('is zeroed, aligned, given back and used again', () => {
    const own = freshKernels();
    own.release(own.allocate(100_000));
    const before = own.floats(0, 0).buffer.byteLength;
    for (let i = 0; i < 200; i++) {
      const [a, b] = [own.allocate(30_000), own.allocate(10_000 + i)];
      expect([a % 16, b % 16]).toEqual([0, 0]);
      expect(own.floats(a, 7_500).every((each) => each === 0)).toBe(true);
      own.floats(a, 7_500).fill(1);
      expect(own.bytesInUse).toBe(40_000 + i);
      own.release(a);
      own.release(b);
    }
    expect(own.bytesInUse).toBe(0);
    expect(own.floats(0, 0).buffer.byteLength).toBe(before);
  });

  it('has an end', () => {
    expect(() => kernels.allocate(2 ** 31)).toThrow('no memory for 2147483648 bytes');
  });

  it('is not given back twice', () => {
    const own = freshKernels();
    const address = own.allocate(64);
    own.release(address);
    expect(() => own.release(address)).toThrow(RangeError);
  });
});

describe('where there are no kernels', () => {
  it('the reason says what is missing', () => {
    expect(startKernels(undefined)).toEqual({
      isAvailable: false,
      reason: {
        code: 'WASM_UNAVAILABLE',
        message: 'this process may not compile WebAssembly',
      },
    });
    const never = class {
      readonly exports: WasmExports = kernelsNever();
    };
    const withoutVectors: WasmRuntime = { validate: () => false, Module: never, Instance: never };
    expect(startKernels(withoutVectors)).toMatchObject({
      isAvailable: false,
      reason: { code: 'SIMD_UNAVAILABLE' },
    });
  });
});

function freshKernels(): Kernels {
  const started = startKernels(Reflect.get(globalThis, 'WebAssembly'));
  if (!started.isAvailable) throw new Error(started.reason.message);
  return started.kernels;
}

function kernelsNever(): never {
  throw new Error('compiled though it is not valid');
}
