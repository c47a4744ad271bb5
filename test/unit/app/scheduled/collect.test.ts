import { describe, expect, it } from '@jest/globals';
import type { Collected, CollectRequest, MetricSource } from '#app/ports/metric-source.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
const STEP = durationMs(5 * MINUTE);

/** A source that measured `cpu` every five minutes for ever, and what it was asked for. */
function steadySource(change: (collected: Collected) => Collected = (collected) => collected) {
  const requests: CollectRequest[] = [];
  const source: MetricSource = {
    name: 'steady',
    async collect(request) {
      requests.push(request);
      const { from, to } = request.range;
      const observations: Observation[] = [];
      for (let time = Math.ceil(from / STEP) * STEP; time < to; time += STEP) {
        const measured = epochMs(time);
        observations.push({
          metric: 'cpu_utilization',
          at: measured,
          value: (time / STEP) % 7,
          source: 'steady',
          asOf: measured,
        });
      }
      return change({ step: STEP, observations, counters: [], problems: [] });
    },
  };
  return { source, requests };
}

function planOf(source: MetricSource, more: Partial<CollectPlan> = {}): CollectPlan {
  return { source, metrics: ['cpu_utilization'], ...more };
}

async function slots(services: MemoryServices) {
  const range = { from: addMs(NOW, DAY, -30), to: addMs(NOW, DAY) };
  return services.observations.read(parseWorkloadKey(WEB), STEP, range);
}

describe('a collection', () => {
  it.each<[string, Partial<CollectPlan>, EpochMs]>([
    ['14 days back', {}, addMs(NOW, DAY, -14)],
    ['where its plan says', { since: addMs(NOW, HOUR, -3) }, addMs(NOW, HOUR, -3)],
  ])('first reads from %s', async (_, more, from) => {
    const services = memoryServices(NOW);
    const { source, requests } = steadySource();
    const outcome = await collect(services, WEB, planOf(source, more));
    expect(requests).toEqual([
      {
        workload: parseWorkloadKey(WEB),
        metrics: ['cpu_utilization'],
        range: { from, to: NOW },
      },
    ]);
    expect(outcome).toEqual({ observations: (NOW - from) / STEP, problems: [] });
  });

  it('then reads the last half hour again', async () => {
    const services = memoryServices(NOW);
    const { source, requests } = steadySource();
    await collect(services, WEB, planOf(source));
    services.clock.set(addMs(NOW, MINUTE, 10));
    await collect(services, WEB, planOf(source));
    // The newest observation is of 9:55.
    expect(requests[1]?.range).toEqual({
      from: addMs(NOW, MINUTE, -35),
      to: addMs(NOW, MINUTE, 10),
    });
    expect((await services.directory.get(parseWorkloadKey(WEB)))?.lastSeen).toBe(
      addMs(NOW, MINUTE, 5),
    );
  });

  it('repeated changes nothing', async () => {
    const services = memoryServices(NOW);
    const { source } = steadySource();
    await collect(services, WEB, planOf(source));
    const [stored, known] = [await slots(services), await services.directory.list()];
    await collect(services, WEB, planOf(source));
    expect(await slots(services)).toEqual(stored);
    expect(await services.directory.list()).toEqual(known);
  });

  it('introduces the workload as its plan says', async () => {
    const services = memoryServices(NOW);
    const { source } = steadySource();
    const more = { simulated: true, gridStep: HOUR, since: addMs(NOW, HOUR, -2) };
    await collect(services, WEB, planOf(source, more));
    expect((await services.directory.list())[0]).toMatchObject({
      key: WEB,
      simulated: true,
      gridStep: HOUR,
      firstSeen: addMs(NOW, HOUR, -2),
    });
  });

  it('flags what the source calls counters', async () => {
    const services = memoryServices(NOW);
    const { source } = steadySource((all) => ({ ...all, counters: ['cpu_utilization'] }));
    await collect(services, WEB, planOf(source));
    const [workload] = await services.directory.list();
    expect(workload?.metrics.get('cpu_utilization')?.counter).toBe(true);
  });

  it('marks the deployments that the source knows of', async () => {
    const services = memoryServices(NOW);
    const deployments = [addMs(NOW, HOUR, -2), addMs(NOW, HOUR, -1)];
    const { source } = steadySource((all) => ({ ...all, deployments }));
    await collect(services, WEB, planOf(source));
    await collect(services, WEB, planOf(source));
    expect(await services.marks.deployments(parseWorkloadKey(WEB))).toEqual(deployments);
  });

  it('of nothing makes no workload, and hands on what was wrong', async () => {
    const services = memoryServices(NOW);
    const problems = [{ metric: 'cpu_utilization', reason: 'no such metric' }];
    const { source } = steadySource((all) => ({ ...all, observations: [], problems }));
    expect(await collect(services, WEB, planOf(source))).toEqual({ observations: 0, problems });
    expect(await services.directory.list()).toEqual([]);
  });

  it('that broke off in the middle of a long past is read again from its start', async () => {
    // 70 days are 20160 observations: more than one chunk.
    const services = memoryServices(NOW);
    const { source, requests } = steadySource();
    const plan = planOf(source, { since: addMs(NOW, DAY, -70) });
    let merges = 0;
    const observations: MemoryServices['observations'] = {
      ...services.observations,
      merge: (...args) => {
        merges += 1;
        if (merges === 2) return Promise.reject(new Error('gone'));
        return services.observations.merge(...args);
      },
    };
    await expect(collect({ ...services, observations }, WEB, plan)).rejects.toThrow('gone');
    await collect(services, WEB, plan);
    expect(requests[1]?.range.from).toBe(addMs(NOW, DAY, -70));
    const [column] = await services.observations.read(parseWorkloadKey(WEB), STEP, {
      from: addMs(NOW, DAY, -70),
      to: NOW,
    });
    expect(column?.slots).toHaveLength(20_160);
  });
});
