import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type StagedPackage, stagePackages } from '#lib/constructs/stage-packages.ts';

const place = mkdtempSync(join(tmpdir(), 'helios-stage-'));
afterAll(() => rmSync(place, { recursive: true }));

let projects = 0;

/** A project with these files below its `node_modules`; objects are written as JSON. */
function project(files: Readonly<Record<string, string | object>>): string {
  const root = join(place, `project-${projects++}`);
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, 'node_modules', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** What is staged of a project, and the files it became. */
function stage(
  files: Readonly<Record<string, string | object>>,
  dependencies: Readonly<Record<string, string>>,
): { readonly staged: readonly StagedPackage[]; readonly files: readonly string[] } {
  const root = project(files);
  const directory = join(root, 'layer');
  const staged = stagePackages({ root, dependencies, directory });
  const found = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  return { staged, files: found.map((file) => file.replaceAll('\\', '/')).sort() };
}

const one = (more: object = {}) => ({ 'one/package.json': { version: '1.0.0', ...more } });

describe('staging', () => {
  it('takes what Node loads, and the licence', () => {
    const { files } = stage(
      {
        ...one(),
        'one/index.js': '',
        'one/index.js.map': '',
        'one/index.d.ts': '',
        'one/lib/core.wasm': '',
        'one/lib/table.json': '{}',
        'one/lib/one.min.js': '',
        'one/lib/test/a.js': '',
        'one/src/__tests__/a.js': '',
        'one/README.md': '',
        'one/LICENSE': '',
        'one/NOTICE.txt': '',
      },
      { one: '1.0.0' },
    );
    expect(files).toEqual([
      'node_modules/one/LICENSE',
      'node_modules/one/NOTICE.txt',
      'node_modules/one/index.js',
      'node_modules/one/lib/core.wasm',
      'node_modules/one/lib/table.json',
      'node_modules/one/package.json',
    ]);
  });

  it('takes one file of a package that is one file for Node, with its WebAssembly', () => {
    const { files } = stage(
      {
        ...one({ main: './dist/one.node.js' }),
        'one/dist/one.node.js': '',
        'one/dist/one.js': '',
        'one/dist/kernels/a.js': '',
        'one/dist/one.wasm': '',
        'one/wasm-out/one.wasm': '',
      },
      { one: '1.0.0' },
    );
    expect(files).toEqual([
      'node_modules/one/dist/one.node.js',
      'node_modules/one/dist/one.wasm',
      'node_modules/one/package.json',
    ]);
  });

  it('follows dependencies, each in the version that Node finds, in circles too', () => {
    const { staged } = stage(
      {
        ...one({ dependencies: { '@scope/two': '^2.0.0', three: '^1.0.0' } }),
        'one/index.js': 'of one',
        'one/node_modules/three/package.json': { version: '1.5.0' },
        'one/node_modules/three/index.js': '',
        '@scope/two/package.json': { version: '2.1.0', dependencies: { three: '*', one: '*' } },
        '@scope/two/index.js': '',
        'three/package.json': { version: '3.0.0' },
        'three/index.js': '',
        'four/package.json': { version: '4.0.0' },
        'four/index.js': '',
      },
      { one: '1.0.0' },
    );
    expect(staged.map(({ path, version }) => [path, version])).toEqual([
      ['node_modules/one', '1.0.0'],
      ['node_modules/@scope/two', '2.1.0'],
      ['node_modules/three', '3.0.0'],
      ['node_modules/one/node_modules/three', '1.5.0'],
    ]);
    // Its index.js and its package.json: what lies in its node_modules is counted once, there.
    const text = JSON.stringify({
      version: '1.0.0',
      dependencies: { '@scope/two': '^2.0.0', three: '^1.0.0' },
    });
    expect(staged[0]?.bytes).toBe('of one'.length + text.length);
  });

  it('leaves packages of types alone out', () => {
    const { files } = stage(
      {
        ...one({ dependencies: { '@types/two': '*' } }),
        'one/index.js': '',
        '@types/two/package.json': { version: '2.0.0' },
        '@types/two/index.d.ts': '',
        '@types/two/LICENSE': '',
      },
      { one: '1.0.0' },
    );
    expect(files).toEqual(['node_modules/one/index.js', 'node_modules/one/package.json']);
  });

  it.each([
    ['a package that is not installed', {}, /^one is not installed, the layer needs it/],
    [
      'a dependency that is not installed',
      one({ dependencies: { two: '*' } }),
      /^two is not installed, node_modules\/one needs it/,
    ],
    [
      'another version',
      { 'one/package.json': { version: '1.0.1' } },
      /^one is installed in version 1\.0\.1, wanted is 1\.0\.0/,
    ],
    [
      'the SDK, however far down',
      {
        ...one({ dependencies: { two: '*' } }),
        'two/package.json': { version: '1.0.0', dependencies: { '@aws-sdk/client-s3': '*' } },
        '@aws-sdk/client-s3/package.json': { version: '3.0.0' },
      },
      /must not carry the AWS SDK: @aws-sdk\/client-s3/,
    ],
    [
      'native code',
      { ...one(), 'one/build/one.node': '' },
      /one\.node is native code of this machine/,
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => stage(files, { one: '1.0.0' })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });
});
