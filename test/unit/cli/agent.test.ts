import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openStateDirectory } from '#adapters/agent/state-directory.ts';
import { agentProgram } from '#cli/agent-program.ts';
import { heliosProgram } from '#cli/program.ts';
import { AgentReportSchema } from '#contracts/agent-state.ts';
import { HeartbeatRequestSchema } from '#contracts/http/agents.ts';
import { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { epochMs } from '#core/time.ts';
import { HEALTH } from './answers.ts';
import {
  errorAnswer,
  type FakeAnswer,
  fakeApi,
  NOW,
  type Received,
  type RunOptions,
  run,
  temporaryDirectory,
} from './fake-environment.ts';

const program = agentProgram;

function stored(received: Received): FakeAnswer {
  const body = IngestSamplesSchema.parse(received.body);
  const count = body.metrics.length;
  return {
    body: {
      received: count,
      accepted: count,
      duplicate: 0,
      superseded: 0,
      rejected: 0,
      rejections: [],
      batch_id: body.batch_id ?? null,
    },
  };
}

function beaten(received: Received): FakeAnswer {
  const { agent_id } = HeartbeatRequestSchema.parse(received.body);
  const commands = { paused: false, collection_interval: null };
  return { body: { agent_id, received_at: '2026-01-01T00:00:00Z', commands } };
}

/** An answer of a server whose clock is that of the agent. */
const IN_TIME = { date: 'Thu, 01 Jan 2026 00:00:00 GMT' };

const HELIOS = { 'POST /api/v1/ingest': stored, 'POST /agents/v1/heartbeat': beaten };

/** Intervals and pauses are over at once; bounds, which are longer, hold until they are called off. */
const SHORTEST_BOUND_MS = 20_000;

/** Runs a command in hurried time. @param isDone - when it is told to stop */
function runHurried(
  argv: readonly string[],
  isDone: () => boolean = () => false,
  options: RunOptions = {},
) {
  const handlers = new Set<() => void>();
  let wasStopped = false;
  let now: number = NOW;
  const tick = () => {
    if (wasStopped || !isDone()) return;
    wasStopped = true;
    for (const handler of handlers) handler();
  };
  return run(argv, {
    program,
    clock: { now: () => epochMs(now) },
    uptimeMs: () => now,
    onSignal: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const isBound = ms >= SHORTEST_BOUND_MS || (wasStopped && ms >= 10_000);
        const timer = isBound ? undefined : setTimeout(finish, 5);
        function finish() {
          clearTimeout(timer);
          if (!signal?.aborted) now += ms;
          tick();
          resolve();
        }
        if (signal?.aborted) finish();
        signal?.addEventListener('abort', finish, { once: true });
      }),
    ...options,
  });
}

/** Runs an agent that is stopped after so many batches. */
function runUntil(
  argv: readonly string[],
  received: readonly Received[],
  sends: number,
  options: RunOptions = {},
) {
  const isDone = () => received.filter(({ path }) => path.endsWith('/ingest')).length >= sends;
  return runHurried(argv, isDone, options);
}

