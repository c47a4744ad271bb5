import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import { functionEntry, PROJECT_ROOT } from './project.ts';

/** What esbuild made of one entry. */
export interface Bundle {
  /** The module that holds the handler; what it imports lies beside it. */
  readonly file: string;
  /** The module and everything that it imports statically: read and compiled at each cold start. */
  readonly startBytes: number;
  /** What is loaded when it is first needed, e.g. the client of S3. */
  readonly lazyBytes: number;
  /** The sources, relative to the repository, of everything. */
  readonly inputs: readonly string[];
  /** The sources of what is loaded at the start. */
  readonly startInputs: readonly string[];
  /** Packages and modules that are left to the runtime. */
  readonly external: readonly string[];
}

/** Packages inside are CommonJS in part and call `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);";

const CREDENTIALS = join(PROJECT_ROOT, 'src/adapters/aws/function-environment.ts');
const SIGNER = '@smithy/signature-v4';
const SIGNER_FILE = join(PROJECT_ROOT, 'node_modules/.cache/helios/signature-v4.mjs');

const FOR_LAMBDA = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minify: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * Bundles a function into an empty folder: minified ES modules that hold the AWS SDK too, so that what was
 * tested is what runs, whichever SDK the runtime brings. What is imported by `import()` becomes a module
 * of its own. `cdk deploy`, the benchmark and the tests all bundle by this function alone.
 *
 * Not by `NodejsFunction`, which makes one file: the client of S3 would be compiled at every cold
 * start. Needs neither Docker nor a network.
 *
 * @param entry - the absolute path of a module
 * @throws {BuildFailure} with what esbuild says is wrong
 */
export function bundleFunction(entry: string, directory: string): Bundle {
  bundleSigner();
  const { metafile } = buildSync({
    entryPoints: { index: entry },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    absWorkingDir: PROJECT_ROOT,
    tsconfig: join(PROJECT_ROOT, 'tsconfig.json'),
    ...FOR_LAMBDA,
    splitting: true,
    alias: { '@aws-sdk/credential-provider-node': CREDENTIALS, [SIGNER]: SIGNER_FILE },
    banner: { js: BANNER },
    metafile: true,
  });
  return describe(metafile, directory);
}

/**
 * The signer as one file of 15 kB. It shares a few lines with the client of S3; left to code splitting,
 * everything that either needs of the modules with these lines, 60 kB, would be loaded at the start.
 */
function bundleSigner(): void {
  const { outputFiles } = buildSync({ entryPoints: [SIGNER], ...FOR_LAMBDA, write: false });
  mkdirSync(dirname(SIGNER_FILE), { recursive: true });
  // At once, because another process may be reading it.
  const part = `${SIGNER_FILE}.${process.pid}`;
  writeFileSync(part, outputFiles[0]?.contents ?? '');
  renameSync(part, SIGNER_FILE);
}

/**
 * The code of a function under `functions/`, as an asset named by its content. In a stack that is not
 * bundled (the tests of templates, a deployment of other stacks) it is the source, which such a
 * stack never deploys.
 */
export function functionCode(name: string): Code {
  const entry = functionEntry(name);
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // What CDK asks for and would run if the line below left the work to it.
      image: DockerImage.fromRegistry('never-used'),
      local: {
        tryBundle(directory) {
          bundleFunction(entry, directory);
          return true;
        },
      },
    },
  });
}

function describe(metafile: Metafile, directory: string): Bundle {
  const outputs = new Map(Object.entries(metafile.outputs));
  const entry = [...outputs.keys()].find((path) => path.endsWith('index.mjs')) ?? '';
  const atStart = [...reachable(outputs, entry, 'import-statement')];
  const bytes = (paths: Iterable<string>) =>
    [...paths].reduce((sum, path) => sum + (outputs.get(path)?.bytes ?? 0), 0);
  const inputsOf = (paths: Iterable<string>) =>
    [...new Set([...paths].flatMap((path) => Object.keys(outputs.get(path)?.inputs ?? {})))].sort();
  const external = [...outputs.values()].flatMap(({ imports }) =>
    imports.filter((each) => each.external).map(({ path }) => path),
  );
  const startBytes = bytes(atStart);
  return {
    file: join(directory, 'index.mjs'),
    startBytes,
    lazyBytes: bytes(outputs.keys()) - startBytes,
    inputs: Object.keys(metafile.inputs).sort(),
    startInputs: inputsOf(atStart),
    external: [...new Set(external)].sort(),
  };
}

/** The outputs that `from` imports by this kind of import, and they in turn. */
function reachable(
  outputs: ReadonlyMap<string, Metafile['outputs'][string]>,
  from: string,
  kind: string,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const imported of outputs.get(from)?.imports ?? []) {
    if (!imported.external && imported.kind === kind) {
      reachable(outputs, imported.path, kind, found);
    }
  }
  return found;
}
