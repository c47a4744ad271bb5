import { describe, expect, it } from '@jest/globals';
import { parseBinaryModel } from '#engines/xgboost/binary-model.ts';
import { trainBinaryModel } from '#engines/xgboost/train.ts';
import { MINUS_ONE_STAND_IN } from '#engines/xgboost/training-matrix.ts';

/** One split at -1.5, halfway between -2 (label 0, twice) and -1 (label 1, six times). */
const model = await trainBinaryModel(
  {
    rows: Float32Array.of(-2, -2, -1, -1, -1, -1, -1, -1),
    columns: 1,
    labels: Float32Array.of(0, 0, 1, 1, 1, 1, 1, 1),
  },
  { rounds: 1, max_depth: 1, eta: 1, lambda: 0, base_score: 0.5 },
);

describe('a parsed model', () => {
  it('has the split, the leaves, their rows and the gain', () => {
    const { trees, base, gains } = parseBinaryModel(model);
    expect(base).toBe(0.5);
    // Leaves are the mean residuals, -0.5 and 0.5. With nothing missing the engine says left: 1.
    expect(trees).toEqual([{ splits: [1, -1, -1], values: [-1.5, -0.5, 0.5], covers: [2, 6] }]);
    // Sums of residuals squared over rows: 1/2 + 9/6 for the two leaves, less 4/8 for the root.
    expect(gains).toEqual([1.5]);
  });

  it('says -1 where the threshold is the stand-in of -1', () => {
    const { trees } = parseBinaryModel(withThreshold(MINUS_ONE_STAND_IN));
    expect(trees[0]?.values[0]).toBe(-1);
  });

  it.each([
    [Infinity, 3.4028235e38],
    [-Infinity, -3.4028235e38],
    [Math.fround(0.1), 0.1],
    [-0, 0],
  ])('writes the threshold %p as the decimal %p', (threshold, written) => {
    const { trees } = parseBinaryModel(withThreshold(threshold));
    expect(trees[0]?.values[0]).toBe(written);
  });

  it('is refused when it is cut off', () => {
    expect(() => parseBinaryModel(model.slice(0, 400))).toThrow(RangeError);
    expect(() => parseBinaryModel(new Uint8Array(10))).toThrow(RangeError);
  });
});

/** The model with another number in place of its -1.5. */
function withThreshold(threshold: number): Uint8Array {
  const bytes = model.slice();
  const view = new DataView(bytes.buffer);
  const at = Array.from({ length: bytes.length - 3 }, (_, i) => i).filter(
    (i) => view.getFloat32(i, true) === -1.5,
  );
  expect(at).toHaveLength(1);
  view.setFloat32(at[0]!, threshold, true);
  return bytes;
}
