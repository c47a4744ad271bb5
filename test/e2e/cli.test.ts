import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PredictResponseSchema } from '#contracts/http/predict.ts';

/** The command as it is installed; `npm test` builds it first. */
const HELIOS = fileURLToPath(new URL('../../dist/bin/helios.js', import.meta.url));
const STEP_MS = 300_000;
const DAYS = 4;

let home = '';
let server: ChildProcess | undefined;

/** Runs a command to its end, in a home of its own. */
function helios(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [HELIOS, ...argv],
      { cwd: home, env: environment() },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
      },
    );
  });
}

function environment() {
  return { PATH: process.env.PATH, HOME: home, USERPROFILE: home, TZ: 'UTC', LANG: 'C' };
}

/** Starts a server and waits for the line that says where it is. */
function serve(): Promise<{ url: string; process: ChildProcess }> {
  const argv = [HELIOS, 'serve', '--port', '0', '--no-sample', '--no-host'];
  const child = spawn(process.execPath, argv, { cwd: home, env: environment() });
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
      const url = /ready: (\S+)/.exec(out)?.[1];
      if (url) resolve({ url, process: child });
    });
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
}

/** Ends the server as a terminal does. */
function stop(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', resolve);
    child.kill('SIGINT');
  });
}

/** A daily wave in the form of the exports in shared data: timestamp,value,filled. */
function wave(): string {
  const start = Date.UTC(2025, 0, 6);
  const lines = Array.from({ length: (DAYS * 86_400_000) / STEP_MS }, (_, i) => {
    const at = new Date(start + i * STEP_MS).toISOString().replace('.000', '');
    const day = Math.sin((i * STEP_MS * 2 * Math.PI) / 86_400_000);
    return `${at},${(50 + 20 * day + ((i * 37) % 11) / 10).toFixed(4)},${i % 100 === 7 ? 1 : 0}`;
  });
  return `timestamp,value,filled\n${lines.join('\n')}\n`;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'helios-e2e-'));
  await writeFile(join(home, 'wave.csv'), wave());
});

afterAll(async () => {
  server?.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

describe('the installed command', () => {
  it('imports, trains and predicts without a server, and the same beside one', async () => {
    const imported = await helios('import', 'wave.csv');
    // 4 days of 288 steps; of every 100 rows one is interpolated: rows 7, 107, ... 1107 are 12.
    expect(imported.out).toContain('1,152 rows read');
    expect(imported.out).toContain('1,140 stored');
    expect(imported.out).toContain('12 left out: interpolated by the exporter');
    expect(imported.code).toBe(0);

    const trained = await helios('train', '-d', 'wave', '-n', 'imported');
    expect(trained.out).toContain('imported/wave  trained');
    expect(trained.out).toMatch(/\| day-naive +\|/);
    expect(trained.code).toBe(0);

    const argv = ['predict', 'value', '-d', 'wave', '-n', 'imported', '-p', '3', '-o', 'json'];
    const alone = await helios(...argv);
    expect(alone.err).toContain('no server is running');
    const before = PredictResponseSchema.parse(JSON.parse(alone.out));
    expect(before.predictions).toHaveLength(3);
    expect(before.simulated).toBe(false);
    expect(before.version).not.toBeNull();

    const started = await serve();
    server = started.process;
    const beside = await helios(...argv);
    expect(beside.err).toBe('');
    const after = PredictResponseSchema.parse(JSON.parse(beside.out));
    expect(after.predictions).toEqual(before.predictions);

    const second = await helios('serve', '--port', '0');
    expect(second.code).toBe(4);
    expect(second.err).toContain('STORE_LOCKED');

    expect(await stop(started.process)).toBe(0);
    server = undefined;
  }, 90_000);

  it('says what is wrong and what to do', async () => {
    const { code, err, out } = await helios('predict', 'cpu', '-e', 'http://127.0.0.1:9');
    expect(code).toBe(5);
    expect(out).toBe('');
    expect(err).toContain('next: is helios serve running? check --endpoint');
  });
});
