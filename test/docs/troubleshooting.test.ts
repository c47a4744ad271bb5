import { describe, expect, it } from '@jest/globals';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const [problems = ''] = readRepositoryFile('docs/guide/troubleshooting.md').split('## The seeds');
const rows = problems
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Code '))
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`|`$/g, '')))
  .map(([, code = '', message = '']) => ({ code, message }));
const sources = repositoryFiles()
  .filter((path) => /^(src|functions)\/.*\.ts$/.test(path))
  .map(readRepositoryFile);

describe('docs/guide/troubleshooting.md', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows.filter(({ code }) => code !== ''))(
    'quotes a code that exists: $code',
    ({ code }) => {
      expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
    },
  );

  it.each(rows.filter(({ message }) => message !== ''))(
    'quotes a message as the code words it: $message',
    ({ message }) => {
      const parts = message.split('…').filter((part) => /\w{2}/.test(part));
      const isWorded = (text: string) => parts.every((part) => text.includes(part));
      expect(sources.some(isWorded)).toBe(true);
    },
  );
});
