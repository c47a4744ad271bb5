// Deploys what moto's CloudFormation supports of the templates and runs the stores' contract suites
// against it. Skipped with a message where there is no moto_server (pip install 'moto[server]').
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const START_MS = 60_000;
const POLL_MS = 200;

const isThere = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
if (!isThere) {
  console.log("test:moto is skipped: there is no moto_server (pip install 'moto[server]')");
  process.exit(0);
}

const port = await freePort();
// By name and not by number: moto tells services apart by host, and takes numbers for buckets.
const endpoint = `http://localhost:${port}`;
// A group of its own: where the command is a shim, the server is its child.
const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
  detached: true,
  stdio: 'ignore',
});
const stop = () => {
  if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM');
};
process.once('SIGINT', stop);
try {
  await answers();
  console.log(`moto_server answers at ${endpoint}`);
  const { status } = spawnSync(
    process.execPath,
    [
      fileURLToPath(new URL('jest.mjs', import.meta.url)),
      '--config',
      'jest.moto.config.mjs',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: { ...process.env, HELIOS_MOTO_ENDPOINT: endpoint } },
  );
  process.exitCode = status ?? 1;
} finally {
  stop();
}

async function answers() {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`moto_server does not answer at ${endpoint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
