// Compiles the command, the worker threads and the functions to dist/. Packages stay external.
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const functions = readdirSync('functions').map((name) => `functions/${name}/index.ts`);

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['bin/helios.ts', 'bin/helios-agent.ts', 'src/server/task-worker.ts', ...functions],
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});
for (const name of ['helios', 'helios-agent']) chmodSync(`dist/bin/${name}.js`, 0o755);
