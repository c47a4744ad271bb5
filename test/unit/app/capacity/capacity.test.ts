import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CapacityDeps } from '#app/capacity/capacity-deps.ts';
import { planCapacity } from '#app/capacity/plan-capacity.ts';
import { rightSize } from '#app/capacity/right-size.ts';
import { fusionWeightsOf } from '#app/capacity/rightsizing-block.ts';
import { whenCrossed } from '#app/capacity/when-crossed.ts';
import { ingest } from '#app/ingest/ingest.ts';
import { ScalingConfigSchema } from '#contracts/config/scaling.ts';
import { CapacityQuerySchema, CapacityResponseSchema } from '#contracts/http/capacity.ts';
import { IngestRequestSchema } from '#contracts/http/ingest.ts';
import { RightsizingQuerySchema, RightsizingResponseSchema } from '#contracts/http/rightsizing.ts';
import { WhenQuerySchema, WhenResponseSchema } from '#contracts/http/when.ts';
import { addMs, HOUR } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining } from '#test/helpers/first-training.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const MI = 2 ** 20;

function plan(deps: CapacityDeps, period: string, query: Record<string, string> = {}) {
  return planCapacity(deps, period, CapacityQuerySchema.parse(query));
}

function size(deps: CapacityDeps, query: Record<string, string> = {}) {
  return rightSize(deps, RightsizingQuerySchema.parse(query));
}

function when(deps: CapacityDeps, query: Record<string, string>) {
  return whenCrossed(deps, WhenQuerySchema.parse(query));
}

/** A day by the hour of one workload with its own columns, nothing trained. */
async function observed(columns: Readonly<Record<string, readonly (number | null)[]>>, hours = 24) {
  const services = memoryServices(addMs(START, HOUR, hours));
  await feed(services, columns, { start: START });
  return services;
}

function flat(value: number, hours = 24): number[] {
  return new Array<number>(hours).fill(value);
}

describe('capacity of a period', () => {
  let trained: CapacityDeps;
  beforeAll(async () => {
    trained = await afterFirstTraining(72);
  });

  it('comes from the model that serves, with what was measured of it', async () => {
    const answer = CapacityResponseSchema.parse(await plan(trained, 'next_day'));
    const cpu = answer.metrics.cpu_utilization;
    expect(answer.model_info).toMatchObject({
      model_version: cpu?.version,
      training_date: '2026-03-04T12:00:00.000Z',
    });
    // The shape is 0.5 + 0.3 sin of the day: 0.8 at 06:00.
    expect(cpu?.peak.at).toBe('2026-03-06T06:00:00.000Z');
    expect(cpu?.peak.value).toBeCloseTo(0.8, 1);
    expect(cpu?.mean.value).toBeCloseTo(0.5, 1);
    expect(cpu?.mean.lower).toBeLessThan(0.5);
  });

  it('is refused where the newest value is more than 30 days old', async () => {
    const services = await afterFirstTraining(72);
    services.clock.set(at('2026-04-22T23:00:00Z'));
    expect(await rejectionOf(plan(services, 'next_day'))).toBe('HISTORY_TOO_SHORT');
  });

  it('needs a name, a zone and a metric that exist', async () => {
    expect(await rejectionOf(plan(trained, 'next_year'))).toBe('REQUEST_INVALID');
    expect(await rejectionOf(plan(trained, 'next_day', { time_zone: 'Mars' }))).toBe(
      'REQUEST_INVALID',
    );
    expect(await rejectionOf(plan(trained, 'next_day', { metrics: 'latency' }))).toBe(
      'METRIC_UNKNOWN',
    );
  });

  it('says cores and bytes of the whole and sizes of one replica', async () => {
    const services = await observed(
      {
        cpu_cores: flat(2, 60),
        memory_bytes: flat(800 * MI, 60),
        replicas: flat(4, 60),
      },
      60,
    );
    const answer = await plan(services, 'next_day');
    expect(answer.predictions.cpu_cores).toBeCloseTo(2, 9);
    // 800 Mi are 838,860,800 bytes.
    expect(answer.predictions.memory_gb).toBeCloseTo(0.8388608, 9);
    // A constant is forecast without an error: 2 / 4 cores, 200 Mi, the limit 15 % above.
    expect(answer.recommendations.cpu).toMatchObject({ request: '500m', limit: '500m' });
    expect(answer.recommendations.memory).toMatchObject({ request: '200Mi', limit: '230Mi' });
    // Nothing was trained, and there is no hour of the peak in a repeated value.
    expect(answer.metrics.cpu_cores).toMatchObject({
      model: 'naive',
      version: null,
      peak: { at: null, local_time: null },
      // 60 hours measure naive 30 hours ahead; the end of tomorrow is farther.
      reasons: [{ code: 'NOT_TRAINED' }, { code: 'BEYOND_MEASURED' }],
    });
  });

  it('divides nothing by replicas that nobody knows', async () => {
    const services = await observed({ cpu_cores: flat(2, 60) }, 60);
    const { recommendations, predictions } = await plan(services, 'next_day');
    expect(predictions.cpu_cores).toBeCloseTo(2, 9);
    expect(recommendations.cpu).toMatchObject({
      request: null,
      reasons: [{ code: 'REPLICAS_UNKNOWN' }],
    });
  });

  it('names the metrics without an answer', async () => {
    const services = await observed(
      { cpu_cores: flat(2, 60), memory_bytes: [...new Array<null>(58).fill(null), MI, MI] },
      60,
    );
    const { errors, metrics } = await plan(services, 'next_day');
    expect(Object.keys(metrics)).toEqual(['cpu_cores']);
    expect(errors.memory_bytes?.code).toBe('HISTORY_TOO_SHORT');
  });
});

