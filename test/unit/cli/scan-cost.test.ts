import { describe, expect, it } from '@jest/globals';
import * as wire from '#contracts/http/cost.ts';
import { type GradeInfo, GradeListSchema, GradeQuerySchema } from '#contracts/http/grades.ts';
import { WEBSHOP } from './answers.ts';
import { fakeApi, run } from './fake-environment.ts';

const GRADE: GradeInfo = {
  workload: WEBSHOP,
  simulated: true,
  metric: 'cpu_utilization',
  step_seconds: 300,
  from_minutes: 0,
  to_minutes: 5,
  grade: 'predictable',
  allows: 'act',
  since: '2025-12-30T00:00:00.000Z',
  model: 'auto',
  version: 'abc123',
  measured_at: '2025-12-31T23:00:00.000Z',
  forecasts: 160,
  skill_vs_naive: 0.23,
  skill_vs_seasonal_naive: 0.1,
  level: 0.8,
  coverage: 0.81,
  relative_width: 0.4,
  naive_relative_error: 0.2,
  reasons: [
    { code: 'BEATS_NAIVE', message: '23 % less error than the last value on 160 forecasts' },
    { code: 'BAND_HOLDS', message: 'the 80 % band held 81 %' },
  ],
};

const GRADES = GradeListSchema.parse({
  generated_at: '2026-01-01T00:00:00.000Z',
  grades: [
    GRADE,
    { ...GRADE, from_minutes: 5, to_minutes: 60 },
    {
      ...GRADE,
      from_minutes: 60,
      to_minutes: 180,
      grade: 'reactive_is_fine',
      allows: 'do_not',
      reasons: [{ code: 'LAST_VALUE_IS_NEAR', message: 'the last value is 4 % off' }],
    },
    {
      ...GRADE,
      metric: 'restarts',
      from_minutes: null,
      to_minutes: null,
      grade: 'too_little_data',
      allows: 'do_not',
      model: null,
      version: null,
      forecasts: 0,
      skill_vs_naive: null,
      coverage: null,
      reasons: [{ code: 'NOT_TRAINED', message: 'nothing was trained for it yet' }],
    },
  ],
});

async function scan(options: string) {
  const api = await fakeApi({ 'GET /api/v1/grades': { body: GRADES } });
  const argv = ['scan', ...options.split(' ').filter(Boolean), '-e', api.url];
  return { ...(await run(argv)), received: api.received };
}

describe('helios scan', () => {
  it.each([
    ['', {}],
    ['-n sample -d webshop', { namespace: 'sample', deployment: 'webshop' }],
    ['--metric cpu --horizon 30', { metric: 'cpu', horizon_minutes: '30' }],
  ])('asks %j', async (options, query) => {
    const { received } = await scan(options);
    expect(received[0]?.query).toEqual(query);
    expect(GradeQuerySchema.safeParse(received[0]?.query).success).toBe(true);
  });

  it('says how grades are made, joins horizons of one grade, and says don’t', async () => {
    const { out, code } = await scan('');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'What forecasts of sample/webshop SIMULATED are worth',
        '  strategy  what serves is compared with the last value, on the same forecasts',
        '  act       from 30 forecasts, 5 % less error, and a band at most 5 points short of its level',
        "  don't     where the last value is as good: react to it, or keep what you have",
        '  horizon   every one; a row tells why at its nearest (--horizon MINUTES shows one)',
        '',
        '+-----------------+------------+------------------+-------+--------------------+',
        '| Metric          | Ahead      | Grade            | Use   | Why                |',
        '+-----------------+------------+------------------+-------+--------------------+',
        '| cpu_utilization | to 1 h     | predictable      | act   | 23 % less error    |',
        '|                 |            |                  |       | than the last      |',
        '|                 |            |                  |       | value on 160       |',
        '|                 |            |                  |       | forecasts          |',
        "| cpu_utilization | 1 h to 3 h | reactive is fine | don't | the last value is  |",
        '|                 |            |                  |       | 4 % off            |',
        "| restarts        | ?          | too little data  | don't | ? nothing was      |",
        '|                 |            |                  |       | trained for it yet |',
        '+-----------------+------------+------------------+-------+--------------------+',
        "2 metrics, 4 graded horizons: act 2, inform 0, don't 2",
        '',
      ].join('\n'),
    );
  });

  it('ends with 1 when a grade is found that was named', async () => {
    expect((await scan('--fail-on reactive_is_fine,unforecastable')).code).toBe(1);
    expect((await scan('--fail-on unforecastable')).code).toBe(0);
    const { code, err } = await scan('--fail-on bad');
    expect(err).toContain('Allowed are predictable, trend_only');
    expect(code).toBe(2);
  });

  it('prints every horizon by itself as CSV, and its answer as JSON', async () => {
    const { out } = await scan('-o csv');
    const [head, first] = out.split('\r\n');
    expect(head).toBe(
      'workload,metric,from_minutes,to_minutes,grade,allows,skill_vs_naive,coverage,forecasts,why',
    );
    expect(first).toBe(
      'sample/webshop SIMULATED,cpu_utilization,0,5,predictable,act,0.23,0.81,160,' +
        '23 % less error than the last value on 160 forecasts; the 80 % band held 81 %',
    );
    expect(out.split('\r\n')).toHaveLength(6);
    expect(JSON.parse((await scan('-o json')).out)).toEqual(GRADES);
  });

  it('says what to do when nothing matches', async () => {
    const body = { ...GRADES, grades: [] };
    const api = await fakeApi({ 'GET /api/v1/grades': { body } });
    const { out } = await run(['scan', '-e', api.url]);
    expect(out).toContain('nothing to grade: no workload matches');
  });
});

