import base from './jest.config.mjs';

/** Tests of the dashboard in a real Chromium, against a server of the build; skipped where there is no Chromium. */
export default {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 120_000,
  maxWorkers: 1,
};
