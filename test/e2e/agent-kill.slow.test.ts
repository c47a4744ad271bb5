import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from '@jest/globals';
import { parseBatchLine } from '#adapters/agent/batch-line.ts';
import { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { ROOT } from '#test/helpers/repository.ts';
import { until } from '#test/helpers/until.ts';

const LONG_MS = 60_000;
const clean: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const each of clean.splice(0)) await each();
});

/** How the service treats a batch: it is away, stores it and loses the answer, or answers. */
type Mood = 'away' | 'loses answers' | 'answers';

async function service() {
  const stored: { readonly id: string; readonly body: string }[] = [];
  const acknowledged: string[] = [];
  const state: { mood: Mood } = { mood: 'away' };
  const answer = (response: ServerResponse, body: unknown, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const error = { code: 'STORE_UNAVAILABLE', message: 'away', details: {}, hint: '' };
    if (state.mood === 'away') return answer(response, { error, request_id: 'r' }, 503);
    if (request.url?.endsWith('/heartbeat')) {
      const commands = { paused: false, collection_interval: null };
      const { agent_id } = JSON.parse(text);
      return answer(response, { agent_id, received_at: '2026-01-01T00:00:00Z', commands });
    }
    const body = IngestSamplesSchema.parse(JSON.parse(text));
    const id = body.batch_id ?? '';
    stored.push({ id, body: text });
    if (state.mood === 'loses answers') return request.socket.destroy();
    acknowledged.push(id);
    const count = body.metrics.length;
    const counts = { received: count, accepted: count, duplicate: 0, superseded: 0, rejected: 0 };
    return answer(response, { ...counts, rejections: [], batch_id: id });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  clean.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stored, acknowledged, state };
}

function startAgent(config: string, url: string): ChildProcess {
  const args = ['--import', 'tsx', 'bin/helios-agent.ts', 'run', '-c', config];
  const env = { PATH: process.env.PATH, HOME: join(config, '..'), HELIOS_ENDPOINT: url };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' });
  clean.push(async () => child.kill('SIGKILL'));
  return child;
}

/** The batches whose line is whole on the disk, in their order. */
async function onDisk(buffer: string): Promise<readonly string[]> {
  const names = (await readdir(buffer).catch(() => [])).filter((name) => name.endsWith('.seg'));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(buffer, name), 'utf8')));
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => parseBatchLine(line)?.id ?? []),
  );
}

it('an agent that is killed sends everything it had on the disk, once, when it is started again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'helios-agent-kill-'));
  clean.push(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'helios-agent.yaml');
  const yaml = 'agent: {state_dir: STATE}\nsources: [{type: system, interval: 1}]\n';
  await writeFile(
    config,
    `${yaml.replace('STATE', join(folder, 'state'))}helios: {retry_delay: 0.1}\n`,
  );
  const buffer = join(folder, 'state', 'buffer');
  const { url, state, stored, acknowledged } = await service();

  const first = startAgent(config, url);
  await until(LONG_MS, 'two batches on the disk', async () => (await onDisk(buffer)).length >= 2);
  state.mood = 'loses answers';
  await until(LONG_MS, 'a batch that was stored, but not acknowledged', () => stored.length > 0);
  first.kill('SIGKILL');
  await once(first, 'exit');
  const waiting = await onDisk(buffer);
  expect(waiting.length).toBeGreaterThanOrEqual(2);
  expect(acknowledged).toEqual([]);

  state.mood = 'answers';
  const second = startAgent(config, url);
  await until(LONG_MS, 'everything', () => waiting.every((id) => acknowledged.includes(id)));
  second.kill('SIGTERM');
  const [code] = await once(second, 'exit');
  expect(code).toBe(0);
  // None twice, and what was stored before the kill came again as the same batch: it is known by its id.
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(stored[0]?.id).toBe(waiting[0]);
  expect(stored.find(({ id }, i) => i > 0 && id === waiting[0])?.body).toBe(stored[0]?.body);
});

it('an agent holds its memory at 10,000 samples a second', async () => {
  const script = `import('./bench/agent.bench.ts')
    .then(({ measureAgent }) => measureAgent({ samplesPerSecond: 10_000, seconds: 8 }))
    .then((measured) => console.log(JSON.stringify(measured)));`;
  const args = ['--import', 'tsx', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { peakBytes, received, waiting } = JSON.parse(stdout);
  expect(waiting).toBe(0);
  // 8 or 9 readings; a few marks are cut by the edges of chunks and not counted.
  expect(received).toBeGreaterThan(75_000);
  // This process compiles TypeScript and receives the samples as well.
  expect(peakBytes).toBeLessThan(200_000_000);
});
