import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '#server/package-root.ts';

/** The text of the README. */
export const readme = await readFile(join(packageRoot(), 'README.md'), 'utf8');

/** The lines of all fenced blocks of one language. */
export function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text]) => text ?? '',
  );
}
