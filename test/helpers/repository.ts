import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every file of the repository that git would keep, as paths from the root, ascending. */
export function repositoryFiles(): readonly string[] {
  const ignored = new Set([
    '.git',
    ...readFileSync(join(ROOT, '.gitignore'), 'utf8').split(/\/?\n/),
  ]);
  const walk = (folder: string): readonly string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter(({ name }) => !ignored.has(name) && !name.endsWith('.log'))
      .flatMap((entry) => {
        const path = posix.join(folder, entry.name);
        return entry.isDirectory() ? walk(path) : [path];
      });
  return walk('').toSorted();
}

/** The text of a file of the repository. */
export function readRepositoryFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** One import of a file: its target as a path from the root, or the name of a package. */
export interface Import {
  readonly target: string;
  readonly isTypeOnly: boolean;
}

/** What a file imports, statically or by `import()` of a literal. */
export function importsOf(path: string, source: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    found.push({ target: targetOf(specifier.text, path), isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause?.namedBindings;
  if (clause?.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((each) => each.isTypeOnly);
}

function targetOf(specifier: string, importer: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(importer), specifier);
  const [alias = '', ...rest] = specifier.split('/');
  if (!alias.startsWith('#')) return specifier;
  const folder = alias.slice(1);
  if (folder === 'web') return posix.join('web/src', ...rest);
  const root = ['functions', 'lib', 'test'].includes(folder) ? folder : `src/${folder}`;
  return posix.join(root, ...rest);
}
