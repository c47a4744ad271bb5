import { describe, expect, it } from '@jest/globals';
import { costBudget, costForecast } from '#app/cost/cost-outlook.ts';
import { modelId } from '#app/model-registry.ts';
import * as wire from '#contracts/http/cost.ts';
import { naive } from '#core/forecast/naive.ts';
import { makeSeries } from '#core/series/series.ts';
import { addMs, DAY, HOUR, toIso } from '#core/time.ts';
import { costQuery, costServices, NOW, observed, repeated, WEB } from '#test/helpers/cost-story.ts';
import { feed } from '#test/helpers/feed.ts';
import { bundleOf } from '#test/helpers/model-bundles.ts';

describe('what comes', () => {
  it('is the run rate of the last week, called so, where no forecast has won', async () => {
    const deps = costServices();
    // Of the last week two hours were seen: 3 replicas, $1.50 an hour.
    await observed(deps, { replicas: repeated(3, 24) });
    const answer = wire.CostForecastSchema.parse(
      await costForecast(deps, costQuery({ period: '24h' })),
    );
    expect(answer).toMatchObject({ from: toIso(NOW), total: 36, unknown: 0 });
    expect(answer.workloads[0]).toMatchObject({
      method: 'run_rate',
      per_hour: 1.5,
      reasons: [{ code: 'RUN_RATE', details: { covered_seconds: 7_200 } }],
    });
  });

  it('is the forecast of replicas where a model of it has won', async () => {
    const deps = costServices();
    // An hourly grid, 2 replicas all the time and then 4: the model says 4 goes on.
    const values = [...repeated(2, 166), ...repeated(4, 2)];
    const start = addMs(NOW, HOUR, -168);
    await feed(deps, { replicas: values }, { start, step: HOUR });
    const series = makeSeries({ id: 'r', unit: 'count', start, step: HOUR, values });
    const state = (await naive().fit({ target: series })).toState();
    const subject = { workload: 'default#shop#web#*', metric: 'replicas' };
    const bundle = bundleOf({ ...subject, serves: 'naive', states: { naive: state } });
    const ref = await deps.artifacts.save('models/x', bundle);
    await deps.registry.add(subject, {
      id: modelId(subject, 'v1'),
      workload: WEB,
      metric: 'replicas',
      version: 'v1',
      model: 'naive',
      members: ['naive'],
      trained_at: toIso(NOW),
      training: { from: toIso(NOW), to: toIso(NOW), steps: 168 },
      skill: { vs_naive: 0.1, vs_seasonal_naive: null, mae: 1, cases: 100 },
      decision: { code: 'WON', message: 'won' },
      sha256: ref.sha256,
      run_id: 'run-1',
      artifact_key: ref.key,
    });
    const method = async () =>
      (await costForecast(deps, costQuery({ period: '24h' }))).workloads[0];
    expect(await method()).toMatchObject({ method: 'run_rate' });
    await deps.registry.promote(subject, 'v1', null);
    // 24 hours of four replicas at $0.50; the last week's mean is about two.
    expect(await method()).toMatchObject({ method: 'forecast', cost: 48, reasons: [] });
    const quarter = await costForecast(deps, costQuery({ period: '90d' }));
    expect(quarter.workloads[0]?.method).toBe('run_rate');
  });

  it('is unknown where the past is', async () => {
    const deps = costServices();
    await observed(deps, { cpu: [0.5] });
    expect(await costForecast(deps, costQuery())).toMatchObject({
      total: null,
      unknown: 1,
      workloads: [{ cost: null, method: null }],
    });
  });

  it('is unknown where nobody has seen the workload for a day, and budgets say that it is missing', async () => {
    const deps = costServices();
    await observed(deps, { replicas: repeated(2, 288) });
    // Another one was taken down, or its agent was: seen for a day until two days ago, $24.
    const end = addMs(NOW, DAY, -2);
    await observed(deps, { replicas: repeated(2, 288) }, { end, deployment: 'old' });
    const forecast = await costForecast(deps, costQuery({ period: '24h' }));
    expect(forecast).toMatchObject({ total: 24, unknown: 1 });
    expect(forecast.workloads.find(({ cost }) => cost === null)).toMatchObject({
      workload: { deployment: 'old' },
      per_hour: null,
      method: null,
      reasons: [{ code: 'DATA_STALE' }],
    });
    const budget = wire.BudgetResponseSchema.parse(
      await costBudget(deps, wire.BudgetQuerySchema.parse({ monthly_budget: '1000' })),
    );
    expect(budget.budgets).toMatchObject([{ spent: 48, burn_rate_daily: 24, unknown: 0 }]);
    expect(budget.reasons).toMatchObject([
      { code: 'COST_INCOMPLETE', details: { workloads: 2, unknown: 0, unknown_now: 1 } },
    ]);
  });

  it('is held against budgets: configured ones, or one that is asked for', async () => {
    const prices = [{ unit: 'replica', per_replica_hour: 0.5 }] as const;
    const budgets = [
      { namespace: 'shop', monthly: 300 },
      { namespace: 'gone', monthly: 1 },
    ];
    const deps = costServices({ prices: [...prices], budgets });
    // Two replicas for the last two days, $1 an hour: $48 of ten days of March.
    await observed(deps, { replicas: repeated(2, 576) });
    const answer = wire.BudgetResponseSchema.parse(
      await costBudget(deps, wire.BudgetQuerySchema.parse({})),
    );
    expect(answer.budgets).toHaveLength(1);
    expect(answer.budgets[0]).toMatchObject({
      scope: 'namespace shop',
      spent: 48,
      burn_rate_daily: 24,
      // Twenty-one days remain.
      projected: 48 + 504,
      overage_projected: 252,
      days_to_exhaustion: 10.5,
      status: 'over_at_this_rate',
      covered_seconds: 2 * 86_400,
      uncovered_seconds: 8 * 86_400,
    });
    const asked = await costBudget(deps, wire.BudgetQuerySchema.parse({ monthly_budget: '40' }));
    expect(asked.budgets).toMatchObject([{ scope: 'everything', status: 'exhausted' }]);
    const none = await costBudget(costServices(), wire.BudgetQuerySchema.parse({}));
    expect(none).toMatchObject({ budgets: [], reasons: [{ code: 'BUDGET_UNKNOWN' }] });
  });
});
