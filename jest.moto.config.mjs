import base from './jest.config.mjs';

/** What needs a moto_server: `npm run test:moto` starts one. */
export default {
  ...base,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.moto.test.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 60_000,
};
