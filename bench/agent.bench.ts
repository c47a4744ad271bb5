import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { directorySegments } from '#adapters/agent/segment-files.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { systemClock } from '#adapters/system-clock.ts';
import { createAgentClock } from '#app/agent/agent-clock.ts';
import { runAgent } from '#app/agent/run-agent.ts';
import type { AgentUplink } from '#app/ports/agent-uplink.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { durationMs, HOUR, SECOND } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

const MEGABYTE = 1_000_000;

export interface AgentBenchOptions {
  readonly samplesPerSecond: number;
  readonly seconds: number;
  readonly print: (line: string) => void;
}

const FULL: AgentBenchOptions = { samplesPerSecond: 10_000, seconds: 60, print: console.log };

/** What an agent needs for many samples a second: collected, kept on disk with fsync, sent over HTTP. */
export async function run(options: AgentBenchOptions = FULL): Promise<void> {
  const { print, samplesPerSecond, seconds } = options;
  print(`agent: ${samplesPerSecond} samples/s for ${seconds} s, to a process of its own\n`);
  const { startBytes, peakBytes, received, waiting, cpuShare } = await measureAgent(options);
  print(`  received ${received}, waiting ${waiting}`);
  const [start, peak] = [startBytes, peakBytes].map((bytes) => (bytes / MEGABYTE).toFixed(0));
  print(`  memory ${peak} MB at most (resident; ${start} MB before), budget 200 MB`);
  print(`  CPU ${(cpuShare * 100).toFixed(0)} % of one core`);
}

/** Runs an agent for so long and measures this whole process. */
export async function measureAgent({ samplesPerSecond, seconds }: AgentBenchOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'helios-agent-bench-'));
  const sink = await startSink();
  const buffer = await openDiskBuffer(await directorySegments(folder), {
    maxBytes: 256 * MEGABYTE,
    fsync: true,
  });
  const early = await openDiskBuffer(await directorySegments(join(folder, 'early')), {
    maxBytes: 16 * MEGABYTE,
    fsync: true,
  });
  let stop = () => {};
  const startBytes = process.memoryUsage.rss();
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, 100);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  try {
    const ended = runAgent(
      {
        clock: createAgentClock(
          systemClock,
          () => performance.now(),
          () => {},
        ),
        sleep: async (ms, signal) => {
          await setTimeout(ms, undefined, signal && { signal }).catch(() => {});
        },
        random: Math.random,
        sha256: nodeKeyCrypto.sha256,
        buffer,
        early,
        uplink: uplinkTo(sink.url),
        messages: { info: () => {}, warn: () => {} },
        memory: { save: async () => {}, report: async () => {} },
        onStop: (how) => {
          stop = how;
        },
      },
      {
        version: 'bench',
        hostname: 'bench',
        platform: process.platform,
        sources: [
          {
            name: 'bench',
            type: 'system',
            source: manySamples(samplesPerSecond),
            interval: SECOND,
            timeout: durationMs(10 * SECOND),
            labels: {},
          },
        ],
        state: {
          agent_id: 'bench',
          commands: { paused: false, collection_interval: null },
          cursors: {},
        },
        heartbeatEvery: durationMs(30 * SECOND),
        flushEvery: durationMs(0),
        firstDelay: SECOND,
        catchUp: HOUR,
        batchSize: 2_000,
        stopWithin: durationMs(30 * SECOND),
      },
    );
    await setTimeout(seconds * 1_000);
    stop();
    await ended;
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuShare = (user + system) / 1_000 / (performance.now() - startedAt);
    const waiting = buffer.state().waitingSamples;
    return { startBytes, peakBytes, received: await sink.received(), waiting, cpuShare };
  } finally {
    clearInterval(timer);
    sink.close();
    await buffer.close();
    await early.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** So many values of a hundred workloads at every reading. */
function manySamples(count: number): MetricSource {
  const workloads = Array.from({ length: 100 }, (_, i) => workloadId({ deployment: `web-${i}` }));
  const each = Math.ceil(count / workloads.length);
  return {
    name: 'bench',
    collect: () => Promise.reject(new TypeError('an agent sweeps')),
    sweep: async () => {
      const at = systemClock.now();
      return {
        problems: [],
        workloads: workloads.map((workload) => ({
          workload,
          collected: {
            step: SECOND,
            counters: [],
            problems: [],
            observations: Array.from({ length: each }, (_, i) => ({
              metric: `metric_${i}`,
              at,
              value: Math.sin(at / 1_000 + i),
              source: 'bench',
              asOf: at,
            })),
          },
        })),
      };
    },
  };
}

/** A process of its own that takes batches. */
async function startSink() {
  const path = fileURLToPath(new URL('agent-sink.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const url = String(line).trim();
  return {
    url,
    received: async () => Number(await (await fetch(url)).text()),
    close: () => child.kill(),
  };
}

function uplinkTo(url: string): AgentUplink {
  return {
    endpoint: url,
    async send({ id, json, samples }) {
      const body = `{"batch_id":${JSON.stringify(id)},${json.slice(1)}`;
      const response = await fetch(url, { method: 'POST', body });
      await response.text();
      const counts = { accepted: samples, duplicate: 0, superseded: 0, rejected: 0 };
      const value = { received: samples, ...counts, rejections: [], batch_id: id };
      return { kind: 'done', value };
    },
    heartbeat: async () => ({ kind: 'later', message: 'no heartbeat here' }),
  };
}