const HEAD = {
  generated_at: '2026-01-01T00:00:00.000Z',
  currency: 'USD' as const,
  period: '30d' as const,
  from: '2025-12-02T00:00:00.000Z',
  to: '2026-01-01T00:00:00.000Z',
};
const COVERED = { covered_seconds: 2_332_800, uncovered_seconds: 259_200 };

const COST = wire.CostResponseSchema.parse({
  ...HEAD,
  total: 1234.5,
  unknown: 1,
  workloads: [
    {
      workload: { ...WEBSHOP, namespace: 'shop' },
      simulated: false,
      cost: 1234.5,
      replica_hours: 2592,
      mean_replicas: 4,
      most_replicas: 6,
      requests: null,
      ...COVERED,
      price: {
        per_replica_hour: 0.0816,
        per_request: 0,
        basis: 'm7g.large on demand, us-east-1',
        as_of: '2026-02-09',
        source: 'https://example.com',
      },
      reasons: [],
    },
    {
      workload: WEBSHOP,
      simulated: true,
      cost: null,
      replica_hours: 0,
      mean_replicas: null,
      most_replicas: null,
      requests: null,
      covered_seconds: 0,
      uncovered_seconds: 2_592_000,
      price: null,
      reasons: [{ code: 'PRICE_UNKNOWN', message: 'no price is configured' }],
    },
  ],
});

async function cost(path: string, body: unknown, options: string) {
  const api = await fakeApi({ [`GET /api/v1/cost${path}`]: { body } });
  const argv = ['cost', ...options.split(' ').filter(Boolean), '--utc', '-e', api.url];
  return { ...(await run(argv)), received: api.received };
}

