import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { CDK_BUNDLING, esbuildBundling } from '#lib/constructs/bundling.ts';
import { FUNCTIONS_DIRECTORY, functionEntry } from '#lib/constructs/project.ts';

/** The functions that somebody waits for; the others are tasks of the pipeline. */
const SERVING = [
  'actuate',
  'capacity',
  'catalog',
  'collect',
  'detect',
  'dispatch',
  'ingest',
  'metrics',
  'predict',
  'recommend',
  'replay',
  'score',
  'train',
];
/** Tasks that take no engine: a member is served, and so judged, by its state alone. */
const STAGES = ['engineer', 'evaluate', 'finish', 'plan', 'register', 'simulate', 'validate'];
/** Tasks that train, with engines from the numerics layer. */
const FITS = ['fit-boosting', 'fit-detectors', 'fit-recurrent', 'fit-statistical'];
const ALL = [...SERVING, ...STAGES, ...FITS];

/** In a layer, or not deployed at all. */
const ENGINES = [
  '@tensorflow/',
  'ml-xgboost',
  '@bsull/augurs',
  '@bsull/augurs-prophet-wasmstan',
  '@bytecodealliance/',
  'arima',
];
/** What emulates AWS or deploys to it. */
const NEVER_DEPLOYED = ['dynalite', 'jsonata', 'aws-cdk-lib', 'constructs', 'esbuild'];

const bundles = new Map<string, ReturnType<typeof makeBundle>>();

/** The bundle of a function, as it is deployed, with what esbuild says is in it. */
function bundle(name: string): ReturnType<typeof makeBundle> {
  const made = bundles.get(name) ?? makeBundle(name);
  bundles.set(name, made);
  return made;
}

async function makeBundle(name: string) {
  const { metafile, outputFiles } = await build(esbuildBundling(functionEntry(name)));
  return { text: outputFiles[0]?.text ?? '', metafile };
}

describe('bundles', () => {
  it('are made of every folder under functions/', () => {
    expect(readdirSync(FUNCTIONS_DIRECTORY).sort()).toEqual([...ALL].sort());
    for (const name of ALL) expect(existsSync(functionEntry(name))).toBe(true);
  });

  it.each(ALL)('of %s holds no engine, emulator or deployment code', async (name) => {
    const inputs = Object.keys((await bundle(name)).metafile.inputs);
    const banned = [...ENGINES, ...NEVER_DEPLOYED];
    expect(inputs.filter((input) => banned.some((each) => isOf(input, each)))).toEqual([]);
    expect(inputs.filter((input) => input.startsWith('src/server/'))).toEqual([]);
    // The metafile names what it is asked for: without it the lines above would prove nothing.
    expect(inputs.some((input) => isOf(input, 'zod'))).toBe(true);
  });

  it.each([...SERVING, ...STAGES])('of %s holds nothing of ours that trains', async (name) => {
    const inputs = Object.keys((await bundle(name)).metafile.inputs);
    expect(inputs.filter((input) => input.startsWith('src/engines/'))).toEqual([]);
  });

  it.each(FITS)('of %s holds its part of src/engines', async (name) => {
    const inputs = Object.keys((await bundle(name)).metafile.inputs);
    expect(inputs.filter((input) => input.startsWith('src/engines/'))).not.toEqual([]);
  });

  // The engines are no exception: an ES module is not imported from a layer by its name.
  it.each(ALL)('of %s imports nothing but Node', async (name) => {
    const { metafile, text } = await bundle(name);
    const external = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports)
      .filter((each) => each.external)
      .map(({ path }) => path.replace(/^node:/, ''));
    expect([...new Set(external)].filter((path) => !builtinModules.includes(path))).toEqual([]);
    expect(text).toMatch(/export\s*\{[^}]*\bas handler\b|export\s*\{\s*handler\b/);
  });

  it('are weighed as they are deployed', () => {
    const direct = esbuildBundling('x.ts');
    expect(direct).toMatchObject({
      format: CDK_BUNDLING.format,
      target: CDK_BUNDLING.target,
      minify: CDK_BUNDLING.minify,
      mainFields: CDK_BUNDLING.mainFields,
      banner: { js: CDK_BUNDLING.banner },
      external: CDK_BUNDLING.externalModules,
      legalComments: CDK_BUNDLING.esbuildArgs?.['--legal-comments'],
    });
  });
});

function isOf(input: string, packageName: string): boolean {
  const path = packageName.endsWith('/') ? packageName : `${packageName}/`;
  return input.includes(`node_modules/${path}`);
}