describe('the time to a limit', () => {
  it('is a distribution over the hours ahead', async () => {
    const deps = await afterFirstTraining(72);
    const answer = WhenResponseSchema.parse(
      await when(deps, { metric: 'cpu', above: '70%', horizon_hours: '24' }),
    );
    // The shape is above 0.7 from 03:00 (0.712) to 09:00.
    expect(answer.status).toBe('expected');
    expect(answer.crossing.map(({ at: time }) => time?.slice(0, 13))).toEqual([
      '2026-03-05T03',
      '2026-03-05T03',
      '2026-03-05T04',
    ]);
    expect(answer.horizon_until).toBe('2026-03-06T00:00:00.000Z');
  });

  it('is now where the value is beyond it already', async () => {
    const deps = await afterFirstTraining(72);
    const { status, probability, crossing } = await when(deps, { metric: 'cpu', above: '0.2' });
    expect([status, probability]).toEqual(['beyond_now', 1]);
    expect(crossing.map(({ seconds }) => seconds)).toEqual([0, 0, 0]);
  });

  it('is not within the horizon where nothing points there, with its probability', async () => {
    const deps = await afterFirstTraining(72);
    const answer = await when(deps, { metric: 'cpu', below: '0.01', horizon_hours: '12' });
    expect(answer).toMatchObject({ status: 'not_within_horizon', probability: 0 });
    expect(answer.crossing.every(({ at: time }) => time === null)).toBe(true);
  });

  it('is unknown without an interval: too little was measured', async () => {
    const services = await observed({ cpu_utilization: flat(0.5, 6) }, 6);
    const answer = await when(services, { metric: 'cpu', above: '0.9', horizon_hours: '2' });
    expect(answer).toMatchObject({ status: 'unknown', probability: null, distribution: [] });
    expect(answer.reasons.map(({ code }) => code)).toEqual(['NOT_TRAINED', 'NO_INTERVAL']);
  });

  it('takes a percentage of ratios only, and no limit that cannot be crossed', async () => {
    const services = await observed({ cpu_utilization: flat(0.5), cpu_cores: flat(2) });
    const code = (query: Record<string, string>) => rejectionOf(when(services, query));
    expect(await code({ metric: 'cpu_cores', above: '90%' })).toBe('REQUEST_INVALID');
    expect(await code({ metric: 'cpu', above: '90' })).toBe('REQUEST_INVALID');
    expect(await code({ metric: 'cpu', below: '0' })).toBe('REQUEST_INVALID');
  });
});

