import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { stageNumerics } from '#lib/constructs/numerics-layer.ts';
import { functionEntry, PROJECT_ROOT } from '#lib/constructs/project.ts';
import type { StagedPackage } from '#lib/constructs/stage-packages.ts';

const run = promisify(execFile);

const ManifestSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  config: z.strictObject({ max_unzipped_megabytes: z.number() }).optional(),
});
const manifestAt = (...path: string[]) =>
  ManifestSchema.parse(JSON.parse(readFileSync(join(PROJECT_ROOT, ...path), 'utf8')));

/** The layer in one folder, the bundles in another, and no packages above them, as on Lambda. */
const place = realpathSync(mkdtempSync(join(tmpdir(), 'helios-layer-')));
const layer = join(place, 'opt');
const packages = join(layer, 'nodejs', 'node_modules');
const task = join(place, 'task');
let staged: readonly StagedPackage[] = [];

beforeAll(() => {
  mkdirSync(task);
  staged = stageNumerics(layer);
  bundle('probe', join(PROJECT_ROOT, 'test', 'infra', 'engine-probe.ts'));
});
afterAll(() => rmSync(place, { recursive: true }));

/** Bundles a module as functions are, into the folder `<name>`, and returns its URL. */
function bundle(name: string, entry: string): string {
  return pathToFileURL(bundleFunction(entry, join(task, name)).file).href;
}

/** Runs Node beside the bundles, with nothing of this process's environment. */
async function node(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { stdout } = await run(process.execPath, [...args], { cwd: task, env });
  return JSON.parse(stdout);
}

describe('the numerics layer', () => {
  it('names the versions that the root names', () => {
    const { dependencies } = manifestAt('layers', 'numerics', 'package.json');
    expect(manifestAt('package.json').dependencies).toMatchObject(dependencies);
  });

  it('has each engine, with what it depends on, and nothing of the AWS SDK', () => {
    const names = staged.map(({ path }) => path.replace('node_modules/', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        '@bsull/augurs-prophet-wasmstan',
        '@bytecodealliance/preview2-shim',
        '@tensorflow/tfjs-backend-cpu',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-layers',
        'ml-matrix',
        'ml-xgboost',
      ]),
    );
    expect(names.filter((name) => /^@(aws-sdk|smithy|types)\//.test(name))).toEqual([]);
  });

  it('keeps its budget', () => {
    const { config } = manifestAt('layers', 'numerics', 'package.json');
    const bytes = staged.reduce((sum, each) => sum + each.bytes, 0);
    expect(bytes).toBeLessThan(1e6 * (config?.max_unzipped_megabytes ?? 0));
  });

  it('has no maps, types, tests and builds for browsers, but every licence', () => {
    const files = readdirSync(packages, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.(map|ts|node)$|_test\.js$/.test(file))).toEqual([]);
    expect(files.filter((file) => /tfjs-core.dist./.test(file))).toEqual([
      join('@tensorflow', 'tfjs-core', 'dist', 'tf-core.node.js'),
    ]);
    expect(files).toContain(join('ml-xgboost', 'LICENSE'));
  });
});

describe('an engine in the layer', () => {
  const env = { NODE_PATH: packages };

  it.each([
    ['xgboost', { trees: 2 }],
    ['tensorflow', { done: true, backend: 'wasm 4.22.0' }],
    ['stan', { kind: 'prophet' }],
  ])('trains from a bundle that does not hold it: %s', async (engine, expected) => {
    expect(await node(['probe/index.mjs', engine], env)).toEqual(expected);
  });

  it.each(['xgboost', 'tensorflow', 'stan'])('is nowhere else: %s', async (engine) => {
    await expect(node(['probe/index.mjs', engine], {})).rejects.toThrow(/Cannot find module/);
  });

  it('is not needed where the kernels train', async () => {
    const expected = { done: true, backend: 'kernels 1' };
    expect(await node(['probe/index.mjs', 'kernels'], {})).toEqual(expected);
  });

  it('is not needed before there is work', async () => {
    const names = ['fit-boosting', 'fit-detectors', 'fit-recurrent', 'fit-statistical'];
    const bundles = names.map((name) => bundle(name, functionEntry(name)));
    const start = `
      const modules = await Promise.all(${JSON.stringify(bundles)}.map((url) => import(url)));
      console.log(JSON.stringify(modules.map(({ handler }) => typeof handler)));`;
    const stores = {
      OBSERVATIONS_TABLE_NAME: 'observations',
      CATALOG_TABLE_NAME: 'catalog',
      OBJECTS_URL: 's3://objects',
      AWS_REGION: 'eu-central-1',
    };
    expect(await node(['--input-type=module', '--eval', start], stores)).toEqual(
      names.map(() => 'function'),
    );
  });
});
