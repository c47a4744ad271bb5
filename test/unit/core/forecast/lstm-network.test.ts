import { describe, expect, it } from '@jest/globals';
import { runCell } from '#core/forecast/lstm-cell.ts';
import {
  type LstmNetwork,
  runNetwork,
  splitWeights,
  weightCount,
  weightShapes,
} from '#core/forecast/lstm-network.ts';

/** Biases that leave a gate wide open or shut. */
const [OPEN, SHUT] = [100, -100];

const plain = (values: Iterable<number>) => [...values];

describe('a recurrent layer', () => {
  it('has its gates in the order input, forget, candidate, output', () => {
    // Input open, forget shut, candidate bias 0.5, output open: c = tanh(0.5) at every step and
    // h = tanh(tanh(0.5)). Any other order of the four gives something else.
    const cell = {
      kernel: Float32Array.of(0, 0, 0, 0),
      recurrent: Float32Array.of(0, 0, 0, 0),
      bias: Float32Array.of(OPEN, SHUT, 0.5, OPEN),
    };
    const expected = Math.tanh(Math.tanh(0.5));
    for (const h of runCell(Float64Array.of(3, 4), 2, cell)) expect(h).toBeCloseTo(expected, 12);
  });

  it('remembers through the forget gate', () => {
    // All sums are 0 but the candidate's, which is x: every gate is half open.
    // c1 = tanh(1) / 2 = 0.380797, h1 = tanh(c1) / 2 = 0.181703
    // c2 = c1 / 2 + tanh(-2) / 2 = 0.190399 - 0.482014 = -0.291615, h2 = tanh(c2) / 2 = -0.141814
    const cell = {
      kernel: Float32Array.of(0, 0, 1, 0),
      recurrent: new Float32Array(4),
      bias: new Float32Array(4),
    };
    const [first, second] = runCell(Float64Array.of(1, -2), 2, cell);
    expect(first).toBeCloseTo(0.181703, 5);
    expect(second).toBeCloseTo(-0.141814, 5);
  });

  it('feeds its answer back', () => {
    // Gates open, nothing kept; the candidate's sum is x + 2 h(t-1):
    // h1 = tanh(tanh(0.3)) = 0.283342, h2 = tanh(tanh(2 × 0.283342)) = 0.472075
    const cell = {
      kernel: Float32Array.of(0, 0, 1, 0),
      recurrent: Float32Array.of(0, 0, 2, 0),
      bias: Float32Array.of(OPEN, SHUT, 0, OPEN),
    };
    const [first, second] = runCell(Float64Array.of(0.3, 0), 2, cell);
    expect(first).toBeCloseTo(Math.tanh(Math.tanh(0.3)), 6);
    expect(second).toBeCloseTo(Math.tanh(Math.tanh(2 * Math.tanh(Math.tanh(0.3)))), 6);
  });

  it('reads backwards and leaves its rows where they belong', () => {
    const cell = {
      kernel: Float32Array.of(0.3, -0.2, 0.5, 0.1),
      recurrent: Float32Array.of(0.1, 0.4, -0.3, 0.2),
      bias: Float32Array.of(0.1, 0.2, 0.3, 0.4),
    };
    const forwards = runCell(Float64Array.of(3, 2, 1), 3, cell);
    const backwards = runCell(Float64Array.of(1, 2, 3), 3, cell, true);
    expect(plain(backwards)).toEqual(plain(forwards).reverse());
  });
});

describe('a network', () => {
  const network: LstmNetwork = {
    inputs: 2,
    layers: [
      { units: 3, bidirectional: true },
      { units: 1, bidirectional: false },
    ],
    heads: [
      { units: 4, outputs: 5 },
      { units: 4, outputs: 1 },
    ],
  };

  it('counts its weights', () => {
    // Layer 1, twice: 2×12 + 3×12 + 12 = 72. Layer 2 reads 6: 6×4 + 1×4 + 4 = 32.
    // Heads: 1×4 + 4 + 4×5 + 5 = 33 and 1×4 + 4 + 4×1 + 1 = 13.
    expect(weightCount(network)).toBe(2 * 72 + 32 + 33 + 13);
    const parts = splitWeights(network, new Float32Array(222));
    expect(parts.map(({ length }) => length)).toEqual([
      ...[24, 36, 12, 24, 36, 12],
      ...[24, 4, 4],
      ...[4, 4, 20, 5, 4, 4, 4, 1],
    ]);
    expect(weightShapes(network)[0]).toEqual({ rows: 2, columns: 12 });
  });

  it('gives its heads the last states, through rectifiers', () => {
    // One unit that always answers h = tanh(tanh(1)); a head of two hidden units, one of them
    // negative and so shut: 10 h + 7.
    const small: LstmNetwork = {
      inputs: 1,
      layers: [{ units: 1, bidirectional: false }],
      heads: [{ units: 2, outputs: 1 }],
    };
    const weights = Float32Array.of(
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 0],
      ...[OPEN, SHUT, 1, OPEN],
      ...[1, -1],
      ...[0, 0],
      ...[10, 1000],
      7,
    );
    const [output] = runNetwork(small, weights, Float32Array.of(5, 6, 7));
    expect(plain(output ?? [])).toHaveLength(1);
    expect(output?.[0]).toBeCloseTo(10 * Math.tanh(Math.tanh(1)) + 7, 10);
  });
});
