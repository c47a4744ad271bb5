import { describe, expect, it } from '@jest/globals';
import { decodeFloat32, encodeFloat32, float32TextLength } from '#core/math/float32-base64.ts';

describe('single-precision numbers as text', () => {
  it('are their little-endian bytes in base64', () => {
    // 1 is 3f800000, -2 is c0000000: the bytes 00 00 80 3f 00 00 00 c0.
    expect(encodeFloat32(Float32Array.of(1, -2))).toBe('AACAPwAAAMA=');
    expect([...decodeFloat32('AACAPwAAAMA=')]).toEqual([1, -2]);
  });

  it('come back to the last bit, however many there are', () => {
    const values = Float32Array.from(
      { length: 10_001 },
      (_, i) => Math.sin(i) * 10 ** ((i % 60) - 30),
    );
    values.set([0, -0, 1.401298464324817e-45, 3.4028234663852886e38], 0);
    const text = encodeFloat32(values);
    expect(text).toHaveLength(float32TextLength(values.length));
    const back = decodeFloat32(text);
    expect(new Uint8Array(back.buffer)).toEqual(new Uint8Array(values.buffer));
  });

  it('refuse what is not such a text', () => {
    expect(() => decodeFloat32('AACA*w==')).toThrow(RangeError);
    expect(() => decodeFloat32('AACA')).toThrow('4 bytes each, got 3 bytes');
    expect(decodeFloat32('')).toHaveLength(0);
  });
});
