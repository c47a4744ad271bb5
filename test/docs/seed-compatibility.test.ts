import { describe, expect, it } from '@jest/globals';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const PATH = 'docs/reference/seed-compatibility.md';
const DOCUMENTS = [
  'Helios: README',
  'Helios: ML pipeline',
  'MOrA: ML pipeline',
  'Predictive Autoscaling: multi-horizon README',
  'ML Predictive Scaling: Kubeflow architecture',
];

const text = readRepositoryFile(PATH);
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|(-+\||[ ]The seed shows)/.test(line))
  .map((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { line, count: cells.length - 2, seed: cells[1] ?? '', status: cells[3] ?? '' };
  });

describe(PATH, () => {
  it('has the five documents, each with its rows', () => {
    expect(text.match(/^## .*$/gm)).toEqual(DOCUMENTS.map((name) => `## ${name}`));
    for (const part of text.split(/^## /m).slice(1)) {
      expect(part.match(/^\| /gm)?.length).toBeGreaterThan(15);
    }
  });

  it('says of every row what became of it', () => {
    const status = /^(not yet|replaced by [^:]+: .+|works: \[.+\]\(.+\))$/;
    const wrong = rows.filter(
      (row) => row.count !== 3 || row.seed === '' || !status.test(row.status),
    );
    expect(wrong.map(({ line }) => line)).toEqual([]);
  });

  it('shows what works by tests that are there', () => {
    const files = new Set(repositoryFiles());
    const works = rows.filter(({ status }) => status.startsWith('works'));
    const named = works.flatMap(({ line, status }) =>
      [...status.matchAll(/\]\(\.\.\/\.\.\/([^)]+)\)/g)].map(([, path = '']) => ({ line, path })),
    );
    expect(named.length).toBeGreaterThanOrEqual(works.length);
    const missing = named.filter(({ path }) => !files.has(path) || !path.endsWith('.test.ts'));
    expect(missing).toEqual([]);
  });
});
