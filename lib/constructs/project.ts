import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: entries, the lockfile and the configuration are found from here. */
export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where `npm run build` puts the dashboard. */
export const PAGE_DIRECTORY = join(PROJECT_ROOT, 'dist/web');

/** The folder with one folder for each Lambda function. */
export const FUNCTIONS_DIRECTORY = join(PROJECT_ROOT, 'functions');

/** The module that holds a function's `handler`. `lib` names it and never imports it. */
export function functionEntry(name: string): string {
  return join(FUNCTIONS_DIRECTORY, name, 'index.ts');
}
