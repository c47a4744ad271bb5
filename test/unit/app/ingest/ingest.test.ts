import { describe, expect, it } from '@jest/globals';
import { readFrame } from '#app/read-frame.ts';
import { requireWorkload } from '#app/workload-directory.ts';
import { IngestRequestSchema } from '#contracts/http/ingest.ts';
import { addMs, durationMs, type EpochMs, epochMs, MINUTE, SECOND, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { memoryServices, memoryStores } from '#test/helpers/memory-services.ts';
import { LABELS, NOW, sample, send, stored } from './sample.ts';

describe('a batch of samples', () => {
  it('is counted sample by sample', async () => {
    const services = memoryServices(NOW);
    await send(services, { metrics: [sample({ timestamp: '2026-03-02T09:50:10Z' })] });
    const answer = await send(services, {
      metrics: [
        sample({ value: 0.6 }), // new
        sample({ value: 0.6 }), // the same again
        sample({ value: 0.4 }), // same time, less: the greater value stands
        sample({ timestamp: '2026-03-02T09:50:05Z' }), // known by 9:50:10 in the same 15 s slot
        sample({ value: 'much' }),
      ],
    });
    expect(answer).toEqual({
      received: 5,
      accepted: 1,
      duplicate: 1,
      superseded: 2,
      rejected: 1,
      rejections: [
        { index: 4, code: 'VALUE_INVALID', message: 'the value is no number from -1e30 to 1e30' },
      ],
      batch_id: null,
    });
    // 9:50:10 was stored first; 9:59:00 holds the greater of 0.6 and 0.4.
    expect(await stored(services)).toEqual([
      { metric: 'cpu_utilization', source: 'agent', values: [0.5, 0.6] },
    ]);
  });

  it('goes to the workload that its labels name', async () => {
    const services = memoryServices(NOW);
    await send(services, {
      metrics: [
        sample(),
        sample({ labels: { deployment: 'web', namespace: 'shop', cluster: 'eu' } }),
        sample({ labels: { deployment: 'web', container: 'app' } }),
        sample({ labels: { deployment: 'api', container_name: 'side' } }),
      ],
    });
    const keys = (await services.directory.list()).map(({ key }) => key);
    expect(keys).toEqual([
      'default#default#api#side',
      'default#default#web#*',
      'default#default#web#app',
      'eu#shop#web#*',
    ]);
  });

  it('keeps instances apart, the most specific label first', async () => {
    const services = memoryServices(NOW);
    await send(services, {
      metrics: [
        sample({ labels: { ...LABELS, host: 'h1' } }),
        sample({ value: 0.7, labels: { ...LABELS, host: 'h1', pod: 'web-1' } }),
        sample({ value: 0.9, source: 'node-exporter' }),
      ],
    });
    expect(await stored(services)).toEqual([
      { metric: 'cpu_utilization', source: 'agent@h1', values: [0.5] },
      { metric: 'cpu_utilization', source: 'agent@web-1', values: [0.7] },
      { metric: 'cpu_utilization', source: 'node-exporter', values: [0.9] },
    ]);
    // Instances are one source to the directory.
    const [workload] = await services.directory.list();
    expect([...(workload?.sources.keys() ?? [])]).toEqual(['agent/15000', 'node-exporter/15000']);
  });

  it('is stored at the step its source measures at', async () => {
    const services = memoryServices(NOW);
    await send(services, { step_seconds: 60, metrics: [sample(), sample({ value: 0.2 })] });
    expect(await stored(services)).toEqual([]);
    expect(await stored(services, 60)).toEqual([
      { metric: 'cpu_utilization', source: 'agent', values: [0.5] },
    ]);
  });

  it('understands every spelling of a time, and never guesses a zone', async () => {
    const services = memoryServices(NOW);
    const seconds = Math.floor(NOW / 1_000) - 60;
    const { accepted, duplicate, rejections } = await send(services, {
      metrics: [
        sample({ timestamp: '2026-03-02T10:59:00+01:00' }),
        sample({ timestamp: seconds }),
        sample({ timestamp: seconds * 1_000 }),
        sample({ timestamp: String(seconds) }),
        sample({ timestamp: '2026-03-02T09:59:00' }),
      ],
    });
    expect({ accepted, duplicate }).toEqual({ accepted: 1, duplicate: 3 });
    expect(rejections.map(({ code }) => code)).toEqual(['TIMESTAMP_ZONE_MISSING']);
  });

  it('marks counters, which become rates when they are read', async () => {
    const services = memoryServices(NOW);
    const counter = (minute: number, value: number) =>
      sample({
        name: 'requests',
        type: 'counter',
        value,
        timestamp: toIso(addMs(NOW, MINUTE, minute)),
      });
    await send(services, {
      step_seconds: 60,
      metrics: [counter(-6, 100), counter(-5, 700), counter(-4, 1_900)],
    });
    const workload = await requireWorkload(services.directory, workloadId(LABELS));
    expect(workload.metrics.get('request_rate')?.counter).toBe(true);
    const frame = await readFrame(services.observations, workload, {
      from: addMs(NOW, durationMs(5 * MINUTE), -2),
      to: NOW,
    });
    // (700-100)/60 s = 10/s at 9:55 and (1900-700)/60 s = 20/s at 9:56, both in the slot of 9:55.
    expect([...(frame?.series.get('request_rate')?.values ?? [])]).toEqual([Number.NaN, 15]);
  });
});

describe('columns', () => {
  const START = '2026-03-02T09:50:00Z';

  it('are stored a value a step, null left out', async () => {
    const services = memoryServices(NOW);
    const answer = await send(services, {
      deployment: 'web',
      start: START,
      step_seconds: 60,
      columns: { cpu: [0.1, null, 0.3], requests: [10, 20, null] },
      counters: ['rps'],
    });
    expect(answer).toMatchObject({ received: 4, accepted: 4, rejected: 0 });
    expect(await stored(services, 60)).toEqual([
      { metric: 'cpu_utilization', source: 'agent', values: [0.1, 0.3] },
      { metric: 'request_rate', source: 'agent', values: [10, 20] },
    ]);
    const [workload] = await services.directory.list();
    expect(workload?.metrics.get('request_rate')?.counter).toBe(true);
    expect(workload?.metrics.get('cpu_utilization')?.counter).toBe(false);
    expect(toIso(workload?.firstSeen ?? epochMs(0))).toBe('2026-03-02T09:50:00.000Z');
    expect(toIso(workload?.lastSeen ?? epochMs(0))).toBe('2026-03-02T09:52:00.000Z');
  });

  it('name what is refused row by row, metric by metric', async () => {
    const answer = await send(memoryServices(NOW), {
      deployment: 'web',
      start: '2026-03-02T10:04:00Z',
      step_seconds: 60,
      // 10:04, 10:05 and 10:06: only the last lies more than 5 minutes ahead.
      columns: { cpu: [0.1, 0.2, 0.3], memory: [null, 0.2, null] },
    });
    expect(answer).toMatchObject({ received: 4, accepted: 3, rejected: 1 });
    expect(answer.rejections.map(({ index, code }) => [index, code])).toEqual([[2, 'IN_FUTURE']]);
  });

  it('need a deployment', async () => {
    const body = { start: START, step_seconds: 60, columns: { cpu: [0.1] } };
    expect(await rejectionOf(send(memoryServices(NOW), body))).toBe('REQUEST_INVALID');
  });

  it('of several instances are kept apart', async () => {
    const services = memoryServices(NOW);
    const body = { deployment: 'web', start: START, step_seconds: 60 };
    await send(services, { ...body, instance: 'pod-1', columns: { cpu: [0.1] } });
    await send(services, { ...body, instance: 'pod-2', source: 'import', columns: { cpu: [0.9] } });
    expect(await stored(services, 60)).toEqual([
      { metric: 'cpu_utilization', source: 'agent@pod-1', values: [0.1] },
      { metric: 'cpu_utilization', source: 'import@pod-2', values: [0.9] },
    ]);
    const bad = IngestRequestSchema.safeParse({ ...body, instance: 'a@b', columns: { cpu: [1] } });
    expect(bad.success).toBe(false);
  });

  it('of a source that cannot be one are refused', () => {
    for (const source of ['', 'a@b', 'a/b', 'a\nb']) {
      const body = { deployment: 'web', start: START, step_seconds: 60, columns: { cpu: [1] } };
      expect(IngestRequestSchema.safeParse({ ...body, source }).success).toBe(false);
    }
  });
});

describe('a batch with an id', () => {
  const BATCH = { batch_id: 'b-1', metrics: [sample(), sample({ value: null })] };

  it('is answered the same when it comes again', async () => {
    const services = memoryServices(NOW);
    const first = await send(services, BATCH);
    services.clock.set(addMs(NOW, MINUTE, 5));
    expect(await send(services, BATCH)).toEqual(first);
    expect(first).toMatchObject({ accepted: 1, duplicate: 0, rejected: 1, batch_id: 'b-1' });
  });

  it('is completed when the store failed in between', async () => {
    const stores = memoryStores();
    let calls = 0;
    const services = memoryServices(NOW, {
      ...stores,
      observations: {
        ...stores.observations,
        merge: (...args) => {
          calls += 1;
          if (calls === 2) return Promise.reject(new Error('gone'));
          return stores.observations.merge(...args);
        },
      },
    });
    const batch = {
      batch_id: 'b-2',
      metrics: [sample(), sample({ labels: { deployment: 'api' } })],
    };
    await expect(send(services, batch)).rejects.toThrow('gone');
    // The first workload was stored before; it is a duplicate now, and the second is new.
    expect(await send(services, batch)).toMatchObject({ accepted: 1, duplicate: 1 });
    expect((await services.directory.list()).map(({ key }) => key)).toEqual([
      'default#default#api#*',
      'default#default#web#*',
    ]);
  });
});

it('keeps when a value was first seen', async () => {
  const services = memoryServices(NOW);
  const seenAt = async (): Promise<readonly EpochMs[]> => {
    const columns = await services.observations.read(workloadId(LABELS), durationMs(15 * SECOND), {
      from: addMs(NOW, MINUTE, -60),
      to: NOW,
    });
    return columns.flatMap(({ slots }) => slots.map(({ firstSeen }) => firstSeen));
  };
  await send(services, { metrics: [sample()] });
  services.clock.set(addMs(NOW, MINUTE, 3));
  await send(services, { metrics: [sample()] });
  expect(await seenAt()).toEqual([NOW]);
});
