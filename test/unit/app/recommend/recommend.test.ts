import { describe, expect, it } from '@jest/globals';
import type { GradeRecord } from '#app/grades/grade-log.ts';
import { recommend } from '#app/recommend/recommend.ts';
import { RecommendRequestSchema, RecommendResponseSchema } from '#contracts/http/recommend.ts';
import { addMs, DAY, DEFAULT_STEP, HOUR, MINUTE } from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { at } from '#test/helpers/memory-services.ts';
import { recommendStory } from '#test/helpers/recommend-story.ts';

const END = at('2026-03-04T12:00:00Z');
type Story = Awaited<ReturnType<typeof recommendStory>>;

async function ask(services: Story, body: object = {}) {
  const request = RecommendRequestSchema.parse({ deployment: 'web', namespace: 'shop', ...body });
  const answer = RecommendResponseSchema.parse(await recommend(services, request));
  const [recommendation] = answer.recommendations;
  if (!recommendation) throw new Error('nothing was answered');
  const codes = recommendation.reasons.map(({ code }) => code);
  return { ...recommendation, metadata: answer.metadata, codes };
}

/** Requests from 100 to 300 a second on 4 replicas that each serve 100 of them fully used. */
const requestsOn = (replicas: number) => (row: number) => {
  const rate = 200 + 100 * Math.sin((2 * Math.PI * row) / 288);
  return { request_rate: rate, cpu_utilization: rate / (100 * replicas), replicas };
};

function gradeRecord(grade: 'predictable' | 'reactive_is_fine'): GradeRecord {
  const evidence = {
    forecasts: 100,
    skillVsNaive: 0.2,
    skillVsSeasonalNaive: 0.1,
    level: 0.8,
    coverage: 0.8,
    relativeWidth: 0.3,
    naiveRelativeError: 0.1,
    hasDrifted: false,
  };
  const state = { grade, leaning: null, looks: 0 };
  const bucket = { from_step: 1, to_step: 288, state, since: END, evidence };
  return { looked_at: END, version: 'v', member: 'auto', step_ms: 300_000, buckets: [bucket] };
}

