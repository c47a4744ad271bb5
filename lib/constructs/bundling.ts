import { join } from 'node:path';
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BuildOptions } from 'esbuild';
import { PROJECT_ROOT } from './project.ts';

// One place for what the deployed bundles and the tests that weigh them must have in common.
const TARGET = 'node22';
const MAIN_FIELDS = ['module', 'main'];

/** Packages inside are CommonJS in part and call `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);";

/**
 * How `NodejsFunction` bundles: one minified ES module that holds the AWS SDK too, so that what was
 * tested is what runs, whichever SDK the runtime brings.
 */
export const CDK_BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: TARGET,
  minify: true,
  mainFields: MAIN_FIELDS,
  banner: BANNER,
  // Takes the place of the default list, which leaves the SDK out.
  externalModules: [],
  sourceMap: false,
  // A line a bundle says nothing.
  logLevel: LogLevel.WARNING,
  esbuildArgs: { '--legal-comments': 'none' },
};

/** The same bundle, by esbuild directly and in memory, with its metafile. */
export function esbuildBundling(entry: string) {
  return {
    entryPoints: [entry],
    absWorkingDir: PROJECT_ROOT,
    tsconfig: join(PROJECT_ROOT, 'tsconfig.json'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    minify: true,
    mainFields: MAIN_FIELDS,
    banner: { js: BANNER },
    external: [],
    legalComments: 'none',
    logLevel: 'silent',
    outfile: 'index.mjs',
    metafile: true,
    write: false,
  } satisfies BuildOptions;
}
