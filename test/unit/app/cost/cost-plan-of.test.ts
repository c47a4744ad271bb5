import { describe, expect, it } from '@jest/globals';
import { costPlanOf, plannedDeployment } from '#app/cost/cost-plan-of.ts';
import { countTransitions } from '#app/cost/count-transitions.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { TRAINING_PIPELINE } from '#contracts/pipeline/definition.ts';

const cpu = { namespace: 'AWS/ECS', metric_name: 'CPUUtilization' };
const ratio = {
  expression: 'used / reserved',
  inputs: {
    used: { namespace: 'ECS/ContainerInsights', metric_name: 'MemoryUtilized' },
    reserved: { namespace: 'ECS/ContainerInsights', metric_name: 'MemoryReserved' },
  },
};
const config = HeliosConfigSchema.parse({
  workloads: [
    { deployment: 'web', metrics: { cpu_utilization: cpu, memory_utilization: ratio } },
    { deployment: 'job', metrics: { cpu_utilization: { ...cpu, period_seconds: 3_600 } } },
  ],
});

describe('the deployment that a configuration means', () => {
  it('has its workloads, each with what CloudWatch bills for reading it', () => {
    expect(plannedDeployment(config).fleets).toEqual([
      // Three metrics (a ratio is two) × 8,760 times five minutes.
      { workloads: 1, metrics: 2, metricsRequested: 26_280, stepSeconds: 300 },
      // Nothing is new before the hour is over: 730 times.
      { workloads: 1, metrics: 1, metricsRequested: 730, stepSeconds: 3_600 },
    ]);
  });

  it('is read as rarely as is configured', () => {
    const rare = HeliosConfigSchema.parse({ schedules: { collect_every_minutes: 30 } });
    const [fleet] = plannedDeployment(rare, { workloads: 4, metrics: 3 }).fleets;
    // 730 h × 2 × 3 metrics
    expect(fleet).toMatchObject({ workloads: 4, metrics: 3, metricsRequested: 4_380 });
    expect(costPlanOf(rare, { workloads: 4 }).totalUsd).toBeLessThan(
      costPlanOf(HeliosConfigSchema.parse({}), { workloads: 4 }).totalUsd,
    );
  });

  it('keeps, encrypts and authorizes as is configured', () => {
    const other = HeliosConfigSchema.parse({
      storage: { raw_days: 60, logs_days: 7, kms: 'customer' },
      authentication: { keys: { enabled: true } },
      training: { recurrent: 'nightly' },
      collection: { monthly_budget_usd: 1 },
      monitoring: { measures: ['OpenIncidents', 'ForecastSkill'] },
    });
    expect(plannedDeployment(other, { requestsPerDay: 500 })).toMatchObject({
      rawDays: 60,
      logsDays: 7,
      hasCustomerKey: true,
      isRecurrentNightly: true,
      authorizedPerDay: 500,
      // $1 at $0.01 a thousand
      mostRequested: 100_000,
      metrics: { perWorkload: 2 },
      analysedPerWorkload: 1,
    });
  });

  it('has workloads that are read from Prometheus, which CloudWatch bills nothing for', () => {
    const workload = { deployment: 'cart', metrics: { request_rate: 'up', cpu_cores: 'up' } };
    const read = HeliosConfigSchema.parse({
      prometheus: [{ url: 'http://prometheus:9090', step: 30, workloads: [workload] }],
    });
    expect(plannedDeployment(read).fleets).toEqual([
      { workloads: 1, metrics: 2, metricsRequested: 0, stepSeconds: 30 },
    ]);
  });

  it('pays for each prediction that is written back to CloudWatch', () => {
    const cloudwatch = {
      enabled: true,
      metrics: ['cpu_utilization', 'request_rate'],
      horizons_minutes: [15, 60],
    } as const;
    const writing = HeliosConfigSchema.parse({
      ...config,
      prometheus: [
        {
          url: 'http://prometheus:9090',
          workloads: [{ deployment: 'cart', metrics: { request_rate: 'up', cpu_cores: 'up' } }],
        },
      ],
      write_back: { cloudwatch },
    });
    // cpu_utilization of web and of job, request_rate of cart: 3 × 2 horizons.
    expect(plannedDeployment(writing).predictionMetrics).toBe(6);
    const lines = costPlanOf(writing).lines.filter(({ by }) => by === 'write-back');
    // 6 × $0.30
    expect(lines).toMatchObject([{ item: 'cloudwatch.custom_metrics', quantity: 6 }]);
    expect(lines[0]?.usd).toBeCloseTo(1.8, 9);
    // 10 workloads × 2 chosen of 7 metrics × 2 horizons; of one metric only one can be meant.
    const alike = (metrics: number) => plannedDeployment(writing, { workloads: 10, metrics });
    expect(alike(7).predictionMetrics).toBe(40);
    expect(alike(1).predictionMetrics).toBe(20);
    // Off unless it is asked for.
    expect(plannedDeployment(config).predictionMetrics).toBe(0);
  });

  it('has a heartbeat with a metric of its own, unless that is off', () => {
    const off = HeliosConfigSchema.parse({ heartbeat: { enabled: false } });
    expect(plannedDeployment(off)).toMatchObject({ hasHeartbeat: false, metrics: { fixed: 3 } });
    expect(plannedDeployment(config)).toMatchObject({
      hasHeartbeat: true,
      metrics: { perWorkload: 4, fixed: 4 },
    });
  });

  it('costs something without any workload, and is not divided among none', () => {
    const plan = costPlanOf(HeliosConfigSchema.parse({}));
    expect(plan).toMatchObject({ workloads: 0, perWorkloadUsd: null });
    expect(plan.totalUsd).toBeGreaterThan(3);
  });
});

describe('state transitions', () => {
  const state = (Next?: string) => ({ Type: 'Pass', ...(Next ? { Next } : { End: true }) });

  it('are the states that are entered, and the start', () => {
    // start, A, B
    const definition = { StartAt: 'A', States: { A: state('B'), B: state() } };
    expect(countTransitions(definition)).toEqual({
      run: 3,
      batch: 0,
      workload: 0,
      workloadsPerBatch: 1,
    });
  });

  it('follow the longer way of a choice, all branches, and no loop twice', () => {
    const fit = { StartAt: 'Fit', States: { Fit: state() } };
    const definition = {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ Next: 'P' }], Default: 'D' },
        P: { Type: 'Parallel', Branches: [fit, fit], Next: 'C' },
        D: state(),
      },
    };
    // start, C, P, Fit, Fit; D on the other way is shorter.
    expect(countTransitions(definition).run).toBe(5);
  });

  it('of the training are those one counts in its definition', () => {
    expect(countTransitions(TRAINING_PIPELINE)).toEqual({
      // start, Plan, TrainPools, TrainWorkloads, Finish
      run: 5,
      // start of the child, TrainBatch, IsRecorded, BatchEnded
      batch: 4,
      // Remember, Validate, IsTrainable, Engineer, Fit (FitStatistical, FitBoosting, FitRecurrent, IsConverged,
      // RecurrentEnded, FitDetectors), Evaluate, Register, Trained
      workload: 14,
      workloadsPerBatch: 10,
    });
  });
});
