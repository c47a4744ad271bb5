// Compiles TypeScript for Jest, and binds the intrinsics at the head of each module.
//
// Jest runs modules in a context of their own, in which every mention of a global goes through an
// interceptor: arithmetic on `Math` and typed arrays is several times slower than in plain node. A
// constant of the module is not. Left as globals is what a test may replace: `Date`, timers, `fetch`.
import { createHash } from 'node:crypto';
import swcJest from '@swc/jest';

const INTRINSICS = [
  'Array',
  'BigInt',
  'BigUint64Array',
  'Boolean',
  'DataView',
  'Error',
  'Float32Array',
  'Float64Array',
  'Infinity',
  'Int32Array',
  'Int8Array',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'RangeError',
  'Set',
  'String',
  'Symbol',
  'TypeError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'WeakMap',
];

/** On the module's first line, so that the lines of errors stay right. */
function withIntrinsics(code) {
  const free = INTRINSICS.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return free.length === 0 ? code : `const { ${free.join(', ')} } = globalThis;${code}`;
}

export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    return {
      ...swc,
      process: (...given) => {
        const { code, ...rest } = swc.process(...given);
        return { ...rest, code: withIntrinsics(code) };
      },
      processAsync: async (...given) => {
        const { code, ...rest } = await swc.processAsync(...given);
        return { ...rest, code: withIntrinsics(code) };
      },
      getCacheKey: (...given) =>
        createHash('sha1')
          .update(swc.getCacheKey(...given))
          .update(withIntrinsics.toString() + INTRINSICS)
          .digest('hex'),
    };
  },
};
