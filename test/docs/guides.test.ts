import { describe, expect, it } from '@jest/globals';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const documents = repositoryFiles()
  .filter((path) => /^(docs\/.*|[A-Z]+)\.md$/.test(path))
  .map((path) => ({ path, text: readRepositoryFile(path) }));

describe('documents', () => {
  it('lead only to files that are there', () => {
    const files = new Set(repositoryFiles());
    const broken = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, link = '']) => new URL(link, `file:///${path}`).pathname.slice(1))
        .filter((target) => !files.has(target) && !folderExists(files, target))
        .map((target) => `${path} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('change files as they are: the unchanged lines of a diff are there, one after the other', () => {
    const patches = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/^```diff file=(\S+)\n(.*?)^```$/gms)].map(([, file = '', diff = '']) => ({
        path,
        file,
        before: diff.replace(/^\+.*\n/gm, '').replace(/^ /gm, ''),
      })),
    );
    expect(patches).not.toEqual([]);
    for (const { path, file, before } of patches) {
      expect({ path, file, text: readRepositoryFile(file) }).toMatchObject({
        text: expect.stringContaining(before),
      });
    }
  });
});

function folderExists(files: ReadonlySet<string>, target: string): boolean {
  const folder = target.endsWith('/') ? target : `${target}/`;
  return [...files].some((file) => file.startsWith(folder));
}
