import {
  type AgentFile,
  AgentFileSchema,
  SOURCE_ENTRY_KEYS,
  type SourceEntry,
} from '#contracts/config/agent.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import type { SourceKind } from '../sources/define-source.ts';
import type { SourceLookup } from '../sources/registry.ts';
import { keysOf } from './allowed-keys.ts';
import { checkExpanded } from './check-expanded.ts';
import { type ConfigProblem, problemText } from './config-problem.ts';
import { expandVariables } from './expand-variables.ts';
import { readYaml } from './read-yaml.ts';
import { type Placed, splitAgentFile } from './split-agent-file.ts';

/** One source as it is configured: what every source has, and its own keys, checked. */
export interface ConfiguredSource extends Omit<SourceEntry, 'name'> {
  /** Unique among the sources of the file. */
  readonly name: string;
  readonly kind: SourceKind;
  /** As `kind.open` takes it. */
  readonly config: unknown;
}

/** The agent's configuration. */
export interface AgentConfig extends Omit<AgentFile, 'sources'> {
  /** Those that are enabled. */
  readonly sources: readonly ConfiguredSource[];
}

/** The configuration as it was read, with what its writer should know. */
export interface ParsedAgentConfig {
  /** Undefined when there are errors. */
  readonly config: AgentConfig | undefined;
  readonly problems: readonly ConfigProblem[];
}

type Path = readonly (string | number)[];
type Found = { readonly path: Path; readonly message: string };

/**
 * Reads `helios-agent.yaml` in either form of the seeds. Every mistake is told at once, by its line;
 * no message holds the value of a variable or of a secret. Sources that are disabled are not looked at.
 */
export async function parseAgentConfig(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  sourceOf: SourceLookup,
): Promise<ParsedAgentConfig> {
  const { value, problems: unreadable, lineOf } = readYaml(text);
  if (unreadable.length > 0) return { config: undefined, problems: unreadable };
  const expanded = expandVariables(value, env);
  const split = splitAgentFile(expanded.value);
  const shown = splitAgentFile(expanded.shown);
  const found: Found[] = [...split.problems];
  const checked = checkExpanded(AgentFileSchema, split.file, shown.file);
  const entries = checked.ok ? checked.value.sources : [];
  for (const { path, name } of expanded.unset) {
    const [section, index] = path;
    // A source that is not read needs none of its variables.
    if (section === 'sources' && entries[Number(index)]?.enabled === false) continue;
    const message = `the variable ${name} is not set: set it, or write \${${name}:-default}`;
    found.push({ path, message });
  }
  if (!checked.ok) {
    found.push(...checked.problems.map((each) => ({ ...each, path: split.placeOf(each.path) })));
  }
  const names = new Set<string>();
  const sources: ConfiguredSource[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!entry.enabled) continue;
    const at: Path = ['sources', index];
    const opened = await checkSource(
      entry,
      split.configs[index],
      shown.configs[index],
      at,
      sourceOf,
    );
    if (!('kind' in opened)) {
      found.push(...opened.problems);
      continue;
    }
    if (entry.name !== undefined && names.has(entry.name)) {
      found.push({ path: [...at, 'name'], message: `another source is called ${entry.name}` });
    }
    const name = entry.name ?? freeName(opened.kind.type, names, entries);
    names.add(name);
    sources.push({ ...entry, ...opened, name });
  }
  const problems = [
    ...found.map((each) => ({ ...each, severity: 'error' as const, line: lineOf(each.path) })),
    ...(checked.ok ? warningsOf(checked.value, split.placeOf, lineOf) : []),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const isUsable = checked.ok && found.length === 0;
  return { config: isUsable ? { ...checked.value, sources } : undefined, problems };
}

/** Everything that is wrong with a file, as one error. @throws {DomainError} `CONFIG_INVALID` */
export function usable({ config, problems }: ParsedAgentConfig, file: string): AgentConfig {
  if (config) return config;
  const issues = problems
    .filter(({ severity }) => severity === 'error')
    .map((problem) => problemText(file, problem));
  throw new DomainError('CONFIG_INVALID', `${file} is not valid`, { issues });
}

async function checkSource(
  entry: SourceEntry,
  config: Placed | undefined,
  shown: Placed | undefined,
  at: Path,
  sourceOf: SourceLookup,
): Promise<
  { readonly kind: SourceKind; readonly config: unknown } | { readonly problems: readonly Found[] }
> {
  const kind = await kindOf(entry.type, sourceOf);
  if (typeof kind === 'string') return { problems: [{ path: [...at, 'type'], message: kind }] };
  const own = keysOf(kind.schema);
  const checked = checkExpanded(kind.schema, config?.keys, shown?.keys, (path, value) =>
    path.length === 0 ? [...own(path, value), ...SOURCE_ENTRY_KEYS] : own(path, value),
  );
  if (checked.ok) return { kind, config: checked.input };
  return {
    problems: checked.problems.map(({ path: [first, ...rest], message }) => ({
      path:
        first === undefined
          ? at
          : [...(config?.places.get(String(first)) ?? [...at, first]), ...rest],
      message,
    })),
  };
}

async function kindOf(type: string, sourceOf: SourceLookup): Promise<SourceKind | string> {
  try {
    return await sourceOf(type);
  } catch (error) {
    if (!isDomainError(error, 'CONFIG_INVALID')) throw error;
    const available = error.details.available;
    const allowed = Array.isArray(available) ? `; available are ${available.join(', ')}` : '';
    return `${error.message}${allowed}`;
  }
}

/** `prometheus`, or `prometheus-2` where that is taken. */
function freeName(
  type: string,
  taken: ReadonlySet<string>,
  entries: readonly SourceEntry[],
): string {
  const isFree = (name: string) =>
    !taken.has(name) && !entries.some((entry) => entry.name === name);
  for (let number = 1; ; number++) {
    const name = number === 1 ? type : `${type}-${number}`;
    if (isFree(name)) return name;
  }
}

function warningsOf(
  { helios }: AgentFile,
  placeOf: (path: Path) => Path,
  lineOf: (path: Path) => number | null,
): readonly ConfigProblem[] {
  if (helios.retry_attempts === undefined) return [];
  const path = placeOf(['helios', 'retry_attempts']);
  const message = 'has no effect: a batch is tried until it is taken, or dropped for lack of room';
  return [{ severity: 'warning', path, line: lineOf(path), message }];
}
