/**
 * Turns the examples of the documentation into tests under `.generated/`, so that none can rot:
 * the `@example` blocks of exported symbols in src, and the ts blocks of docs/guide that name a file.
 *
 * In an example, `expression; // => value` becomes an expectation of deep equality (typed arrays
 * compare as arrays) and `expression; // throws CODE` one of a DomainError of that code. An example
 * sees the exports of its own file, what that file imports, the exports of the files beside it, and
 * src/core/time.ts, because moments and durations are arguments everywhere.
 */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A file as its path from the root of the repository and its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const OUT = '.generated';
const TIME = 'src/core/time.ts';

/**
 * The tests of the examples of one source file; `suitesOf` has them run.
 *
 * @param others - more files whose exports its examples may use
 * @returns undefined when the file has no example
 * @throws {SyntaxError} for an `@example` that would not run: of a symbol that is not exported,
 *   without a ts block, or with an expectation that does not stand behind an expression
 */
export function testOfSource(source: TextFile, others: readonly TextFile[]): TextFile | undefined {
  const written = source.text.match(/^ *\* @example\b/gm)?.length ?? 0;
  if (written === 0) return undefined;
  const examples = examplesOf(parse(source));
  if (examples.length !== written) {
    throw new SyntaxError(`${source.path}: an @example without a ts block, or of nothing exported`);
  }
  const scope = scopeOf([source, ...others]);
  const imports = new Set([
    `import { describe, expect, it } from '@jest/globals';`,
    `import { plain } from '#test/docs/plain.ts';`,
  ]);
  const tests = examples.map(({ name, code }) => {
    const example = parse({ path: `${source.path}: @example of ${name}`, text: code });
    for (const used of identifiersOf(example)) {
      const line = scope.get(used);
      if (line) imports.add(line);
    }
    const statements = example.statements.filter((each) => !ts.isImportDeclaration(each));
    for (const each of example.statements)
      if (ts.isImportDeclaration(each)) imports.add(each.getText());
    const body = statements.map((each) => `    ${expectationOf(each, example)}`).join('\n');
    return `  it('the example of ${name}', async () => {\n${body}\n  });\n`;
  });
  const path = posix.join(OUT, source.path.replace(/\.ts$/, '.examples.ts'));
  const suite = `describe('${source.path}', () => {\n${tests.join('\n')}});\n`;
  return { path, text: `${[...imports].join('\n')}\n\n${suite}` };
}

/** A suite for each folder of src: what its examples need is loaded once, not once a file. */
export function suitesOf(tests: readonly TextFile[]): readonly TextFile[] {
  const lines = new Map<string, string>();
  for (const { path } of tests) {
    const [, , folder = ''] = path.split('/');
    const line = `import './${posix.relative(`${OUT}/src`, path)}';\n`;
    lines.set(folder, (lines.get(folder) ?? '') + line);
  }
  return [...lines].map(([folder, text]) => ({ path: `${OUT}/src/${folder}.test.ts`, text }));
}

/**
 * The files that a guide consists of: its ts blocks whose fence says `file=<path>`. Imports of files
 * that the guide itself writes lead to the copies, all others to the repository.
 */
export function filesOfGuide(guide: TextFile): readonly TextFile[] {
  const folder = posix.join(OUT, guide.path.replace(/\.md$/, ''));
  const blocks = [...guide.text.matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms)];
  const own = new Set(blocks.map(([, path]) => path));
  return blocks.map(([, path = '', text = '']) => ({
    path: posix.join(folder, path),
    text: text.replace(/( from ')([#.][^']+)(';)/g, (_, before, specifier, after) => {
      const target = repositoryPath(specifier, path);
      const to = own.has(target) ? posix.relative(dirname(path), target) : specifierOf(target);
      return `${before}${own.has(target) && !to.startsWith('.') ? './' : ''}${to}${after}`;
    }),
  }));
}

interface Example {
  readonly name: string;
  readonly code: string;
}

function examplesOf(source: ts.SourceFile): readonly Example[] {
  return exportedNodes(source).flatMap(({ name, node }) =>
    ts
      .getJSDocTags(node)
      .filter((tag) => tag.tagName.text === 'example')
      .flatMap((tag) => {
        const comment = ts.getTextOfJSDocComment(tag.comment) ?? '';
        const code = /```ts\n(.*?)\n```/s.exec(comment)?.[1];
        return code === undefined ? [] : [{ name, code }];
      }),
  );
}

interface Exported {
  readonly name: string;
  readonly node: ts.Node;
  readonly isType: boolean;
}

