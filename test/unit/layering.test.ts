import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import {
  type Import,
  importsOf,
  readRepositoryFile,
  repositoryFiles,
} from '#test/helpers/repository.ts';

/** Any package, a CDK one excepted. */
const PACKAGES = 'packages';
const CDK = ['aws-cdk-lib', 'constructs'];

interface Layer {
  readonly from: string;
  readonly may: readonly string[];
  /** What it may also name as a type: types alone leave nothing behind. */
  readonly types?: string;
}

/** Which files may import which, by the beginnings of their paths; the first row that fits counts. */
const LAYERS: readonly Layer[] = [
  { from: 'src/core/', may: ['src/core/', 'zod'] },
  { from: 'src/kernels/', may: ['src/kernels/'] },
  { from: 'src/engines/', may: ['src/core/', 'src/engines/', 'src/kernels/', PACKAGES] },
  { from: 'src/contracts/', may: ['src/core/', 'src/contracts/', 'zod'] },
  { from: 'src/app/', may: ['src/core/', 'src/contracts/', 'src/app/', 'zod'] },
  {
    // Where the functions' use cases are put together with their stores.
    from: 'src/adapters/lambda/',
    types: 'src/app/',
    may: [
      ...['core', 'contracts', 'adapters', 'app/ports', 'app/services.ts'].map(inSrc),
      PACKAGES,
    ],
  },
  {
    from: 'src/adapters/',
    // An adapter may name what a use case takes.
    types: 'src/app/',
    may: [...['core', 'contracts', 'adapters', 'app/ports'].map(inSrc), PACKAGES],
  },
  {
    from: 'src/server/',
    may: [...['core', 'contracts', 'app', 'adapters', 'server'].map(inSrc), 'functions/', PACKAGES],
  },
  {
    from: 'src/cli/',
    may: [...['core', 'contracts', 'app', 'adapters', 'server', 'cli'].map(inSrc), PACKAGES],
  },
  {
    // Training alone loads engines; a test of the bundles holds the others to it.
    from: 'functions/fit-',
    may: [
      ...['core', 'contracts', 'app', 'adapters', 'engines'].map(inSrc),
      'functions/',
      PACKAGES,
    ],
  },
  {
    from: 'functions/',
    may: [...['core', 'contracts', 'app', 'adapters'].map(inSrc), 'functions/', PACKAGES],
  },
  // The configuration is read as every other program of Helios reads it.
  { from: 'lib/', may: ['lib/', 'src/contracts', 'src/adapters/config/', PACKAGES, ...CDK] },
  { from: 'bin/app.ts', may: ['lib/', PACKAGES, ...CDK] },
  { from: 'bin/', may: ['src/cli/'] },
  // What runs in a browser knows the wire by its types: a schema would bring zod along.
  { from: 'web/', types: 'src/contracts/', may: ['web/', 'src/core/', 'preact', 'uplot', 'vite'] },
];

/** The only files that may look at the environment of the process; the last stands in for the SDK's. */
const READS_ENVIRONMENT =
  /^(functions\/[^/]+\/index\.ts|src\/(cli|server)\/main\.ts|bin\/.*|scripts\/.*|src\/adapters\/aws\/function-environment\.ts)$/;

const files = repositoryFiles();
const sources = files
  .filter((path) =>
    /^(bin|lib|functions|src|test|bench|examples|scripts|web)\/.*\.tsx?$/.test(path),
  )
  .map((path) => {
    const text = readRepositoryFile(path);
    return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
  });
const imports = new Map(sources.map(({ path, tree }) => [path, importsOf(path, tree)]));

