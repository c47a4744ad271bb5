import { describe, expect, it } from '@jest/globals';
import { filesOfGuide, suitesOf, testOfSource } from '../../scripts/extract-examples.ts';

const SOURCE = `
import { HOUR } from '../time.ts';
import * as z from 'zod';

/**
 * Doubles.
 * @example
 * \`\`\`ts
 * double(2); // => 4
 * const hours = double(HOUR); // => 7200000
 * await half(3); // throws REQUEST_INVALID
 * z.string().parse(LABEL); // => 'two'
 * \`\`\`
 */
export function double(value: number): number {
  return 2 * value;
}
`;
const BESIDE = `export const half = async (value: number) => value / 2;\nexport const LABEL = 'two';\n`;

describe('the tests made of examples', () => {
  it('expect what the remarks say, with every name imported from where it is', () => {
    const beside = { path: 'src/core/math/half.ts', text: BESIDE };
    expect(testOfSource({ path: 'src/core/math/double.ts', text: SOURCE }, [beside])).toEqual({
      path: '.generated/src/core/math/double.examples.ts',
      text: [
        `import { describe, expect, it } from '@jest/globals';`,
        `import { plain } from '#test/docs/plain.ts';`,
        `import { double } from '#core/math/double.ts';`,
        `import { HOUR } from '#core/time.ts';`,
        `import { half } from '#core/math/half.ts';`,
        `import * as z from 'zod';`,
        `import { LABEL } from '#core/math/half.ts';`,
        '',
        `describe('src/core/math/double.ts', () => {`,
        `  it('the example of double', async () => {`,
        `    expect(plain(double(2))).toEqual(4);`,
        `    const hours = double(HOUR);`,
        `    expect(plain(hours)).toEqual(7200000);`,
        `    await expect((async () => await half(3))()).rejects.toMatchObject({ name: 'DomainError', code: 'REQUEST_INVALID' });`,
        `    expect(plain(z.string().parse(LABEL))).toEqual('two');`,
        '  });',
        '});',
        '',
      ].join('\n'),
    });
  });

  it('are run by a suite for each folder', () => {
    const tests = ['core/math/half', 'core/csv/rows', 'app/clock'].map((name) => ({
      path: `.generated/src/${name}.examples.ts`,
      text: '',
    }));
    expect(suitesOf(tests)).toEqual([
      {
        path: '.generated/src/core.test.ts',
        text: "import './core/math/half.examples.ts';\nimport './core/csv/rows.examples.ts';\n",
      },
      { path: '.generated/src/app.test.ts', text: "import './app/clock.examples.ts';\n" },
    ]);
  });

  it('are none where there is no example', () => {
    expect(
      testOfSource({ path: 'src/core/a.ts', text: 'export const a = 1;\n' }, []),
    ).toBeUndefined();
  });

  it.each([
    ['of nothing exported', SOURCE.replace('export function', 'function')],
    ['without a ts block', SOURCE.replace('```ts', '```text')],
    [
      'whose value stands behind no expression',
      SOURCE.replace('double(2);', 'if (HOUR) double(2);'),
    ],
  ])('refuse an example %s', (_, text) => {
    const source = { path: 'src/core/math/double.ts', text };
    expect(() => testOfSource(source, [])).toThrow(SyntaxError);
  });
});

const GUIDE = [
  'Write the model:',
  '```ts file=src/core/forecast/mine.ts',
  `import type { Forecaster } from './forecaster.ts';`,
  `import * as z from 'zod';`,
  '```',
  'then its test:',
  '```ts file=test/contract/mine.test.ts',
  `import { mine } from '#core/forecast/mine.ts';`,
  `import { HOUR } from '#core/time.ts';`,
  `import { describeForecaster } from './forecaster-contract.ts';`,
  '```',
  '```ts',
  'not(a, file);',
  '```',
  '',
].join('\n');

describe('the files of a guide', () => {
  it('import one another as copies and everything else from the repository', () => {
    expect(filesOfGuide({ path: 'docs/guide/mine.md', text: GUIDE })).toEqual([
      {
        path: '.generated/docs/guide/mine/src/core/forecast/mine.ts',
        text: `import type { Forecaster } from '#core/forecast/forecaster.ts';\nimport * as z from 'zod';\n`,
      },
      {
        path: '.generated/docs/guide/mine/test/contract/mine.test.ts',
        text: [
          `import { mine } from '../../src/core/forecast/mine.ts';`,
          `import { HOUR } from '#core/time.ts';`,
          `import { describeForecaster } from '#test/contract/forecaster-contract.ts';`,
          '',
        ].join('\n'),
      },
    ]);
  });
});