function exportedNodes(source: ts.SourceFile): readonly Exported[] {
  return source.statements.flatMap((node): readonly Exported[] => {
    const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.map((each) => ({
        name: each.name.getText(source),
        node: each,
        isType: false,
      }));
    }
    const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    const isNamed = isType || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node);
    return isNamed && node.name ? [{ name: node.name.text, node, isType }] : [];
  });
}

/** The import line for each name an example may use; the first file to offer a name gives it. */
function scopeOf([own, ...others]: readonly TextFile[]): ReadonlyMap<string, string> {
  const scope = new Map<string, string>();
  const offer = (name: string, line: string) => scope.set(name, scope.get(name) ?? line);
  const offerExports = (file: TextFile) => {
    for (const { name, isType } of exportedNodes(parse(file))) {
      offer(name, `import { ${isType ? 'type ' : ''}${name} } from '${specifierOf(file.path)}';`);
    }
  };
  if (own) {
    offerExports(own);
    for (const [name, line] of importsOf(parse(own), own.path)) offer(name, line);
  }
  others.forEach(offerExports);
  return scope;
}

/** What a file imports by name, as lines that say the same from anywhere. */
function importsOf(source: ts.SourceFile, path: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const { importClause, moduleSpecifier } = statement;
    const bindings = importClause?.namedBindings;
    if (!bindings || !ts.isStringLiteral(moduleSpecifier)) continue;
    const from = `from '${specifierOf(repositoryPath(moduleSpecifier.text, path))}';`;
    if (ts.isNamespaceImport(bindings)) {
      lines.set(bindings.name.text, `import * as ${bindings.name.text} ${from}`);
      continue;
    }
    const areTypes = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    for (const element of bindings.elements) {
      const text = element.getText(source);
      lines.set(element.name.text, `import { ${areTypes ? 'type ' : ''}${text} } ${from}`);
    }
  }
  return lines;
}

/** `#core/x.ts` and `../x.ts` as a path from the root; the name of a package as it is. */
function repositoryPath(specifier: string, importer: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(importer), specifier);
  const alias = /^#(\w+)\/(.*)$/.exec(specifier);
  if (!alias) return specifier;
  const [, folder = '', rest = ''] = alias;
  return /^(functions|lib|test)$/.test(folder) ? `${folder}/${rest}` : `src/${folder}/${rest}`;
}

/** The inverse of `repositoryPath`. */
function specifierOf(path: string): string {
  return path.replace(/^(?:src\/(?=[a-z]+\/)|(?=(?:functions|lib|test)\/))/, '#');
}

function expectationOf(statement: ts.Statement, example: ts.SourceFile): string {
  const code = statement.getText(example);
  const [comment] = ts.getTrailingCommentRanges(example.text, statement.end) ?? [];
  const remark = comment ? example.text.slice(comment.pos + 2, comment.end).trim() : '';
  const [, kind, expected] = /^(=>|throws) (.+)$/.exec(remark) ?? [];
  if (kind === undefined || expected === undefined) return code;
  const expression = ts.isExpressionStatement(statement)
    ? statement.expression.getText(example)
    : undefined;
  if (kind === 'throws' && expression) {
    const error = `{ name: 'DomainError', code: '${expected}' }`;
    return `await expect((async () => ${expression})()).rejects.toMatchObject(${error});`;
  }
  if (expression) return `expect(plain(${expression})).toEqual(${expected});`;
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
  if (kind === 'throws' || declared.length !== 1) {
    throw new SyntaxError(`${example.fileName}: nothing to compare before "// ${remark}"`);
  }
  return `${code}\n    expect(plain(${declared[0]?.name.getText(example)})).toEqual(${expected});`;
}

function identifiersOf(node: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each)) names.add(each.text);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return names;
}

function parse({ path, text }: TextFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

function readAll(root: string, folder: string, ending: string): readonly TextFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(ending))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function main(root: string): void {
  const sources = readAll(root, 'src', '.ts');
  const tests = sources.flatMap((source) => {
    const isOfScope = ({ path }: TextFile) =>
      path !== source.path && (path === TIME || dirname(path) === dirname(source.path));
    return testOfSource(source, sources.filter(isOfScope)) ?? [];
  });
  const guides = readAll(root, 'docs/guide', '.md').flatMap(filesOfGuide);
  rmSync(join(root, OUT), { recursive: true, force: true });
  mkdirSync(join(root, OUT));
  for (const { path, text } of [...tests, ...suitesOf(tests), ...guides]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  process.stdout.write(`${tests.length} files with examples, ${guides.length} files of guides\n`);
}

const [, started = ''] = process.argv;
if (realpathSync(started) === fileURLToPath(import.meta.url)) main(process.cwd());