describe('helios-agent run', () => {
  it('measures this machine once, prints it, and sends nothing', async () => {
    const api = await fakeApi({});
    const argv = ['run', '--once', '-e', api.url, '-o', 'json'];
    const { code, out, err } = await runHurried(argv);
    expect(code).toBe(0);
    const { batches, problems } = JSON.parse(out);
    expect(problems).toEqual(expect.any(Array));
    expect(IngestSamplesSchema.safeParse(batches[0]).success).toBe(true);
    expect(batches[0].metrics).toContainEqual(
      expect.objectContaining({
        name: 'memory_utilization',
        type: 'gauge',
        source: 'system',
        labels: { deployment: 'host-1', namespace: 'agents', instance: 'host-1' },
      }),
    );
    expect(err).toContain('nothing was sent');
    expect(api.received).toEqual([]);
  });

  it('sends what it has measured once when told to', async () => {
    const api = await fakeApi(HELIOS);
    const argv = ['run', '--once', '--send', '-e', api.url, '-d', 'web', '-n', 'prod'];
    const { code, err } = await runHurried(argv);
    expect(code).toBe(0);
    expect(err).toMatch(/sent to http:\S+: \d+ accepted, 0 rejected/);
    expect(api.received).toHaveLength(1);
    const { metrics, batch_id } = IngestSamplesSchema.parse(api.received[0]?.body);
    expect(batch_id).toMatch(/^agent-[0-9a-f]{64}$/);
    expect(metrics[0]?.labels).toMatchObject({ deployment: 'web', namespace: 'prod' });
  });

  it('sends batches and heartbeats with the key of its environment, under the path of keys', async () => {
    const key = `hk_${'0'.repeat(16)}_${'a'.repeat(64)}`;
    const api = await fakeApi({
      'POST /key/api/v1/ingest': stored,
      'POST /key/agents/v1/heartbeat': beaten,
    });
    const homeDirectory = await temporaryDirectory();
    const env = { HELIOS_ENDPOINT: api.url, HELIOS_API_KEY: key };
    const { code, err, out } = await runUntil(['run'], api.received, 2, { env, homeDirectory });
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).not.toContain('hk_');
    expect(new Set(api.received.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${key}`]),
    );
    const report = await readFile(join(homeDirectory, '.helios', 'agent', 'status.json'), 'utf8');
    expect(report).not.toContain('hk_');
    const { agent_id, sources } = AgentReportSchema.parse(JSON.parse(report));
    expect(agent_id).toMatch(/^host-1-[0-9a-f]{8}$/);
    expect(sources).toMatchObject([{ name: 'system', state: 'ok' }]);
    // It is the same agent the next time.
    await runUntil(['run'], api.received, 3, { env, homeDirectory });
    const beats = api.received.filter(({ path }) => path.endsWith('heartbeat'));
    const ids = beats.map(({ body }) => HeartbeatRequestSchema.parse(body).agent_id);
    expect(new Set(ids)).toEqual(new Set([agent_id]));
  });

  it('stops when its key is refused, and says what waits', async () => {
    const refused = { ...errorAnswer(401, 'UNAUTHORIZED', 'bad key'), headers: IN_TIME };
    const api = await fakeApi({
      'POST /api/v1/ingest': refused,
      'POST /agents/v1/heartbeat': refused,
    });
    const { code, err } = await runUntil(['run', '-e', api.url], api.received, 1_000);
    expect(code).toBe(2);
    expect(err).toContain('the agent stops');
  });

  it('goes on by the time of the endpoint when the clock of this machine is to blame', async () => {
    const headers = { date: 'Thu, 01 Jan 2026 01:00:00 GMT' };
    let beats = 0;
    const api = await fakeApi({
      // The signature was an hour old; the next one is made with the date of this answer.
      'POST /agents/v1/heartbeat': (received) =>
        ++beats === 1
          ? { ...errorAnswer(403, 'FORBIDDEN', 'expired'), headers }
          : { ...beaten(received), headers },
      'POST /api/v1/ingest': stored,
    });
    const { code, err } = await runUntil(['run', '-e', api.url], api.received, 2);
    expect(code).toBe(0);
    expect(err).toContain('refused, and the clock of this machine is 60 min behind');
    expect(err).toContain("samples get the endpoint's time");
    const [first] = api.received.filter(({ path }) => path.endsWith('/ingest'));
    const { metrics } = IngestSamplesSchema.parse(first?.body);
    // Half a second past the date of the answer, and some seconds of the first interval.
    expect(metrics[0]?.timestamp).toMatch(/^2026-01-01T01:00:/);
  });

  it('stops when it is refused by the right time too', async () => {
    const refused = errorAnswer(403, 'FORBIDDEN', 'expired');
    const answer = { ...refused, headers: { date: 'Thu, 01 Jan 2026 01:00:00 GMT' } };
    const api = await fakeApi({
      'POST /agents/v1/heartbeat': answer,
      'POST /api/v1/ingest': answer,
    });
    const { code, err } = await runUntil(['run', '-e', api.url], api.received, 1_000);
    expect(code).toBe(2);
    expect(err).toContain('the agent stops');
  });

  it('shares its directory with no other agent', async () => {
    const homeDirectory = await temporaryDirectory();
    const other = await openStateDirectory(join(homeDirectory, '.helios', 'agent'));
    try {
      const { code, err } = await run(['run'], { program, homeDirectory });
      expect(code).toBe(4);
      expect(err).toContain('another agent runs on');
    } finally {
      await other.close();
    }
  });

  it('refuses a configuration that is wrong, by its lines', async () => {
    const homeDirectory = await temporaryDirectory();
    const file = join(homeDirectory, 'helios-agent.yaml');
    await writeFile(file, 'sources:\n  - type: sistem\n');
    const { code, err } = await run(['run'], { program, homeDirectory });
    expect(code).toBe(2);
    expect(err).toContain(`${file}:2: sources[0].type: there is no source of type sistem`);
    const missing = await run(['run', '-c', 'none.yaml'], { program, homeDirectory });
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('helios agent init');
  });
});

describe('helios-agent init and test', () => {
  it('writes a configuration that works as it is, and no second one', async () => {
    const homeDirectory = await temporaryDirectory();
    expect((await run(['init'], { program, homeDirectory })).code).toBe(0);
    const file = join(homeDirectory, 'helios-agent.yaml');
    expect((await stat(file)).mode & 0o077).toBe(0);
    const again = await run(['init'], { program, homeDirectory });
    expect(again.code).toBe(2);
    expect(again.err).toContain('--force');
    const api = await fakeApi(HELIOS);
    const env = { HELIOS_ENDPOINT: api.url };
    const options = { homeDirectory, env };
    const tested = await runHurried(['test', '-o', 'json'], undefined, options);
    expect(tested.code).toBe(0);
    const { checks } = JSON.parse(tested.out);
    expect(checks).toMatchObject([
      { part: 'configuration', ok: true, message: file },
      { part: 'source system', ok: true },
      { part: `endpoint ${api.url}`, ok: true },
    ]);
    expect(api.received.map(({ body }) => body)).toEqual([{ batch_id: 'test', metrics: [] }]);
  });

  it('says what does not work', async () => {
    const api = await fakeApi({
      'POST /api/v1/ingest': {
        ...errorAnswer(401, 'UNAUTHORIZED', 'there is no such key'),
        headers: IN_TIME,
      },
    });
    const { code, out } = await runHurried(['test', '-e', api.url]);
    expect(code).toBe(2);
    expect(out).toMatch(/failed +\| there is no such key/);
  });
});

describe('helios-agent sources and status', () => {
  it('lists what it can read', async () => {
    const { code, out, err } = await run(['sources', '-o', 'csv'], { program });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('type,summary,configured\r\n');
    expect(out).toMatch(/^system,.*,system\r$/m);
  });

  it('says how the agent of this machine did', async () => {
    const api = await fakeApi({ ...HELIOS, 'GET /health': { body: HEALTH } });
    const homeDirectory = await temporaryDirectory();
    const env = { HELIOS_ENDPOINT: api.url };
    const before = await run(['status'], { program, homeDirectory, env });
    expect(before.out).toContain('no agent has run');
    await runUntil(['run'], api.received, 1, { homeDirectory, env });
    const { code, out } = await run(['status'], { program, homeDirectory, env });
    expect(code).toBe(0);
    expect(out).toMatch(/host-1-[0-9a-f]{8}, heard of 0 ?s ago\n\d+ samples sent, 0 wait\n/);
  });
});

describe('helios agent and helios sources', () => {
  const AGENT = {
    id: 'web-1',
    status: 'online',
    last_seen: '2025-12-31T23:59:50Z',
    registered_at: '2025-12-01T00:00:00Z',
    commands: { paused: true, collection_interval: null },
    hostname: 'web-1',
    platform: 'linux',
    agent_version: '0.1.0',
    started_at: '2025-12-01T00:00:00Z',
    sent_at: '2025-12-31T23:59:50Z',
    heartbeat_seconds: 30,
    paused: false,
    collection_interval: null,
    sent_samples: 5,
    buffer: { waiting_samples: 3, waiting_bytes: 300, dropped_samples: 0, on_disk: true },
    sources: [],
  };

  it('lists agents, pauses them, resumes them and sets their interval', async () => {
    const api = await fakeApi({
      'GET /api/v1/agents': { body: { agents: [AGENT] } },
      'PATCH /api/v1/agents/web-1': { body: AGENT },
    });
    const list = await run(['agent', 'list', '-e', api.url]);
    expect(list.out).toMatch(/web-1 +\| online +\| 10 s ago +\| pause \(not yet heard\)/);
    for (const argv of [['pause'], ['resume'], ['interval', '60'], ['interval', 'default']]) {
      const [name = '', ...rest] = argv;
      const { code, err } = await run(['agent', name, 'web-1', ...rest, '-e', api.url]);
      expect(code).toBe(0);
      expect(err).toContain('web-1 hears of it within 30 s');
    }
    expect(api.received.slice(1).map(({ body }) => body)).toEqual([
      { paused: true },
      { paused: false },
      { collection_interval: 60 },
      { collection_interval: null },
    ]);
    expect((await run(['agent', 'interval', 'web-1', '4', '-e', api.url])).code).toBe(2);
  });

  it('lists the metrics of a source, its workloads, and reads it', async () => {
    const metrics = await run(['sources', 'list-metrics', '--filter', 'memory', '-o', 'csv']);
    expect(metrics.out).toBe(
      'source,metric,detail\r\nsystem,memory_utilization,\r\nsystem,memory_bytes,\r\n',
    );
    const check = await run(['sources', 'check', '-s', 'system', '-d', 'web', '-o', 'json']);
    expect(JSON.parse(check.out).workloads).toMatchObject([
      {
        source: 'system',
        workload: 'agents/web',
        metrics: expect.arrayContaining(['cpu_utilization']),
      },
    ]);
    const test = await runHurried(['sources', 'test', '-o', 'json'], undefined, {
      program: heliosProgram,
    });
    expect(JSON.parse(test.out).checks).toMatchObject([{ part: 'source system', ok: true }]);
    const unknown = await run(['sources', 'test', '-s', 'datadog']);
    expect(unknown.err).toContain('no source datadog is configured');
  });
});
