import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import type { ConfigProblem } from './config-problem.ts';
import { explainIssue } from './explain-issue.ts';
import { type ReadYaml, readYaml } from './read-yaml.ts';

/** A configuration file as it was read: with its values, or with everything that is wrong. */
export interface ParsedConfig extends Pick<ReadYaml, 'lineOf'> {
  /** Undefined when there are errors. */
  readonly config: HeliosConfig | undefined;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads `helios.config.yaml`. Every mistake is told at once, by its line: those of YAML, and those
 * against the schema. An empty file holds the defaults.
 */
export function parseConfig(text: string): ParsedConfig {
  const { value, problems: unreadable, lineOf } = readYaml(text);
  if (unreadable.length > 0) return { config: undefined, problems: unreadable, lineOf };
  const result = HeliosConfigSchema.safeParse(value);
  if (result.success) return { config: result.data, problems: [], lineOf };
  const problems = result.error.issues
    .flatMap((issue) => explainIssue(issue, value))
    .map(({ path, message }) => ({
      severity: 'error' as const,
      path,
      line: lineOf(path),
      message,
    }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { config: undefined, problems, lineOf };
}
