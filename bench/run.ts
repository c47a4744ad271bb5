import { readdirSync } from 'node:fs';

/** `npm run bench [-- name]`: runs one benchmark of this folder, or all of them in turn. */
const wanted = process.argv.slice(2);
const known = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}: there are ${known.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  const { run } = await import(`./${name}.bench.ts`);
  await run();
}