describe('layers', () => {
  it('import only what lies below them', () => {
    const wrong = sources.flatMap(({ path }) =>
      (imports.get(path) ?? [])
        .filter((each) => !isAllowed(path, each))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('import only packages that package.json names', () => {
    const { dependencies, devDependencies } = JSON.parse(readRepositoryFile('package.json'));
    const atRunTime = new Set(Object.keys(dependencies));
    const inTests = new Set([...atRunTime, ...Object.keys(devDependencies)]);
    const wrong = sources.flatMap(({ path }) => {
      // The CDK app is run from the sources, with the tools at hand.
      const known = /^(src|functions)\//.test(path) ? atRunTime : inTests;
      return (imports.get(path) ?? [])
        .filter(({ target, isTypeOnly }) => isPackage(target) && !isTypeOnly)
        .map(({ target }) => target)
        .filter((name) => !name.startsWith('node:') && !known.has(packageOf(name)))
        .map((name) => `${path} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it('keep training engines and CDK out of every function that serves', () => {
    const training = /^functions\/fit-/;
    const entries = sources
      .map(({ path }) => path)
      .filter((path) => /^functions\/[^/]+\/index\.ts$/.test(path) && !training.test(path));
    expect(entries).not.toEqual([]);
    const wrong = entries.flatMap((entry) =>
      [...reachableFrom(entry)]
        .filter((target) => /^(src\/engines|lib)\//.test(target) || CDK.includes(packageOf(target)))
        .map((target) => `${entry} loads ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep schemas out of the page: what it loads of the core does without zod', () => {
    const page = sources.map(({ path }) => path).filter((path) => path.startsWith('web/src/'));
    expect(page).not.toEqual([]);
    const wrong = page.filter((path) => reachableFrom(path).has('zod'));
    expect(wrong).toEqual([]);
  });
});

describe('the environment of the process', () => {
  it('is read where a process starts, and nowhere else', () => {
    const wrong = sources
      .filter(({ path }) => !path.startsWith('test/') && !READS_ENVIRONMENT.test(path))
      .filter(({ tree }) => namesIn(tree).has('process.env'))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('is an argument to the core: no clock, no chance, no console', () => {
    const forbidden = ['Date.now', 'new Date()', 'Math.random', 'performance.now'];
    const objects = ['console', 'process', 'fetch', 'setTimeout', 'globalThis', 'crypto'];
    const wrong = sources
      .filter(({ path }) => path.startsWith('src/core/'))
      .flatMap(({ path, tree }) => {
        const names = namesIn(tree);
        return [...forbidden, ...objects]
          .filter((name) => names.has(name))
          .map((name) => `${path} uses ${name}`);
      });
    expect(wrong).toEqual([]);
  });
});

describe('every file', () => {
  it('has at most 400 lines', () => {
    const long = sources
      .filter(({ text }) => text.split('\n').length > 401)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('says what its values are: no any', () => {
    const wrong = sources.filter(({ tree }) => hasAny(tree)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('is free of paths of the machine it was written on', () => {
    const machinePath = /(?<![\w.:/*-])\/(?:work|root|home|Users)\/[\w.-]/;
    const wrong = files
      .filter((path) => !/\.(png|gz|ico)$/.test(path))
      .filter((path) => machinePath.test(readRepositoryFile(path)));
    expect(wrong).toEqual([]);
  });
});

function inSrc(folder: string): string {
  return `src/${folder}`;
}

function isAllowed(from: string, { target, isTypeOnly }: Import): boolean {
  const layer = LAYERS.find((row) => from.startsWith(row.from));
  if (!layer) return true;
  if (isTypeOnly && layer.types && target.startsWith(layer.types)) return true;
  return layer.may.some((allowed) => {
    if (allowed === PACKAGES) return isPackage(target) && !CDK.includes(packageOf(target));
    return isPackage(target) ? packageOf(target) === allowed : target.startsWith(allowed);
  });
}

function isPackage(target: string): boolean {
  return !/^(src|functions|lib|test|bin|scripts|bench|examples|web)\//.test(target);
}

/** `@scope/name/path` and `name/path` without the path. */
function packageOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
}

/** Everything a file loads when it is run, itself included. */
function reachableFrom(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { target, isTypeOnly } of imports.get(path) ?? []) if (!isTypeOnly) visit(target);
  };
  visit(entry);
  return seen;
}

/** The global names and `object.property` pairs a file uses, and `new Date()` without an argument. */
function namesIn(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const own = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) names.add(node.getText(tree));
    if (ts.isNewExpression(node) && node.arguments?.length === 0) names.add(node.getText(tree));
    if (ts.isIdentifier(node)) (isDeclared(node) ? own : names).add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return new Set([...names].filter((name) => !own.has(name)));
}

function isDeclared({ parent, text }: ts.Identifier): boolean {
  const isDeclaration = ts.isVariableDeclaration(parent) || ts.isParameter(parent);
  return isDeclaration && ts.isIdentifier(parent.name) && parent.name.text === text;
}

function hasAny(node: ts.Node): boolean {
  return (
    node.kind === ts.SyntaxKind.AnyKeyword ||
    ts.forEachChild(node, (each) => hasAny(each) || undefined) === true
  );
}
