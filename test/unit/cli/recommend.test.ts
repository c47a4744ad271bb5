import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { policyUsed } from '#app/recommend/policy-of.ts';
import {
  type Recommendation,
  RecommendRequestSchema,
  type RecommendResponse,
  RecommendResponseSchema,
} from '#contracts/http/recommend.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { fakeApi, run } from './fake-environment.ts';

const SCALE_OUT: Recommendation = {
  workload: 'web',
  namespace: 'shop',
  cluster: 'default',
  container: 'app',
  simulated: false,
  timestamp: '2026-01-01T00:02:00.000Z',
  current_state: {
    replicas: 4,
    replicas_source: 'measured',
    cpu_request: '250m',
    memory_request: '512Mi',
    cpu_limit: null,
    memory_limit: null,
  },
  decision: 'act',
  actions: [
    {
      action: 'scale_out',
      target_replicas: 6,
      confidence: 0.81,
      confidence_cases: 400,
      reason: 'demand may reach 380: 0.95 of 4 replicas, 6 are needed',
      reason_code: 'FORECAST_NEED',
      estimated_savings_percent: -50,
    },
    {
      action: 'resize',
      target_cpu_request: '300m',
      reason: 'the quantile 0.95 of what was measured is 0.2916 cores',
      reason_code: 'CPU_QUANTILE',
    },
  ],
  target_replicas: 6,
  lower_replicas: 4,
  upper_replicas: 6,
  quantile: 0.9,
  lead_time_seconds: 300,
  p_short: 0.01,
  measured: { at: '2026-01-01T00:00:00.000Z', utilization: 0.62, replicas: 4, need: 4 },
  demand: {
    metric: 'request_rate',
    unit: 'per_second',
    value: 380,
    capacity_per_replica: 100,
    idle_utilization: 0,
    capacity_source: 'learned',
    fit: { rows: 336, explained: 0.967 },
  },
  predicted_utilization: 0.9,
  time_horizon_minutes: 60,
  reasons: [
    { code: 'FORECAST_NEED', message: 'demand may reach 380: 0.95 of 4 replicas, 6 are needed' },
  ],
  cost: { price_per_replica_hour: 0.05, change_per_hour: 0.1, change_per_month: 73 },
  urgency: 'high',
  execute_by: '2026-01-01T00:05:00.000Z',
  valid_until: '2026-01-01T00:15:00.000Z',
  rightsizing: null,
};

const HOLD: Recommendation = {
  ...SCALE_OUT,
  decision: 'hold',
  actions: [
    { action: 'investigate', reason: 'the newest one | is *old*', reason_code: 'DATA_STALE' },
  ],
  target_replicas: null,
  lower_replicas: null,
  upper_replicas: null,
  p_short: null,
  cost: null,
  reasons: [{ code: 'DATA_STALE', message: 'the newest one | is *old*' }],
  urgency: 'low',
  execute_by: null,
};

async function recommend(options: string, recommendation = SCALE_OUT) {
  const body: RecommendResponse = {
    generated_at: recommendation.timestamp,
    recommendations: [recommendation],
    metadata: {
      cooldown_active: false,
      target_utilization: 0.7,
      policy: policyUsed(DEFAULT_POLICY),
      model: 'auto',
      model_version: 'abc123',
      dry_run: false,
    },
  };
  const api = await fakeApi({
    'POST /api/v1/recommend': { body: RecommendResponseSchema.parse(body) },
  });
  const ran = await run(['recommend', ...options.split(' ').filter(Boolean), '-e', api.url]);
  return { ...ran, received: api.received };
}

