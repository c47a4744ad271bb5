import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import * as z from 'zod';

/** What is put where. */
export interface StagingOptions {
  /** The folder whose `node_modules` the packages are taken from. */
  readonly root: string;
  /** The packages wanted, each with the version that must be installed. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** A new or empty folder; the packages lie below it as below `root`. */
  readonly directory: string;
}

/** A package as it was staged: its folder below `root`, and the bytes of its files. */
export interface StagedPackage {
  readonly path: string;
  readonly version: string;
  readonly bytes: number;
}

const PackageSchema = z.object({
  version: z.string(),
  main: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
});
type Package = z.infer<typeof PackageSchema>;

const CODE = /\.(js|cjs|mjs|wasm)$/;
const KEPT = /\.(js|cjs|mjs|wasm|json)$|(^|\/)(licen[cs]e|notice)[^/]*$/i;
const UNUSED = /\.min\.js$|(^|\/)(__tests__|tests?)\//;
/** The SDK is in the functions' own bundles: a second one here would hide which of them runs. */
const REFUSED = /^@(aws-sdk|smithy)\//;

/**
 * Copies installed packages with everything that they depend on, without what Node never loads: maps,
 * types, documentation, tests, builds for browsers. Packages of types alone are left out.
 *
 * @throws {Error} when a package is not installed or in another version, belongs to the AWS SDK, or
 * holds native code, which would be of the machine that synthesises
 */
export function stagePackages(options: StagingOptions): readonly StagedPackage[] {
  const { root, dependencies, directory } = options;
  const seen = new Set<string>();
  const staged: StagedPackage[] = [];
  const visit = (name: string, dependent: string): Package => {
    if (REFUSED.test(name)) throw new Error(`a layer must not carry the AWS SDK: ${name}`);
    const path = findPackage(root, name, dependent);
    const found = readPackage(join(root, path));
    if (seen.has(path)) return found;
    seen.add(path);
    const files = filesOf(join(root, path), found);
    if (files.some((file) => CODE.test(file))) {
      for (const file of files) copy(join(root, path, file), join(directory, path, file));
      staged.push({ path, version: found.version, bytes: sizeOf(join(root, path), files) });
    }
    for (const each of Object.keys(found.dependencies)) visit(each, path);
    return found;
  };
  for (const [name, wanted] of Object.entries(dependencies)) {
    const { version } = visit(name, '');
    if (version !== wanted) {
      throw new Error(`${name} is installed in version ${version}, wanted is ${wanted}: npm ci`);
    }
  }
  return staged;
}

/** The folder, below `root`, that Node loads a package from when `dependent` asks for it. */
function findPackage(root: string, name: string, dependent: string): string {
  for (let folder = dependent; ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, 'node_modules', name);
    if (existsSync(join(root, path, 'package.json'))) return path;
    if (folder === '' || folder === '.') break;
  }
  throw new Error(`${name} is not installed, ${dependent || 'the layer'} needs it: npm ci`);
}

function readPackage(folder: string): Package {
  return PackageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** The files of a package that Node may load, and those that say whose they are. */
function filesOf(folder: string, { main = 'index.js' }: Package): readonly string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    // Packages inside are found as dependencies.
    .filter((file) => !`/${file}`.includes('/node_modules/'))
    .sort();
  const native = all.find((file) => file.endsWith('.node'));
  if (native) throw new Error(`${join(folder, native)} is native code of this machine`);
  const kept = all.filter((file) => KEPT.test(file) && !UNUSED.test(file));
  // TensorFlow.js: the whole package as one file for Node, beside builds for everything else.
  if (!main.endsWith('.node.js')) return kept;
  const beside = posix.dirname(posix.normalize(main));
  return kept.filter(
    (file) =>
      file === posix.normalize(main) ||
      (file.endsWith('.wasm') && posix.dirname(file) === beside) ||
      !CODE.test(file),
  );
}

function sizeOf(folder: string, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
