import { describe, expect, it } from '@jest/globals';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const decisions = repositoryFiles().filter((path) => path.startsWith('docs/adr/'));

describe('decisions', () => {
  it('are numbered without a gap', () => {
    const numbers = decisions.map((path) => Number(/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers).toEqual(decisions.map((_, i) => i + 1));
  });

  it.each(decisions)('%s has context, decision, alternatives and consequences', (path) => {
    const headings = readRepositoryFile(path).match(/^## .*$/gm);
    expect(headings).toEqual(['## Context', '## Decision', '## Alternatives', '## Consequences']);
  });

  it('give a reason for every package that runs in production', () => {
    const text = readRepositoryFile('docs/adr/0007-dependencies.md');
    const named = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    const { dependencies } = JSON.parse(readRepositoryFile('package.json'));
    expect(named).toEqual(Object.keys(dependencies).sort());
  });
});
