import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach } from '@jest/globals';
import type { ApplicationOptions, Environment } from '#cli/environment.ts';
import { heliosProgram } from '#cli/program.ts';
import { type ProgramBuilder, runProgram } from '#cli/run-program.ts';
import { type EpochMs, epochMs } from '#core/time.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'helios-cli-'));
  cleanUps.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as it is. */
  readonly body: unknown;
}

/** A server that answers by `METHOD /path`; a function is called with what came. */
export async function fakeApi(
  answers: Readonly<Record<string, FakeAnswer | ((received: Received) => FakeAnswer)>>,
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const text = Buffer.concat(chunks).toString('utf8');
      const one: Received = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      received.push(one);
      const found = answers[`${one.method} ${one.path}`];
      const answer = typeof found === 'function' ? found(one) : found;
      const {
        status = 200,
        headers = {},
        body,
      } = answer ?? errorAnswer(404, 'NOT_FOUND', 'no route');
      // The time of this machine is nothing to a test: one that wants a date gives it.
      response.sendDate = false;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

export function errorAnswer(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): FakeAnswer {
  return { status, body: { error: { code, message, details, hint: 'a hint' }, request_id: 'r-1' } };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly slept: readonly number[];
  readonly started: readonly ApplicationOptions[];
  readonly stopped: number;
}

export interface RunOptions extends Partial<Environment> {
  readonly program?: ProgramBuilder;
  /** What the application in the same process listens on; none can be started without it. */
  readonly application?: string;
  readonly now?: number;
  /** Called at every sleep with how many there were before; returning true sends a signal. */
  readonly onSleep?: (count: number) => boolean | undefined;
}

/** Midnight of 2026-01-01 in UTC. */
export const NOW: EpochMs = epochMs(Date.UTC(2026, 0, 1));

/** Runs a command line in this process, with a clock that only sleeping moves. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const home = options.homeDirectory ?? (await temporaryDirectory());
  const out: string[] = [];
  const err: string[] = [];
  const slept: number[] = [];
  const started: ApplicationOptions[] = [];
  let stopped = 0;
  let now = options.now ?? NOW;
  const handlers = new Set<() => void>();
  const environment: Environment = {
    argv,
    env: {},
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    stdin: Readable.from([]),
    clock: { now: () => epochMs(now) },
    uptimeMs: () => now,
    sleep: async (ms) => {
      if (options.onSleep?.(slept.length)) for (const handler of handlers) handler();
      slept.push(ms);
      now += ms;
    },
    random: () => 0.5,
    fetch: globalThis.fetch,
    homeDirectory: home,
    workingDirectory: home,
    hostName: 'host-1',
    timeZone: 'UTC',
    onSignal: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exit: () => {},
    startApplication: async (application) => {
      started.push(application);
      if (options.application === undefined) throw new RangeError('no application in this test');
      return {
        url: options.application,
        close: async () => {
          stopped++;
        },
      };
    },
    ...options,
  };
  const code = await runProgram(options.program ?? heliosProgram, environment);
  return { code, out: out.join(''), err: err.join(''), slept, started, stopped };
}
