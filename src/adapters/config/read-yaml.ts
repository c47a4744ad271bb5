import { LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem } from './config-problem.ts';

/** A YAML file as it was read. */
export interface ReadYaml {
  /** An empty file holds no keys. */
  readonly value: unknown;
  /** What is no YAML; then there is no value. */
  readonly problems: readonly ConfigProblem[];
  /** The line of a place, or of the nearest one around it that the file has. */
  lineOf(path: readonly (string | number)[]): number | null;
}

/** Reads YAML, and remembers where everything stands. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: readonly (string | number)[]): number | null => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = nodeAt(document, path.slice(0, length));
      const offset = startOf(node);
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return null;
  };
  const problems = document.errors.map(({ message, pos }) => ({
    severity: 'error' as const,
    path: [],
    line: lines.linePos(pos[0]).line,
    message: `no YAML: ${message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
  }));
  if (problems.length > 0) return { value: undefined, problems, lineOf };
  try {
    return { value: document.toJS() ?? {}, problems, lineOf };
  } catch (error) {
    // Aliases of what is not there, or that multiply without bound.
    const message = `no YAML: ${error instanceof Error ? error.message : String(error)}`;
    const problem = { severity: 'error' as const, path: [], line: null, message };
    return { value: undefined, problems: [problem], lineOf };
  }
}

type Document = ReturnType<typeof parseDocument>;

/** The key of a place where it has one, else its value: a message is about the line of the key. */
function nodeAt(document: Document, path: readonly (string | number)[]): unknown {
  const last = path.at(-1);
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  if (typeof parent === 'object' && parent !== null && 'items' in parent) {
    const { items } = parent;
    if (Array.isArray(items)) {
      const pair = items.find((item) => keyOf(item) === String(last));
      if (pair !== undefined) return pair.key;
    }
  }
  return document.getIn(path, true);
}

function keyOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('key' in item)) return undefined;
  const { key } = item;
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
