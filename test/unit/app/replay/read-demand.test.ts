import { describe, expect, it } from '@jest/globals';
import { readDemand } from '#app/replay/read-demand.ts';
import type { ConfiguredScaling } from '#app/scaling-config.ts';
import type { ReplayRequest } from '#contracts/http/replay.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendStory } from '#test/helpers/recommend-story.ts';

const END = at('2026-06-01T12:00:00Z');

async function demandOf(
  metrics: Readonly<Record<string, number>>,
  request: ReplayRequest = {},
  configured: ConfiguredScaling = {},
) {
  const services = await recommendStory(END, { metrics: () => ({ ...metrics }) });
  return readDemand({ ...services, now: services.clock.now, scalingOf: () => configured }, request);
}

/** The newest value. */
const last = ({ series }: Awaited<ReturnType<typeof demandOf>>) => series.values.at(-1);

describe('the demand of a replay', () => {
  it('is what requests say, before CPU', async () => {
    const demand = await demandOf({ request_rate: 40, cpu_utilization: 0.5, replicas: 4 });
    expect(demand).toMatchObject({ metric: 'request_rate', capacityPerUnit: undefined, notes: [] });
    expect(last(demand)).toBe(40);
  });

  it('is CPU of all replicas, each of which is one unit', async () => {
    const demand = await demandOf({ cpu_utilization: 0.5, replicas: 4 });
    expect(demand).toMatchObject({ metric: 'cpu_utilization', capacityPerUnit: 1, notes: [] });
    // Half of four.
    expect(last(demand)).toBe(2);
  });

  it('takes configured replicas to have held, and says so', async () => {
    const demand = await demandOf({ cpu_utilization: 0.5 }, {}, { replicas: 6 });
    expect(last(demand)).toBe(3);
    expect(demand.notes).toMatchObject([{ code: 'REPLICAS_ASSUMED', details: { replicas: 6 } }]);
  });

  it('has no capacity where nobody knows how many replicas there were', async () => {
    const demand = await demandOf({ cpu_utilization: 0.5 });
    expect(demand).toMatchObject({
      capacityPerUnit: undefined,
      notes: [{ code: 'REPLICAS_ASSUMED' }],
    });
  });

  it('is in what is configured, with its capacity', async () => {
    const scaling = { demand: { metric: 'queue_length', per_replica: 25 } };
    const demand = await demandOf({ queue_length: 90, request_rate: 1 }, {}, scaling);
    expect(demand).toMatchObject({ metric: 'queue_length', capacityPerUnit: 25 });
    expect(
      await demandOf({ queue_length: 90, request_rate: 1 }, { metric: 'rps' }, scaling),
    ).toMatchObject({ metric: 'request_rate', capacityPerUnit: undefined });
  });

  it('is what the caller sends, with its gaps', async () => {
    const services = memoryServices(END);
    const history = { start: '2026-01-01T00:00:00Z', step_seconds: 60, values: [1, null, 3] };
    const deps = { ...services, now: services.clock.now, scalingOf: () => ({}) };
    const { series, workload } = await readDemand(deps, { history });
    expect(workload).toBeUndefined();
    expect(series).toMatchObject({ step: 60_000, unit: 'unspecified' });
    expect([...series.values]).toEqual([1, Number.NaN, 3]);
  });

  it('is none where nothing measures load', async () => {
    await expect(demandOf({ restarts: 1 })).rejects.toMatchObject({ code: 'METRIC_UNKNOWN' });
    await expect(demandOf({ restarts: 1 }, { metric: 'rps' })).rejects.toMatchObject({
      code: 'METRIC_UNKNOWN',
    });
  });
});
