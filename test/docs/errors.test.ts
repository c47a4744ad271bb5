import { describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE } from '#core/errors.ts';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const documented = readRepositoryFile('docs/reference/errors.md')
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+` \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code = '', http, exit, again, meaning = '', hint]) => ({
    code: code.replaceAll('`', ''),
    http: Number(http),
    exit: Number(exit),
    retryable: again === 'yes',
    meaning,
    hint,
  }));

describe('docs/reference/errors.md', () => {
  it('is the catalogue, row by row', () => {
    const rows = documented.map(({ meaning: _, ...row }) => row);
    expect(rows).toEqual(Object.entries(ERROR_CATALOGUE).map(([code, row]) => ({ code, ...row })));
  });

  it('says of every code what it means', () => {
    expect(documented.filter(({ meaning }) => meaning.length < 20)).toEqual([]);
  });
});

describe('the catalogue of errors', () => {
  it('has no code that nothing reports', () => {
    const code = repositoryFiles()
      .filter((path) => /^(src|functions|bin)\/.*\.ts$/.test(path) && path !== 'src/core/errors.ts')
      .map(readRepositoryFile)
      .join('\n');
    const unused = Object.keys(ERROR_CATALOGUE).filter((name) => !code.includes(`'${name}'`));
    expect(unused).toEqual([]);
  });
});
