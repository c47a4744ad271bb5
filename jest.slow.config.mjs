import base from './jest.config.mjs';

/** The long versions of property, recovery and crash tests. */
export default {
  ...base,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.slow.test.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 600_000,
};
