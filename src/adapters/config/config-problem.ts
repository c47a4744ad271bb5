/** Something about a configuration file that its writer should know. */
export interface ConfigProblem {
  /** An error keeps the file from being used; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** Where, as keys and indices. */
  readonly path: readonly (string | number)[];
  /** 1 for the first line; null where the file has no such place. */
  readonly line: number | null;
  /** What is wrong, with the value found and what is allowed. */
  readonly message: string;
}

/** Where a problem is, as people write it. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/**
 * A problem as one line: file, line, place, what is wrong.
 * @example
 * ```ts
 * const finding = { severity: 'warning', line: 7, message: 'no workload is meant' } as const;
 * const text = problemText('helios.config.yaml', { ...finding, path: ['events', 0, 'deployment'] });
 * text; // => 'helios.config.yaml:7: warning: events[0].deployment: no workload is meant'
 * ```
 */
export function problemText(file: string, problem: ConfigProblem): string {
  const place = problem.line === null ? file : `${file}:${problem.line}`;
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const at = problem.path.length === 0 ? '' : `${pathText(problem.path)}: `;
  return `${place}: ${kind}${at}${problem.message}`;
}
