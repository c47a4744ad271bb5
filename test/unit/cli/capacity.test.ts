import { describe, expect, it } from '@jest/globals';
import { CapacityResponseSchema } from '#contracts/http/capacity.ts';
import { RightsizingResponseSchema } from '#contracts/http/rightsizing.ts';
import { WhenResponseSchema } from '#contracts/http/when.ts';
import { fakeApi, type RunOptions, run } from './fake-environment.ts';

const WORKLOAD = { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' };

const PLAN = CapacityResponseSchema.parse({
  workload: WORKLOAD,
  simulated: false,
  generated_at: '2026-03-28T12:00:00Z',
  valid_until: '2026-03-28T13:00:00Z',
  period: 'next_day',
  forecast_type: 'daily_average',
  time_zone: 'Europe/Berlin',
  from: '2026-03-28T23:00:00Z',
  to: '2026-03-29T22:00:00Z',
  hours: 23,
  date: '2026-03-29',
  day_of_week: 'Sunday',
  level: 0.8,
  predictions: { cpu_cores: 1.5, memory_gb: null, cpu_range: { min: 1.2, max: 1.8 } },
  recommendations: {
    preset: 'quantiles',
    cpu: {
      request: '600m',
      limit: '750m',
      reasons: [{ code: 'UPPER_BOUND', message: 'the request covers the upper bound' }],
    },
    memory: {
      request: null,
      limit: null,
      reasons: [{ code: 'NOT_FORECAST', message: 'there is no forecast of memory_bytes' }],
    },
  },
  insights: {
    cpu_utilization: null,
    memory_utilization: null,
    confidence: { level: 0.8, coverage: 0.79, cases: 1_200 },
  },
  model_info: null,
  metrics: {
    cpu_cores: {
      unit: 'cores',
      hours: 23,
      mean: { value: 1.5, lower: 1.2, upper: 1.8 },
      p95: { value: 2, lower: 1.7, upper: 2.4 },
      peak: {
        value: 2.5,
        lower: 2.1,
        upper: 3,
        at: '2026-03-29T01:00:00Z',
        local_time: '2026-03-29T03:00+02:00',
      },
      observed_peak: 2.75,
      model: 'auto',
      version: 'abc',
      stage: 'champion',
      trained_at: '2026-03-28T00:00:00Z',
      data_as_of: '2026-03-28T11:00:00Z',
      skill: null,
      coverage: [],
      reasons: [],
    },
  },
  errors: { memory_bytes: { code: 'HISTORY_TOO_SHORT', message: 'two values' } },
  reasons: [{ code: 'MEAN_OF_REPLICAS', message: 'use is the mean over the replicas' }],
});

const CROSSING = WhenResponseSchema.parse({
  workload: WORKLOAD,
  simulated: true,
  metric: 'memory_utilization',
  unit: 'ratio',
  side: 'above',
  limit: 0.9,
  generated_at: '2026-01-01T00:00:00Z',
  data_as_of: '2025-12-31T23:55:00Z',
  valid_until: '2026-01-01T02:00:00Z',
  status: 'expected',
  current: { timestamp: '2025-12-31T23:55:00Z', value: 0.8 },
  horizon_until: '2026-01-31T00:00:00Z',
  probability: 0.6,
  smallest_probability: 0.01,
  crossing: [
    { quantile: 0.1, at: '2026-01-03T00:00:00Z', seconds: 172_800 },
    { quantile: 0.5, at: '2026-01-09T00:00:00Z', seconds: 691_200 },
    { quantile: 0.9, at: null, seconds: null },
  ],
  distribution: [
    { timestamp: '2026-01-03T00:00:00Z', probability: 0.2 },
    { timestamp: '2026-01-09T00:00:00Z', probability: 0.6 },
  ],
  forecasts: [
    {
      step_seconds: 300,
      until: '2026-01-02T00:00:00Z',
      model: 'auto',
      version: 'abc',
      stage: 'champion',
      coverage: [],
    },
  ],
  reasons: [],
});

const STATS = { mean: 1, median: 1, std: 0, min: 1, max: 1, percentile: 1, count: 288 };

const SIZES = RightsizingResponseSchema.parse({
  service_name: 'web',
  namespace: 'shop',
  cluster: 'default',
  simulated: false,
  timestamp: '2026-01-01T00:00:00Z',
  strategy: 'statistical',
  parameters: {
    duration_hours: 24,
    cpu_percentile: 95,
    cpu_margin: 1.2,
    memory_buffer_percentage: 15,
    cpu_floor: '100m',
    memory_floor: '128Mi',
    level: 0.8,
  },
  containers: [
    {
      service_name: 'web',
      container_name: 'app',
      namespace: 'shop',
      timestamp: '2026-01-01T00:00:00Z',
      strategy: 'statistical',
      data_as_of: '2025-12-31T23:55:00Z',
      current_requests: { cpu: '500m', memory: null },
      recommended_requests: { cpu: '234m', memory: null },
      recommended_limits: { cpu: null, memory: null },
      analysis: {
        cpu: { percentile_value: 0.2337, current_usage_stats: STATS, has_data: true },
        memory: {
          max_usage_bytes: null,
          buffer_percentage: 15,
          current_usage_stats: { ...STATS, count: 0 },
          has_data: false,
        },
      },
      rightsizing: {
        cpu_cores: 0.2337,
        memory_bytes: null,
        replicas: null,
        pipeline_type: 'statistical',
        fusion_weights: null,
      },
      reasons: {
        cpu: [{ code: 'CPU_QUANTILE', message: 'P95 is 0.2337 cores' }],
        memory: [{ code: 'MEMORY_UNKNOWN', message: 'the memory is not known' }],
        use: [{ code: 'WEEK_NOT_SEEN', message: 'only 24 hours were looked at' }],
      },
    },
  ],
});

async function helios(
  argv: readonly string[],
  path: string,
  answer: unknown,
  options: RunOptions = {},
) {
  const api = await fakeApi({ [`GET ${path}`]: { body: answer } });
  const ran = await run([...argv, '-e', api.url], options);
  return { ...ran, query: api.received[0]?.query };
}

const plan = (options = '', more: RunOptions = {}) =>
  helios(
    ['capacity', 'next_day', ...options.split(' ').filter(Boolean)],
    '/api/v1/capacity/next_day',
    PLAN,
    more,
  );
const when = (options: string, answer: unknown = CROSSING) =>
  helios(['when', '-m', 'memory', ...options.split(' ')], '/api/v1/when', answer);
const rightsize = (options: string) =>
  helios(['rightsize', ...options.split(' ')], '/api/v1/rightsizing', SIZES);

describe('helios capacity', () => {
  it('plans days of this machine’s zone, or of the one named', async () => {
    expect((await plan('', { timeZone: 'Asia/Tokyo' })).query).toEqual({ time_zone: 'Asia/Tokyo' });
    expect((await plan('--utc', { timeZone: 'Asia/Tokyo' })).query).toEqual({ time_zone: 'UTC' });
    const { query } = await plan(
      '--zone Europe/Berlin -d web --metrics cpu,memory -r 3 --cpu-request 500m --preset seeds --level 0.9',
    );
    expect(query).toEqual({
      time_zone: 'Europe/Berlin',
      deployment: 'web',
      metrics: 'cpu,memory',
      replicas: '3',
      cpu_request: '500m',
      preset: 'seeds',
      level: '0.9',
    });
  });

  it('prints units, the zone, the hour of the peak and the sizes', async () => {
    const { code, out, err } = await plan('--zone Europe/Berlin');
    expect(code).toBe(0);
    expect(out).toContain('shop/web next_day');
    expect(out).toContain('2026-03-29 00:00+01:00 to 2026-03-30 00:00+02:00, 23 hours');
    expect(out).toContain('80 % (--level); held 79 % of 1,200 later values');
    expect(out).toMatch(/cpu_cores.*mean.*1\.500 cores.*1\.200 cores.*1\.800 cores/);
    expect(out).toMatch(/cpu_cores.*peak.*2\.500 cores.*3\.000 cores.*2026-03-29 03:00\+02:00/);
    expect(out).toMatch(/cpu_cores.*seen.*2\.750 cores/);
    expect(out).toMatch(/cpu .*600m.*750m/);
    expect(out).toMatch(/memory .*\?.*\?.*there is no forecast of memory_bytes/);
    expect(err).toContain('memory_bytes has no answer: two values (HISTORY_TOO_SHORT)');
  });

  it('prints CSV with every bound, without units', async () => {
    const { out } = await plan('-o csv');
    const [header, row] = out.split('\r\n');
    expect(header).toBe(
      'metric,mean,mean_lower,mean_upper,p95,p95_lower,p95_upper,peak,peak_lower,peak_upper,peak_at,observed_peak',
    );
    expect(row).toBe('cpu_cores,1.5,1.2,1.8,2,1.7,2.4,2.5,2.1,3,2026-03-29T01:00:00Z,2.75');
  });

  it('prints the answer itself as JSON', async () => {
    expect(JSON.parse((await plan('-o json')).out)).toEqual(PLAN);
  });
});

describe('helios when', () => {
  it('tells by when, with which probability, and that data are simulated', async () => {
    const { code, out, query } = await when('--above 90%');
    expect(code).toBe(0);
    expect(query).toEqual({ metric: 'memory', above: '90%' });
    expect(out).toContain('shop/web memory_utilization above 90.00 %  SIMULATED');
    expect(out).toContain('more likely than not: 60 % at least by');
    expect(out).toMatch(/50 %.*2026-01-09.*8 d/);
    expect(out).toMatch(/90 %.*\? not within the horizon/);
  });

  it.each([
    // 0.2 within seven days, 0.6 within nine.
    ['--fail-within 7d', 0],
    ['--fail-within 9d', 1],
    ['--fail-within 7d --probability 0.2', 1],
    ['--fail-within 30d --probability 0.7', 0],
  ])('%s ends with %i', async (flags, code) => {
    expect((await when(`--above 0.9 ${flags}`)).code).toBe(code);
  });

  it('does not pass a check that could not be made', async () => {
    const blind = { ...CROSSING, status: 'unknown', probability: null, distribution: [] };
    const ran = await when('--above 0.9 --fail-within 7d', blind);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('the forecast has no interval');
    const short = { ...CROSSING, horizon_until: '2026-01-05T00:00:00Z' };
    expect((await when('--above 0.9 --fail-within 7d', short)).code).toBe(3);
  });

  it('looks as far as the check needs', async () => {
    expect((await when('--above 0.9 --fail-within 7d')).query?.horizon_hours).toBe('168');
    expect((await when('--below 0.1 --horizon 12h')).query).toEqual({
      metric: 'memory',
      below: '0.1',
      horizon_hours: '12',
    });
  });

  it.each([
    '',
    '--above 0.9 --below 0.1',
    '--above 0.9 --horizon 31d',
    '--above 0.9 --horizon soon',
  ])('refuses %p', async (flags) => {
    expect((await run(['when', '-m', 'memory', ...flags.split(' ').filter(Boolean)])).code).toBe(2);
  });
});

describe('helios rightsize', () => {
  it('asks as MOrA did, under either name of the service', async () => {
    const { query } = await rightsize(
      '--service web --namespace shop --strategy ml --duration-hours 168 --cpu-limits',
    );
    expect(query).toEqual({
      deployment: 'web',
      namespace: 'shop',
      strategy: 'ml',
      duration_hours: '168',
      cpu_limits: 'true',
    });
    expect((await rightsize('-d web')).query).toEqual({ deployment: 'web' });
  });

  it('prints what a container has, what it should have, and why', async () => {
    const { code, out } = await rightsize('--service web');
    expect(code).toBe(0);
    expect(out).toContain('statistical: CPU covers P95, memory the greatest use + 15 %');
    expect(out).toContain('only 24 hours were looked at (WEEK_NOT_SEEN)');
    expect(out).toMatch(/app .*cpu .*500m.*234m.*none.*P95 is 0\.2337 cores/);
    expect(out).toMatch(/app .*memory .*\?.*\?.*\?.*the memory is not known/);
  });
});