describe('the sizes of containers', () => {
  it('are those of each container, not of all pooled', async () => {
    const services = memoryServices(addMs(START, HOUR, 24));
    const containers = { app: 400, sidecar: 200 };
    for (const [container, mebibytes] of Object.entries(containers)) {
      await ingest(
        services,
        IngestRequestSchema.parse({
          deployment: 'web',
          namespace: 'shop',
          container,
          start: '2026-03-02T00:00:00Z',
          step_seconds: 3_600,
          columns: { memory_bytes: flat(2 * mebibytes * MI) },
          backfill: true,
        }),
      );
    }
    // The whole deployment knows how many replicas there are.
    await feed(services, { replicas: flat(2) }, { start: START });
    const answer = RightsizingResponseSchema.parse(
      await size(services, { deployment: 'web', namespace: 'shop' }),
    );
    // 400 x 1.15 and 200 x 1.15.
    expect(
      answer.containers.map(({ container_name, recommended_requests }) => [
        container_name,
        recommended_requests.memory,
      ]),
    ).toEqual([
      ['app', '460Mi'],
      ['sidecar', '230Mi'],
    ]);
    expect(answer.containers[0]?.rightsizing).toMatchObject({
      replicas: 2,
      pipeline_type: 'statistical',
      fusion_weights: null,
    });
  });

  it('rest on what the configuration states where a request says nothing', async () => {
    const services = await observed({ cpu_utilization: flat(0.5) });
    const scaling = ScalingConfigSchema.parse([
      { deployment: 'web', replicas: 3, resources: { cpu_request: '2' } },
    ]);
    const { containers } = await size({ ...services, scaling });
    expect(containers[0]).toMatchObject({
      current_requests: { cpu: '2' },
      recommended_requests: { cpu: '1' },
    });
    const asked = await size({ ...services, scaling }, { cpu_request: '1' });
    expect(asked.containers[0]?.recommended_requests.cpu).toBe('500m');
  });

  it('refuse a configured quantity that is none', async () => {
    const services = await observed({ memory_bytes: flat(MI) });
    const scaling = ScalingConfigSchema.parse([{ resources: { memory_request: '128m' } }]);
    expect(await rejectionOf(size({ ...services, scaling }))).toBe('CONFIG_INVALID');
  });

  it('are held with the reason where too little was measured or is known', async () => {
    const services = await observed({ cpu_cores: flat(1, 6), memory_bytes: flat(MI, 6) }, 6);
    const [unknown] = (await size(services)).containers;
    expect(unknown?.reasons.use.map(({ code }) => code)).toContain('REPLICAS_UNKNOWN');
    expect(unknown?.recommended_requests).toEqual({ cpu: null, memory: null });
    const [short] = (await size(services, { replicas: '1' })).containers;
    expect(short?.reasons.cpu.map(({ code }) => code)).toEqual(['HISTORY_TOO_SHORT']);
  });

  it('of ml say which model they are made of', async () => {
    const deps = await afterFirstTraining(72);
    const [container] = (await size(deps, { strategy: 'ml', cpu_request: '500m' })).containers;
    expect(container?.rightsizing.pipeline_type).not.toBe('statistical');
    expect(container?.reasons.cpu[0]?.code).toBe('CPU_FORECAST');
    expect(container?.reasons.memory[0]?.code).toBe('MEMORY_UNKNOWN');
  });

  it('show the weights of a fusion, and of nothing else', () => {
    const members = [
      { name: 'prophet', weight: 0.25 },
      { name: 'xgboost', weight: 0.75 },
    ];
    const blends = {
      fusion: { kind: 'fusion' as const, members, evidence: 12, refused: [] },
      median: { kind: 'median' as const, members: ['prophet'] },
    };
    expect(fusionWeightsOf({ blends }, 'fusion')).toEqual({ prophet: 0.25, xgboost: 0.75 });
    expect(fusionWeightsOf({ blends }, 'median')).toBeNull();
    expect(fusionWeightsOf({ blends }, 'toString')).toBeNull();
  });
});