describe('recommend', () => {
  it('measures utilisation: the seeds took every workload to be half used', async () => {
    const services = await recommendStory(END, { metrics: () => ({ cpu_utilization: 0.95 }) });
    // 0.95 · 4 / 0.7 = 5.43 → 6.
    expect(await ask(services, { current_replicas: 4, price_per_replica_hour: 0.5 })).toMatchObject(
      {
        decision: 'act',
        actions: [{ action: 'scale_out', target_replicas: 6, estimated_savings_percent: -50 }],
        measured: { at: '2026-03-04T12:00:00.000Z', utilization: 0.95, replicas: 4, need: 6 },
        urgency: 'immediate',
        execute_by: '2026-03-04T12:00:00.000Z',
        // Two replicas more: 1 an hour, 730 a month.
        cost: { price_per_replica_hour: 0.5, change_per_hour: 1, change_per_month: 730 },
        metadata: { policy: { target_utilization: 0.7, quantile: 0.9, lead_time_seconds: 300 } },
      },
    );
  });

  it('counts replicas where they are measured, and says when it assumes them', async () => {
    const services = await recommendStory(END, { metrics: requestsOn(4) });
    const counted = await ask(services);
    expect(counted).toMatchObject({ current_state: { replicas: 4, replicas_source: 'measured' } });
    expect(counted.codes).not.toContain('REPLICAS_ASSUMED');
    const uncounted = await recommendStory(END, { metrics: () => ({ cpu_utilization: 0.5 }) });
    expect((await ask(uncounted, { current_replicas: 4 })).codes).toContain('REPLICAS_ASSUMED');
    expect(await ask(uncounted)).toMatchObject({
      decision: 'hold',
      codes: ['REPLICAS_UNKNOWN'],
      actions: [{ action: 'investigate' }],
    });
  });

  it('learns what a replica serves, once a day', async () => {
    const services = await recommendStory(END, { metrics: requestsOn(4) });
    const { demand } = await ask(services);
    expect(demand).toMatchObject({ metric: 'request_rate', capacity_source: 'learned' });
    expect(demand?.capacity_per_replica).toBeCloseTo(100, 3);
    const learnedAt = async () =>
      (await services.demandBases.get('default#shop#web#*'))?.learned_at;
    services.clock.set(addMs(END, HOUR, 23));
    await ask(services);
    expect(await learnedAt()).toBe(END);
    services.clock.set(addMs(END, HOUR, 24));
    await ask(services);
    expect(await learnedAt()).toBe(addMs(END, HOUR, 24));
  });

  it('takes utilisation for no demand where replicas change with it', async () => {
    const metrics = (row: number) => ({ cpu_utilization: 0.5, replicas: 4 + (row % 2) });
    const services = await recommendStory(END, { metrics });
    expect(await ask(services)).toMatchObject({ decision: 'hold', demand: null });
    expect((await ask(services)).codes).toContain('DEMAND_UNKNOWN');
  });

  it('holds before anything was trained, and says why', async () => {
    const services = await recommendStory(END, { metrics: requestsOn(4) });
    expect(await ask(services)).toMatchObject({ decision: 'hold', target_replicas: null });
    expect((await ask(services)).codes).toContain('NO_CHAMPION');
  });

  it('lets no forecast act that is graded for other use', async () => {
    const services = await recommendStory(END, { metrics: requestsOn(4) });
    const subject = { workload: 'default#shop#web#*', metric: 'request_rate' };
    const graded = async (grade: 'predictable' | 'reactive_is_fine') => {
      await services.grades.update(subject, () => gradeRecord(grade));
      return (await ask(services)).codes.includes('GRADE_FORBIDS');
    };
    expect(await graded('reactive_is_fine')).toBe(true);
    expect(await graded('predictable')).toBe(false);
  });

  it('holds when data are stale', async () => {
    const services = await recommendStory(END, { metrics: () => ({ cpu_utilization: 0.95 }) });
    services.clock.set(addMs(END, MINUTE, 16));
    expect(await ask(services, { current_replicas: 4 })).toMatchObject({
      decision: 'hold',
      actions: [{ action: 'investigate', reason_code: 'DATA_STALE' }],
    });
  });

  it('keeps the cooldown in the catalog, of a changed action only, and not on a dry run', async () => {
    const services = await recommendStory(END, { metrics: () => ({ cpu_utilization: 0.95 }) });
    const state = () => services.scalingStates.get('default#shop#web#*');
    await ask(services, { current_replicas: 4, dry_run: true });
    await ask(services, { current_replicas: 8, maximum_replicas: 8 });
    expect(await state()).toBeUndefined();
    await ask(services, { current_replicas: 4 });
    expect(await state()).toEqual({ action: 'scale_out', target: 6, at: END, standing: true });
    expect((await ask(services, { current_replicas: 4 })).metadata.cooldown_active).toBe(true);
  });

  it('leaves no trace of a question about a workload that scoring decides on', async () => {
    const metrics = () => ({ cpu_utilization: 0.95, replicas: 4 });
    const services = await recommendStory(END, { metrics });
    const state = () => services.scalingStates.get('default#shop#web#*');
    expect((await ask(services, { current_replicas: 1 })).metadata.dry_run).toBe(true);
    expect((await ask(services, { target_utilization: 0.5 })).metadata.dry_run).toBe(true);
    expect(await state()).toBeUndefined();
    expect((await ask(services)).metadata.dry_run).toBe(false);
    expect(await state()).toMatchObject({ action: 'scale_out', target: 6 });
  });

  it('lets predictions of the caller add replicas, those of this time only', async () => {
    const services = await recommendStory(END, { metrics: () => ({ cpu_utilization: 0.2 }) });
    const point = (timestamp: string) => ({ timestamp, value: 0.9, upper_bound: 1.05 });
    // 1.05 · 4 / 0.7 = 6.
    const soon = { current_replicas: 4, predictions: [point('2026-03-04T12:05:00Z')] };
    expect(await ask(services, soon)).toMatchObject({
      target_replicas: 6,
      predicted_utilization: 1.05,
    });
    const past = { current_replicas: 4, predictions: [point('2026-02-01T12:05:00Z')] };
    const answer = await ask(services, { ...past, dry_run: true });
    expect(answer.target_replicas).toBeNull();
    expect(answer.codes).toContain('PREDICTIONS_OUT_OF_TIME');
  });

  it('resizes in the units of Kubernetes: 1.5 cores are 1500m', async () => {
    const metrics = () => ({ cpu_cores: 6, cpu_utilization: 0.5, replicas: 4, memory_bytes: 4e9 });
    const services = await recommendStory(END, { metrics });
    const { actions, rightsizing } = await ask(services, {
      cpu_request: '4',
      memory_request: '8Gi',
    });
    // Memory: 1e9 · 1.15 bytes of each replica are 1096.7 Mi, rounded up.
    expect(actions).toContainEqual(
      expect.objectContaining({
        action: 'resize',
        target_cpu_request: '1500m',
        target_memory_request: '1097Mi',
      }),
    );
    expect(rightsizing).toMatchObject({ cpu_cores: 1.5, replicas: 4 });
  });

  it('takes what is configured where the request says nothing', async () => {
    const scaling = {
      deployment: 'web',
      replicas: 3,
      maximum_replicas: 4,
      prices: { unit_hour: 6, minute_short: 0.3 },
    };
    const metrics = () => ({ cpu_utilization: 0.95 });
    const services = await recommendStory(END, { metrics, scaling });
    // 0.95 · 3 / 0.7 = 4.07 → 5, more than the maximum. 0.3 / (0.3 + 6 / 60) = 0.75.
    expect(await ask(services)).toMatchObject({
      current_state: { replicas: 3, replicas_source: 'configured' },
      target_replicas: 4,
      actions: [
        { action: 'scale_out' },
        { action: 'investigate', reason_code: 'CAPPED_BY_MAXIMUM' },
      ],
    });
    expect((await ask(services)).quantile).toBeCloseTo(0.75, 12);
    expect(await ask(services, { preset: 'reliability', maximum_replicas: 9 })).toMatchObject({
      quantile: 0.98,
      target_replicas: 5,
    });
  });

  it('takes no replicas away for a maximum that nobody has stated', async () => {
    const metrics = () => ({ cpu_utilization: 0.66, replicas: 400 });
    const services = await recommendStory(END, { metrics });
    const codes = ['BELOW_MINIMUM', 'ABOVE_MAXIMUM'];
    const answer = await ask(services);
    expect(answer).toMatchObject({ decision: 'hold', target_replicas: null });
    expect(answer.codes.filter((code) => codes.includes(code))).toEqual([]);
    // 0.66 · 400 / 0.7 = 377.1 → 378 are needed: fewer than 390, more than 370.
    const few = await ask(services, { maximum_replicas: 390 });
    expect([few.target_replicas, few.codes.includes('CAPPED_BY_MAXIMUM')]).toEqual([390, false]);
    const fewer = await ask(services, { maximum_replicas: 370 });
    expect(fewer.reasons).toContainEqual(
      expect.objectContaining({ code: 'CAPPED_BY_MAXIMUM', details: { maximum: 370, need: 378 } }),
    );
    // 500 alone contradicts no default.
    expect((await ask(services, { minimum_replicas: 500 })).target_replicas).toBe(500);
  });

  it('does not know the replicas where their counts have ceased', async () => {
    const scaling = { deployment: 'web', replicas: 2 };
    const metrics = () => ({ cpu_utilization: 0.9 });
    // The last count is of so many rows before the newest utilisation: within 15 minutes it holds.
    const counted = async (rowsBehind: number) => {
      const services = await recommendStory(END, { metrics, scaling });
      const replicas = Array.from({ length: 576 - rowsBehind }, () => 10);
      await feed(services, { replicas }, { start: addMs(END, DAY, -2), step: DEFAULT_STEP });
      return services;
    };
    // 0.9 · 10 / 0.7 = 12.9 → 13.
    expect(await ask(await counted(3))).toMatchObject({ target_replicas: 13 });
    for (const rowsBehind of [4, 24]) {
      const services = await counted(rowsBehind);
      expect(await ask(services)).toMatchObject({
        decision: 'hold',
        current_state: { replicas: null, replicas_source: 'unknown' },
        actions: [{ action: 'investigate', reason_code: 'REPLICAS_UNKNOWN' }],
      });
      // Not the ten of then: 0.9 · 20 / 0.7 = 25.7 → 26.
      const stated = await ask(services, { current_replicas: 20 });
      expect(stated).toMatchObject({ target_replicas: 26, measured: { replicas: 20 } });
      expect(stated.codes).toContain('REPLICAS_ASSUMED');
    }
  });

  it.each([4.5, -3, 200_000])('holds at %p replicas, which are no count', async (replicas) => {
    const metrics = () => ({ cpu_utilization: 0.9, replicas });
    expect(await ask(await recommendStory(END, { metrics }))).toMatchObject({
      decision: 'hold',
      current_state: { replicas: null },
      codes: ['REPLICAS_UNKNOWN'],
    });
  });

  it('changes no requests while replicas go, nor from measurements of days ago', async () => {
    const metrics = () => ({ cpu_cores: 1, cpu_utilization: 0.2, replicas: 4 });
    const services = await recommendStory(END, { metrics });
    const actions = async (body: object) => {
      const answer = await ask(services, { cpu_request: '4', ...body });
      return [answer.actions.map(({ action }) => action), answer.codes] as const;
    };
    const [both, restsOn] = await actions({});
    expect(both).toContain('resize');
    expect(restsOn).toContain('WEEK_NOT_SEEN');
    const [going, why] = await actions({ maximum_replicas: 3 });
    expect(going).toEqual(['scale_in']);
    expect(why).toContain('RESIZE_WAITS');
    services.clock.set(addMs(END, DAY, 3));
    const [old, whyOld] = await actions({ current_replicas: 4 });
    expect(old).toEqual(['investigate']);
    expect(whyOld).toContain('RESIZE_STALE');
  });

  it('derives utilisation from demand where its capacity is configured', async () => {
    const services = await recommendStory(END, { metrics: () => ({ jobs: 90 }) });
    const demand = { metric: 'jobs', per_replica: 50 };
    // 90 / (2 · 50) = 0.9; 0.9 · 2 / 0.7 = 2.57 → 3.
    expect(await ask(services, { current_replicas: 2, demand })).toMatchObject({
      target_replicas: 3,
      measured: { utilization: 0.9 },
      demand: { metric: 'jobs', capacity_per_replica: 50, capacity_source: 'configured' },
    });
  });
});
