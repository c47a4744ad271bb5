import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { CollectionBudgetSchema, SourceListSchema } from '#contracts/http/collection.ts';
import { fakeApi, run } from './fake-environment.ts';

const AT = '2026-01-01T00:00:00.000Z';

const BUDGET = {
  generated_at: AT,
  month: '2026-01',
  budget_usd: 50,
  spent_usd: 12.5,
  projected_usd: 49,
  wanted_usd: 75,
  usd_per_thousand_metrics: 0.01,
  requested_metrics: 1_250_000,
  refused_metrics: 0,
  allowed_metrics: 5_000_000,
  watched_workloads: 100,
  watched_series: 700,
  lowered_series: 1,
  lowered: [
    {
      workload: { cluster: 'default', namespace: 'ecs', deployment: 'job', container: '*' },
      metric: 'cpu_utilization',
      value: 'unused',
      every_seconds: null,
      instead_of_seconds: 300,
      reason: 'no model was trained of it',
    },
  ],
  planned_at: AT,
  status: 'lowered',
  reason: 'the least valuable series are read more rarely, so that the budget lasts',
};

async function budget(changes: object = {}, options = '') {
  const body = CollectionBudgetSchema.parse({ ...BUDGET, ...changes });
  const api = await fakeApi({ 'GET /api/v1/budget': { body } });
  return run(['budget', ...options.split(' ').filter(Boolean), '-e', api.url]);
}

describe('helios budget', () => {
  it('says what is spent, where it is heading, and what is read more rarely', async () => {
    const { code, out } = await budget();
    expect(code).toBe(0);
    expect(out).toContain('2026-01: $12.50 of $50.00 spent\n');
    expect(out).toContain('by the end of the month $49.00, without a budget $75.00\n');
    expect(out).toContain('700 series of 100 workloads: the least valuable series');
    expect(out).toMatch(/ecs\/job +\| cpu_utilization +\| unused +\| not this month +\| +5 min/);
  });

  it('names what was not requested once the budget is spent', async () => {
    const { out } = await budget({ status: 'spent', spent_usd: 50, refused_metrics: 420 });
    expect(out).toContain('$50.00 of $50.00 spent, 420 metrics were not requested\n');
  });

  it('does not praise a plan where nothing is read', async () => {
    const none = {
      requested_metrics: 0,
      watched_series: 0,
      watched_workloads: 0,
      projected_usd: null,
      wanted_usd: null,
      lowered: [],
      planned_at: null,
    };
    const { out } = await budget(none);
    expect(out).toBe('2026-01: no workload is read from CloudWatch; the budget is $50.00\n');
  });

  it('gives programs all of it', async () => {
    const { out } = await budget({}, '-o json');
    expect(CollectionBudgetSchema.parse(JSON.parse(out)).lowered).toHaveLength(1);
  });
});

describe('helios sources', () => {
  it('shows each source with its last problem, and nothing invented for one that never read', async () => {
    const problem = { at: AT, code: 'THROTTLED', message: 'too many', workload: 'a#b#c#*' };
    const body = SourceListSchema.parse({
      generated_at: AT,
      sources: [
        {
          name: 'cloudwatch',
          workloads: 2,
          last_success: AT,
          last_problem: problem,
          data_as_of: AT,
          data_age_seconds: 600,
          requested_metrics: 42,
        },
        {
          name: 'push',
          workloads: 1,
          last_success: null,
          last_problem: null,
          data_as_of: null,
          data_age_seconds: null,
          requested_metrics: null,
        },
      ],
    });
    const api = await fakeApi({ 'GET /api/v1/sources': { body } });
    const { code, out } = await run(['sources', '--utc', '-e', api.url]);
    expect(code).toBe(0);
    expect(out).toMatch(/cloudwatch \| +2 \| 2026-01-01 00:00Z \| +10 min \| +42 \| a#b#c#\*: too/);
    expect(out).toMatch(/push +\| +1 \| +\| +\? \| +\|/);
  });

  it('says so where there is none', async () => {
    const body = { generated_at: AT, sources: [] };
    const api = await fakeApi({ 'GET /api/v1/sources': { body } });
    expect((await run(['sources', '-e', api.url])).out).toBe(
      'no source has delivered anything yet\n',
    );
  });
});

describe('helios discover', () => {
  const listing = mockClient(CloudWatchClient);
  beforeEach(() => {
    listing.reset();
    listing.on(ListMetricsCommand).callsFake(({ MetricName }) => ({
      Metrics:
        MetricName === 'CPUUtilization'
          ? [{ Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'orders' }] }]
          : [],
    }));
  });
  const discover = (options: string) => run(['discover', ...options.split(' ')]);

  it('prints what it would watch, and what a month of 730 hours costs as plan-cost says', async () => {
    const { code, out } = await discover('--kind rds-instance');
    expect(code).toBe(0);
    // 43,800 minutes / 5 at a thousandth of a cent.
    expect(out).toMatch(/rds-instance \| default \| rds +\| orders +\| db_cpu +\| \$0\.0876/);
    expect(out).toContain(
      '1 workload: reading CloudWatch every 5 min costs $0.0876 a month of 730 hours\n',
    );
  });

  it('prints the workloads block of the configuration', async () => {
    const { out } = await discover('--kind rds-instance -o yaml');
    expect(out).toContain('deployment: orders');
    expect(out).toContain('metric_name: CPUUtilization');
  });

  it('names what it leaves out on standard error', async () => {
    const { err } = await discover('--kind auto-scaling-group --tag team=shop');
    expect(err).toContain('left out: auto-scaling-group *: the tagging service does not know');
  });

  it.each([
    ['--name foo^bar', 'names.include.0: letters, digits'],
    ['--kind rds-instance --region Mars', 'places.0.region: a region, e.g. eu-central-1'],
    ['--kind nope', 'Allowed are ecs-service'],
    ['--tag =x', 'A tag is written as key=value'],
  ])('%s is refused as a mistake of the caller, before anything is asked', async (flags, words) => {
    const { code, err } = await discover(flags);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(listing.calls()).toHaveLength(0);
  });
});
