import { describe, expect, it } from '@jest/globals';
import { createSendBuffer } from '#cli/agent/send-buffer.ts';
import { agentProgram } from '#cli/agent-program.ts';
import type { ApiClient } from '#cli/client.ts';
import { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { DomainError } from '#core/errors.ts';
import { HEALTH } from './answers.ts';
import { errorAnswer, type FakeAnswer, fakeApi, type Received, run } from './fake-environment.ts';

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

describe('helios-agent run', () => {
  it('measures this machine once, prints it, and sends nothing', async () => {
    const api = await fakeApi({});
    const { code, out, err } = await run(['run', '--once', '-e', api.url, '-o', 'json'], {
      program,
    });
    expect(code).toBe(0);
    const samples = JSON.parse(out);
    expect(IngestSamplesSchema.safeParse(samples).success).toBe(true);
    expect(samples.metrics).toContainEqual(
      expect.objectContaining({
        name: 'memory_utilization',
        type: 'gauge',
        source: 'system',
        labels: { deployment: 'host-1', namespace: 'agents', host: 'host-1' },
      }),
    );
    expect(err).toContain('nothing was sent');
    expect(api.received).toEqual([]);
  });

  it('sends each turn with an id of its own, and stops on a signal', async () => {
    const api = await fakeApi({ 'POST /api/v1/ingest': stored });
    const argv = ['run', '-e', api.url, '-d', 'web', '--interval', '10'];
    const { code, slept } = await run(argv, { program, onSleep: (count) => count === 1 });
    expect(code).toBe(0);
    expect(slept).toEqual([10_000, 10_000]);
    const ids = api.received.map(({ body }) => IngestSamplesSchema.parse(body).batch_id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
    expect(api.received[0]?.body).toMatchObject({ step_seconds: 10 });
  });

  it('stops when its key is refused', async () => {
    const api = await fakeApi({
      'POST /api/v1/ingest': errorAnswer(401, 'UNAUTHORIZED', 'bad key'),
    });
    const { code, err } = await run(['run', '-e', api.url], { program });
    expect(code).toBe(2);
    expect(err).toContain('the agent stops');
    expect(api.received).toHaveLength(1);
  });

  it('keeps what an absent service could not take, and sends it with the same id later', async () => {
    let calls = 0;
    const api = await fakeApi({
      'POST /api/v1/ingest': (received) =>
        ++calls <= 4 ? errorAnswer(503, 'STORE_UNAVAILABLE', 'gone') : stored(received),
    });
    // Three pauses between four tries, the pause of the interval, then the signal in the next one.
    const { code, err } = await run(['run', '-e', api.url], {
      program,
      onSleep: (count) => count === 4,
    });
    expect(code).toBe(0);
    expect(err).toContain('gone; 1 batches wait');
    const ids = api.received.map(({ body }) => IngestSamplesSchema.parse(body).batch_id);
    expect(ids.slice(0, 5)).toEqual(Array(5).fill(ids[0]));
    expect(new Set(ids).size).toBe(2);
  });

  it('accepts intervals that its source can measure', async () => {
    expect((await run(['run', '--interval', '60'], { program })).code).toBe(2);
  });
});

describe('send buffer', () => {
  it('drops the oldest when the service is away too long, and counts them', async () => {
    const sent: unknown[] = [];
    const down: ApiClient = {
      endpoint: 'x',
      call: async (_, options) => {
        sent.push(options?.body);
        throw new DomainError('ENDPOINT_UNAVAILABLE', 'away');
      },
    };
    const buffer = createSendBuffer(down);
    for (let i = 0; i < 250; i++)
      buffer.add({ agent_version: '1', step_seconds: i + 1, metrics: [] });
    await expect(buffer.flush()).resolves.toEqual({ accepted: 0, rejected: 0, problem: 'away' });
    expect(buffer).toMatchObject({ waiting: 240, dropped: 10 });
    // The first 10 (steps of 1 to 10 s) are gone.
    expect(sent).toEqual([expect.objectContaining({ step_seconds: 11 })]);
  });
});

describe('helios-agent sources and status', () => {
  it('lists what it measures', async () => {
    const { out } = await run(['sources', '-o', 'csv'], { program });
    expect(out).toContain('source,metric\r\nsystem,cpu_utilization\r\n');
  });

  it('says so when its key may only send', async () => {
    const api = await fakeApi({
      'GET /health': { body: HEALTH },
      'GET /api/v1/workloads': errorAnswer(403, 'FORBIDDEN', 'no'),
    });
    const { code, out } = await run(['status', '-e', api.url], { program });
    expect(code).toBe(0);
    expect(out).toContain('this key may send, but not read');
  });
});