describe('helios recommend asks', () => {
  it.each([
    ['', {}],
    [
      '--deployment my-app --namespace default --replicas 2',
      { deployment: 'my-app', namespace: 'default', current_replicas: 2 },
    ],
    [
      '-d web -r 2 --cpu-request 100m --memory-request 256Mi -t 0.6',
      {
        deployment: 'web',
        current_replicas: 2,
        cpu_request: '100m',
        memory_request: '256Mi',
        target_utilization: 0.6,
      },
    ],
    ['--cost-optimize', { preset: 'savings' }],
    [
      '--performance --min 2 --max 9',
      { preset: 'reliability', minimum_replicas: 2, maximum_replicas: 9 },
    ],
    [
      '--lead-time 60 --strategy ml --price 0.1 --dry-run --explain',
      {
        lead_time_seconds: 60,
        strategy: 'ml',
        price_per_replica_hour: 0.1,
        dry_run: true,
        explain: true,
      },
    ],
  ])('%j', async (options, body) => {
    const { received } = await recommend(options);
    expect(RecommendRequestSchema.safeParse(received[0]?.body).error).toBeUndefined();
    expect(received[0]?.body).toEqual(body);
  });

  it.each([
    ['--cost-optimize --performance', 'cannot be used with option'],
    ['-r -1', 'whole numbers from 0'],
    ['-t 1', 'numbers from 0.1 to 0.95'],
    ['--fail-on anything', 'Allowed choices are'],
  ])('nothing with %s: it ends with 2', async (options, message) => {
    const { code, err, received } = await recommend(options);
    expect(err).toContain(message);
    expect({ code, received }).toEqual({ code: 2, received: [] });
  });
});

describe('helios recommend shows', () => {
  it('what the numbers are made of, the actions, and until when they hold', async () => {
    const { code, out } = await recommend('--utc');
    expect(code).toBe(0);
    for (const line of [
      'shop/web/app\n',
      '  replicas   4 (measured)\n',
      '  measured   62 % of 4 in use until 2026-01-01 00:00Z, 4 needed for it\n',
      '  demand     request_rate: up to 380 per_second; one replica serves 100 (learned, 96.7 % explained by 336 rows)\n',
      '  risk       short with a probability of at most 1 %\n',
      '  cost       costs 73.00 more a month\n',
      '  valid      act by 2026-01-01 00:05Z, valid until 2026-01-01 00:15Z\n',
      'kubectl scale deployment/web --namespace shop --replicas 6\n',
    ]) {
      expect(out).toContain(line);
    }
  });

  it('a patch that Kubernetes takes, with -o yaml', async () => {
    const { out } = await recommend('-o yaml');
    expect(out.split('\n')[0]).toBe(
      '# scale_out: demand may reach 380: 0.95 of 4 replicas, 6 are needed',
    );
    expect(parse(out)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        replicas: 6,
        template: {
          spec: { containers: [{ name: 'app', resources: { requests: { cpu: '300m' } } }] },
        },
      },
    });
  });

  it('no size of a container that it cannot name', async () => {
    const { out } = await recommend('-o yaml', { ...SCALE_OUT, container: '*' });
    expect(parse(out).spec).toEqual({ replicas: 6 });
    expect(out).toContain('name it with --container');
  });

  it('a patch that changes nothing where it holds', async () => {
    const { out, code } = await recommend('-o yaml', HOLD);
    expect(parse(out)).toBeNull();
    expect(out).toContain('# nothing to change');
    expect(code).toBe(3);
  });

  it('text from elsewhere in comments, and not as YAML', async () => {
    const [first] = SCALE_OUT.actions;
    const actions = first ? [{ ...first, reason: 'a\nspec: {replicas: 99}' }] : [];
    const { out } = await recommend('-o yaml', { ...SCALE_OUT, actions });
    expect(parse(out).spec).toEqual({ replicas: 6 });
  });

  it('a report for pull requests with -o md, escaped', async () => {
    const { out } = await recommend('-o md --utc', HOLD);
    expect(out).toContain('| replicas | 4 → ? |');
    expect(out).toContain('the newest one \\| is \\*old\\*');
  });
});

describe('helios recommend ends', () => {
  it('with 1 when it was told to fail on what is recommended', async () => {
    expect((await recommend('--fail-on scale_out')).code).toBe(1);
    expect((await recommend('--fail-on scale_in resize')).code).toBe(1);
    expect((await recommend('--fail-on scale_in')).code).toBe(0);
  });

  it('with 3 when nothing could be decided', async () => {
    expect((await recommend('', HOLD)).code).toBe(3);
  });
});
