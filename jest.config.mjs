/** The suites of `npm test`. Type checking is a separate step (`npm run types`). */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/scripts/jest-transform.mjs',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  roots: ['<rootDir>/test', '<rootDir>/.generated'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['\\.(slow|moto)\\.test\\.ts$'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