describe('helios cost', () => {
  it('shows costs by workload with coverage and price, and ? where it does not know', async () => {
    const { out, received } = await cost('', COST, '--period 30d -n shop');
    expect(received[0]?.query).toEqual({ period: '30d', namespace: 'shop' });
    expect(out).toBe(
      [
        '2025-12-02 00:00Z to 2026-01-01 00:00Z, US dollars',
        '+--------------+-----------+---------------+------+------+---------+--------------+',
        '| Workload     |      Cost | Replica-hours | Mean | Most | Covered | Price of     |',
        '+--------------+-----------+---------------+------+------+---------+--------------+',
        '| shop/webshop | $1,234.50 |        2592.0 | 4.00 |    6 |    90 % | $0.0816/h    |',
        '|              |           |               |      |      |         | m7g.large on |',
        '|              |           |               |      |      |         | demand,      |',
        '|              |           |               |      |      |         | us-east-1    |',
        '|              |           |               |      |      |         | (2026-02-09) |',
        '| sample/      |         ? |             ? |    ? |    ? |     0 % | ? no price   |',
        '| webshop      |           |               |      |      |         |              |',
        '| SIMULATED    |           |               |      |      |         |              |',
        '+--------------+-----------+---------------+------+------+---------+--------------+',
        'total $1,234.50 of 2 workloads; the cost of 1 workload is not known',
        '? no price is configured',
        '',
      ].join('\n'),
    );
  });

  it('shows costs by namespace', async () => {
    const body = wire.CostSummarySchema.parse({
      ...HEAD,
      total: 10,
      unknown: 0,
      namespaces: [
        {
          cluster: 'eu',
          namespace: 'shop',
          simulated: false,
          cost: 10,
          replica_hours: 20,
          workloads: 2,
          unknown: 0,
          ...COVERED,
        },
      ],
    });
    const { out } = await cost('/summary', body, 'summary');
    expect(out).toContain('| eu:shop   | $10.00 |          20.0 |         2 |       0 |    90 % |');
    expect(out).toContain('total $10.00 of 1 namespace\n');
  });

  it('shows what following recommendations has saved, scaling up against it', async () => {
    const saving = {
      workload: WEBSHOP,
      simulated: false,
      recommended_at: '2025-12-31T00:00:00.000Z',
      followed_at: '2025-12-31T00:10:00.000Z',
      until: '2025-12-31T12:10:00.000Z',
      open: false,
      before_replicas: 6,
      target_replicas: 4,
      held_seconds: 43_200,
      replica_hours: 24,
      saved: 1.9584,
    };
    const up = { ...saving, before_replicas: 2, target_replicas: 6, saved: -2.5, open: true };
    const body = wire.SavingsResponseSchema.parse({
      ...HEAD,
      follow_within_seconds: 1_800,
      saved: -0.5416,
      recommendations: 5,
      followed: 2,
      savings: [saving, up],
      reasons: [],
    });
    const { out } = await cost('/savings', body, 'savings');
    expect(out).toContain('| 6 to 4   | 12 h | 2025-12-31 12:10Z |  $1.96 |');
    expect(out).toContain('| 2 to 6   | 12 h | still holds       | -$2.50 |');
    expect(out).toContain(
      'saved -$0.5416: 2 of 5 recommendations followed within 30 min; scaling up counts against it\n',
    );
  });

  it('shows efficiency and forecasts with how they are known', async () => {
    const efficiency = wire.EfficiencyResponseSchema.parse({
      ...HEAD,
      cost: 10,
      idle_cost: 7,
      workloads: [
        {
          workload: WEBSHOP,
          simulated: false,
          cpu: { mean: 0.3, p95: 0.5, of: 'cpu_utilization' },
          memory: null,
          status: 'fitting',
          cost: 10,
          idle_cost: 7,
          reasons: [],
        },
      ],
    });
    const { out } = await cost('/efficiency', efficiency, 'efficiency');
    expect(out).toContain('| 30 % |    50 % |      ? |          ? | fitting | $10.00 | $7.00 |');
    expect(out).toContain('idle $7.00 of $10.00');
    const forecast = wire.CostForecastSchema.parse({
      ...HEAD,
      total: 36,
      unknown: 0,
      workloads: [
        {
          workload: WEBSHOP,
          simulated: false,
          cost: 36,
          method: 'run_rate',
          per_hour: 0.05,
          reasons: [{ code: 'RUN_RATE', message: 'the last week goes on' }],
        },
      ],
    });
    const shown = await cost('/forecast', forecast, 'forecast');
    expect(shown.out).toContain('| $36.00    | run rate'.replace('$36.00    ', '   $36.00 '));
    expect(shown.out).toContain('? the last week goes on\n');
  });

  it('shows budgets, and ends with 1 when one is over and that was asked for', async () => {
    const body = wire.BudgetResponseSchema.parse({
      generated_at: HEAD.generated_at,
      currency: 'USD',
      from: HEAD.from,
      to: HEAD.to,
      budgets: [
        {
          scope: 'namespace shop',
          workloads: 2,
          unknown: 0,
          monthly_budget: 300,
          spent: 100,
          remaining: 200,
          spent_share: 1 / 3,
          elapsed_share: 0.3,
          burn_rate_daily: 12,
          projected: 340,
          overage_projected: 40,
          days_to_exhaustion: 16.6667,
          status: 'over_at_this_rate',
          ...COVERED,
        },
      ],
      reasons: [],
    });
    const { out, code, received } = await cost('/budget', body, 'budget --monthly 300 --fail-over');
    expect(received[0]?.query).toEqual({ monthly_budget: '300' });
    expect(code).toBe(1);
    expect(out).toContain('|   $340.00 | $40.00 |');
    expect(out).toContain('over at this rate');
    expect((await cost('/budget', body, 'budget')).code).toBe(0);
  });

  it.each(['--period 2h', 'savings --period 1y', 'budget --monthly 0'])(
    'refuses %j with 2',
    async (options) => {
      expect((await cost('', COST, options)).code).toBe(2);
    },
  );
});
