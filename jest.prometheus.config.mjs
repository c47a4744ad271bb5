import base from './jest.config.mjs';

/** Tests against a real Prometheus server, which they start; skipped where it is not installed. */
export default {
  ...base,
  roots: ['<rootDir>/test/prometheus'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 120_000,
  maxWorkers: 1,
};
