import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '#adapters/canonical-json.ts';

describe('canonicalJson', () => {
  it.each([
    [null, 'null'],
    ['a"b', '"a\\"b"'],
    [-0, '0'],
    [1e21, '1e+21'],
    [[], '[]'],
    [{ b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] }, '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}'],
    // Names that look like array indices come first in an object, whatever the order of writing.
    [{ b: 1, 10: 2, 9: 3 }, '{"10":2,"9":3,"b":1}'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    undefined,
    () => 1,
    Symbol('a'),
    10n,
    new Date(0),
    new Map(),
    Float64Array.of(1),
    [undefined],
    new Array(1),
  ])('refuses %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
