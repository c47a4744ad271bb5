import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createAgentClock } from '#app/agent/agent-clock.ts';
import { clockTeller } from '#app/agent/agent-status.ts';
import { type AgentOptions, runAgent } from '#app/agent/run-agent.ts';
import type { OpenSource } from '#app/agent/source-loop.ts';
import { heartbeat } from '#app/agents/manage-agents.ts';
import { ingest } from '#app/ingest/ingest.ts';
import type { AgentUplink, Uplinked } from '#app/ports/agent-uplink.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import type { AgentState } from '#contracts/agent-state.ts';
import { HeartbeatRequestSchema } from '#contracts/http/agents.ts';
import { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { type Clock, DAY, durationMs, epochMs, HOUR, SECOND } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { memorySegments } from './memory-segments.ts';
import { memoryServices } from './memory-services.ts';
import { virtualTime } from './virtual-time.ts';

export const START = epochMs(Date.UTC(2026, 0, 5, 12));
export const WEB = workloadId({ deployment: 'web' });
export const STEP = durationMs(15 * SECOND);

/** A source that counts how often it was read: its value is the number of the reading. */
export function counting(
  { clock }: { readonly clock: Clock },
  name = 'probe',
): MetricSource & { readings: number } {
  const source = {
    name,
    readings: 0,
    collect: async () => {
      throw new Error('agents sweep');
    },
    sweep: async ({ every = STEP }) => {
      const at = clock.now();
      const value = ++source.readings;
      const observation = { metric: 'jobs', at, value, source: name, asOf: at };
      const collected = { step: every, observations: [observation], counters: [], problems: [] };
      return { workloads: [{ workload: WEB, collected }], problems: [] };
    },
  };
  return source;
}

/** It as an agent has it open. */
export function opened(source: MetricSource, seconds = 15): OpenSource {
  return {
    name: source.name,
    type: 'system',
    source,
    interval: durationMs(seconds * SECOND),
    timeout: durationMs(10 * SECOND),
    labels: {},
  };
}

/** A Helios of its own, which can be down, busy, or refuse. */
export function world() {
  const time = virtualTime(START);
  const services = memoryServices(START);
  const disk = memorySegments();
  const earlyDisk = memorySegments();
  const said: string[] = [];
  const calls = { send: [] as { readonly id: string; readonly at: number }[], beats: 0 };
  const messages = {
    info: (text: string) => said.push(text),
    warn: (text: string) => said.push(text),
  };
  /** What Helios' clock shows, whatever is done to the agent's machine. */
  const trueTime = () => epochMs(START + time.elapsed());
  const clock = createAgentClock(time.clock, time.uptimeMs, clockTeller(messages));
  /** An answer that takes no time, with its date in whole seconds. */
  const dated = () => mood.isDated && clock.hear(Math.floor(trueTime() / SECOND) * SECOND, 0);
  const mood = {
    answer: undefined as undefined | (() => Uplinked<never>),
    afterStoring: false,
    /** Its answers have a date. */
    isDated: true,
  };
  const uplink: AgentUplink = {
    endpoint: 'http://helios',
    async send({ id, json }) {
      calls.send.push({ id, at: time.elapsed() });
      const refused = mood.answer?.();
      if (refused && !mood.afterStoring) return refused;
      services.clock.set(trueTime());
      dated();
      const body = IngestSamplesSchema.parse({ ...JSON.parse(json), batch_id: id });
      const value = await ingest(services, body);
      return refused ?? { kind: 'done', value };
    },
    async heartbeat(request) {
      calls.beats++;
      const refused = mood.answer?.();
      if (refused) return refused;
      services.clock.set(trueTime());
      dated();
      const value = await heartbeat(services, HeartbeatRequestSchema.parse(request));
      return { kind: 'done', value };
    },
  };
  let state: AgentState = {
    agent_id: 'agent-1',
    commands: { paused: false, collection_interval: null },
    cursors: {},
  };
  let random = 0.5;
  const start = async (sources: readonly OpenSource[], options: Partial<AgentOptions> = {}) => {
    let stop = () => {};
    const buffer = await openDiskBuffer(disk, { maxBytes: 1_000_000, fsync: true });
    const early = await openDiskBuffer(earlyDisk, { maxBytes: 1_000_000, fsync: true });
    const ended = runAgent(
      {
        sleep: time.sleep,
        clock,
        sha256: nodeKeyCrypto.sha256,
        random: () => random,
        buffer,
        early,
        uplink,
        messages,
        memory: {
          save: async (next) => {
            state = next;
          },
          report: async () => {},
        },
        onStop: (how) => {
          stop = how;
        },
      },
      {
        version: '1',
        hostname: 'host-1',
        platform: 'linux',
        sources,
        state,
        heartbeatEvery: durationMs(30 * SECOND),
        flushEvery: durationMs(SECOND),
        firstDelay: durationMs(SECOND),
        catchUp: HOUR,
        batchSize: 100,
        stopWithin: durationMs(10 * SECOND),
        ...options,
      },
    );
    return { ended, buffer, early, stop: () => stop() };
  };
  /** Values stored, by time: what was counted, neither lost nor doubled. */
  const stored = async () => {
    const range = { from: epochMs(START - DAY), to: epochMs(START + DAY) };
    const columns = await services.observations.read(WEB, STEP, range);
    return columns.flatMap(({ slots }) => slots.map(({ value }) => value));
  };
  return {
    time,
    clock,
    services,
    disk,
    said,
    calls,
    mood,
    start,
    stored,
    setRandom: (r: number) => {
      random = r;
    },
  };
}

/** 1, 2, … */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** Nobody listens. */
export const DOWN = (): Uplinked<never> => ({ kind: 'later', message: 'nobody listens' });
