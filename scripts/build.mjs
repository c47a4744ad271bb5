// Compiles the kernels to WebAssembly; the command, the worker threads and the functions to dist/, where packages
// stay external; the dashboard to dist/web.
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { build as buildPage } from 'vite';
import { buildKernels } from './build-kernels.mjs';

const functions = readdirSync('functions').map((name) => `functions/${name}/index.ts`);

await buildKernels();
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
await buildPage({ configFile: 'web/vite.config.ts', logLevel: 'warn' });
for (const name of ['helios', 'helios-agent']) chmodSync(`dist/bin/${name}.js`, 0o755);
