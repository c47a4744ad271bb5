import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Side } from './trainer-bench.ts';

/** Where Debian's own packages are, when another Python comes first. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** The Python that has this module; undefined where none has. */
export function pythonWith(module: string): string | undefined {
  return PYTHONS.find((each) => spawnSync(each, ['-c', `import ${module}`]).status === 0);
}

/** Whether R has this package. */
export function isInR(name: string): boolean {
  const test = `quit(status = !requireNamespace("${name}", quietly = TRUE))`;
  return spawnSync('Rscript', ['-e', test]).status === 0;
}

/** A side in TypeScript. @param script - name of a file of `sides/` */
export function nodeSide(
  key: string,
  name: string,
  script: string,
  parameters: readonly string[],
): Side {
  const file = fileURLToPath(new URL(`sides/${script}`, import.meta.url));
  return { key, name, command: [process.execPath, '--import', 'tsx', file, ...parameters] };
}

/** Path of a side in another language. @param script - name of a file of `scripts/bench/` */
export function foreignScript(script: string): string {
  return fileURLToPath(new URL(`../../scripts/bench/${script}`, import.meta.url));
}
