import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundle, bundleFunction } from '#lib/constructs/bundling.ts';
import { functionEntry } from '#lib/constructs/project.ts';

/** Tasks that train, with engines from the numerics layer. */
export const FITS = ['fit-boosting', 'fit-detectors', 'fit-recurrent', 'fit-statistical'];

/** In a layer, or not deployed at all. */
const ENGINES = [
  '@tensorflow/',
  'ml-xgboost',
  '@bsull/augurs',
  '@bsull/augurs-prophet-wasmstan',
  '@bytecodealliance/',
  'arima',
];
/** What emulates AWS or deploys to it, and what reads configuration as people write it. */
const NEVER_DEPLOYED = ['dynalite', 'jsonata', 'yaml', 'aws-cdk-lib', 'constructs', 'esbuild'];
/** Read from the environment instead; see `function-environment.ts`. */
const NEVER_NEEDED = ['@aws-sdk/client-dynamodb', '@aws-sdk/credential-provider-node'];

/** Bundles of some functions, made as they are deployed. */
export interface Bundles {
  of(name: string): Bundle;
  /** Holds them until the suite is over. */
  readonly place: string;
}

/** What holds for the bundle of every function. @returns what the suite asks more of */
export function describeBundles(names: readonly string[]): Bundles {
  const place = mkdtempSync(join(tmpdir(), 'helios-bundles-'));
  const bundles = new Map<string, Bundle>();
  beforeAll(() => {
    for (const name of names) {
      bundles.set(name, bundleFunction(functionEntry(name), join(place, name)));
    }
  }, 120_000);
  afterAll(() => rmSync(place, { recursive: true }));
  const bundle = (name: string): Bundle => {
    const made = bundles.get(name);
    if (!made) throw new RangeError(`no bundle of ${name}`);
    return made;
  };

  describe('bundles', () => {
    it.each(names)('of %s holds no engine, emulator or deployment code', (name) => {
      const { inputs } = bundle(name);
      const banned = [...ENGINES, ...NEVER_DEPLOYED, ...NEVER_NEEDED];
      expect(inputs.filter((input) => banned.some((each) => isOf(input, each)))).toEqual([]);
      expect(inputs.filter((input) => input.startsWith('src/server/'))).toEqual([]);
      // The metafile names what it is asked for: without it the lines above would prove nothing.
      expect(inputs.some((input) => isOf(input, 'zod'))).toBe(true);
    });

    it.each(names.filter((name) => !FITS.includes(name)))(
      'of %s holds nothing that trains',
      (name) => {
        expect(bundle(name).inputs.filter((input) => input.startsWith('src/engines/'))).toEqual([]);
      },
    );

    it.each(names.filter((name) => FITS.includes(name)))(
      'of %s holds its part of src/engines',
      (name) => {
        expect(bundle(name).inputs.filter((input) => input.startsWith('src/engines/'))).not.toEqual(
          [],
        );
      },
    );

    // The engines are no exception: an ES module is not imported from a layer by its name.
    it.each(names)('of %s imports nothing but Node', (name) => {
      const external = bundle(name).external.map((path) => path.replace(/^node:/, ''));
      expect(external.filter((path) => !builtinModules.includes(path))).toEqual([]);
      const text = readFileSync(bundle(name).file, 'utf8');
      expect(text).toMatch(/export\s*\{[^}]*\bas handler\b|export\s*\{\s*handler\b/);
    });
  });
  return { of: bundle, place };
}

/** Whether a source is of this package, or of this scope. */
export function isOf(input: string, packageName: string): boolean {
  const path = packageName.endsWith('/') ? packageName : `${packageName}/`;
  return input.includes(`node_modules/${path}`);
}
