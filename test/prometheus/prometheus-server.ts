import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';

/** Why these tests cannot run here; undefined when they can. */
export const MISSING: string | undefined = ['prometheus', 'promtool'].find((program) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
});

/** A real server in a folder of its own, on a port of its own. */
export interface PrometheusServer {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Fills a new data folder with an OpenMetrics text. */
export async function prometheusServer(openMetrics: string): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'helios-prometheus-'));
  const data = join(folder, 'data');
  writeFileSync(join(folder, 'input.om'), openMetrics);
  writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
  if (openMetrics !== '') {
    execFileSync(
      'promtool',
      ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'input.om'), data],
      { stdio: 'ignore' },
    );
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let running: ChildProcess | undefined;

  const stop = async () => {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    url,
    async start() {
      running = spawn(
        'prometheus',
        [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${data}`,
          '--storage.tsdb.retention.time=10y',
          `--web.listen-address=127.0.0.1:${port}`,
          '--web.enable-remote-write-receiver',
          '--log.level=error',
        ],
        { stdio: 'ignore' },
      );
      for (let i = 0; i < 200; i++) {
        const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
        if (answer?.status === 200) return;
        await wait(50);
      }
      throw new Error('prometheus did not get ready');
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const AnswerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

/** What the server itself answers, asked without any code of ours: one value a time of evaluation. */
export async function ownAnswer(
  url: string,
  query: string,
  grid: { readonly from: number; readonly to: number; readonly stepSeconds: number },
): Promise<
  readonly {
    readonly labels: Record<string, string>;
    readonly values: readonly [number, string][];
  }[]
> {
  const address = new URL('/api/v1/query_range', url);
  address.search = new URLSearchParams({
    query,
    start: String(grid.from / 1_000),
    end: String(grid.to / 1_000),
    step: String(grid.stepSeconds),
  }).toString();
  const { data } = AnswerSchema.parse(await (await fetch(address)).json());
  return data.result.map(({ metric, values }) => ({ labels: metric, values }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
