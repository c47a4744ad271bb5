import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { problemText } from '#adapters/config/config-problem.ts';
import { parseConfig } from '#adapters/config/parse-config.ts';
import { checkConfig } from '#app/config/check-config.ts';
import { checkConfig as checkCommand } from '#cli/commands/config.ts';
import { readServiceConfig } from '#cli/service-config.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';

const WRONG = `training:
  window_day: 3
  window_days: 700
  recurrent: hourly
schedules: { collect_every_minutes: 7, train_at: 24:00, time_zone: Mars }
workloads:
  - deployment: web
    metrics:
      cpu_utilization: { namespace: AWS/ECS, metric_nam: CPUUtilization }
  - deployment: web
    metrics: {}
pricing:
  prices:
    - unit: ec3
scalling: []
`;

describe('a configuration with mistakes', () => {
  it('is told all of them at once, each with its line, the value and what is allowed', () => {
    const { config, problems } = parseConfig(WRONG);
    expect(config).toBeUndefined();
    expect(problems.map((problem) => problemText('f', problem))).toEqual([
      'f:2: training.window_day: unknown key, did you mean window_days?',
      'f:3: training.window_days: 700 is too much: at most 400',
      'f:4: training.recurrent: hourly is none of nightly, on-request',
      'f:5: schedules.collect_every_minutes: 7 is none of 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60',
      'f:5: schedules.train_at: "24:00": a time of day is written as 00:00 to 23:59, in quotes',
      'f:5: schedules.time_zone: Mars: a time zone is named as by IANA, e.g. UTC or Europe/Berlin',
      'f:9: workloads[0].metrics.cpu_utilization.metric_name: is missing: a text',
      'f:9: workloads[0].metrics.cpu_utilization.metric_nam: unknown key, did you mean metric_name?',
      'f:14: pricing.prices[0].unit: ec3 is none of ec2, fargate, lambda, replica',
      'f:15: scalling: unknown key, did you mean scaling?',
    ]);
  });

  it('says what is meant of two forms in one, of no numbers, and without passwords', () => {
    const text = `workloads:
  - deployment: web
    metrics:
      cpu_utilization: { namespace: N, metric_name: M, expression: a, inputs: { a: { namespace: N, metric_name: M } } }
      memory_utilization: { namespace: N, metric_name: M, period_seconds: 60 }
collection: { monthly_budget_usd: .nan }
notifications: { https: [{ url: 'http://ada:hunter2@example.org' }] }
scaling:
  - { deployment: web, minimum_replicas: 10, maximum_replicas: 2 }
`;
    const told = parseConfig(text).problems.map((problem) => problemText('f', problem));
    expect(told).toEqual([
      'f:4: workloads[0].metrics.cpu_utilization.expression: does not go together with namespace, metric_name: they are two forms',
      'f:4: workloads[0].metrics.cpu_utilization.inputs: does not go together with namespace, metric_name: they are two forms',
      'f:6: collection.monthly_budget_usd: NaN is not a number',
      'f:7: notifications.https[0].url: http://***@example.org: an https:// address',
      'f:9: scaling[0]: minimum_replicas 10 is above maximum_replicas 2',
    ]);
  });

  it('is told of a workload that is there twice', () => {
    const twice =
      'workloads:\n  - { deployment: a, metrics: {} }\n  - { deployment: a, metrics: {} }\n';
    expect(parseConfig(twice).problems).toMatchObject([
      { line: 3, message: expect.stringContaining('default#default#a#* is configured twice') },
    ]);
  });

  it('is told of a workload that two sources are configured for', () => {
    const both = `workloads:
  - { deployment: a, metrics: {} }
prometheus:
  - url: http://prometheus:9090
    workloads:
      - { deployment: b, metrics: { cpu_cores: up } }
      - { deployment: a, metrics: { cpu_cores: up } }
`;
    expect(parseConfig(both).problems.map((problem) => problemText('f', problem))).toEqual([
      'f:7: prometheus[0].workloads[1]: the workload default#default#a#* stands in workloads and in prometheus: it has one source',
    ]);
  });

  it.each([
    ['a: [1', 1],
    ['a: 1\nb: 2\na: 3\n', 3],
    ['a: &x [*x, *x]\n', null],
    ['a: *missing\n', null],
    ['- 1\n', null],
    ['12', null],
  ] as const)('%j is none', (text, line) => {
    const { config, problems } = parseConfig(text);
    expect(config).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
    if (line !== null) expect(problems[0]?.line).toBe(line);
  });
});

describe('what a configuration probably does not mean', () => {
  const metrics = { cpu_utilization: { namespace: 'AWS/ECS', metric_name: 'CPUUtilization' } };

  it('is found where parts do not fit together', () => {
    const config = HeliosConfigSchema.parse({
      workloads: [{ deployment: 'web', metrics }],
      scaling: [{ deployment: 'web' }, { deployment: 'wbe', minimum_replicas: 2 }],
      storage: { raw_days: 14 },
      monitoring: { monthly_budget_usd: 1 },
      collection: { monthly_budget_usd: 0.01 },
    });
    expect(checkConfig(config).map(({ path }) => path.join('.'))).toEqual([
      'scaling.1',
      'storage.raw_days',
      'monitoring.monthly_budget_usd',
      'collection.monthly_budget_usd',
    ]);
  });

  it('is found where a night is too short to train every network', () => {
    const workloads = Array.from({ length: 6_000 }, (_, i) => ({
      deployment: `web-${i}`,
      metrics,
    }));
    const training = { recurrent: 'nightly' as const };
    const nightly = checkConfig(HeliosConfigSchema.parse({ workloads, training }));
    expect(nightly.map(({ path }) => path.join('.'))).toContain('training.recurrent');
    const usual = checkConfig(HeliosConfigSchema.parse({ workloads }));
    expect(usual.map(({ path }) => path.join('.'))).not.toContain('training.recurrent');
  });

  it('is not guessed where workloads are discovered or sent', () => {
    const scaling = [{ deployment: 'elsewhere' }];
    const discovery = { kinds: ['ecs-service' as const] };
    expect(checkConfig(HeliosConfigSchema.parse({ scaling }))).toEqual([]);
    expect(
      checkConfig(
        HeliosConfigSchema.parse({
          scaling,
          discovery,
          workloads: [{ deployment: 'web', metrics }],
        }),
      ),
    ).toEqual([]);
  });
});

describe('the commands', () => {
  const directory = mkdtempSync(join(tmpdir(), 'helios-service-config-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const lines: string[] = [];
  const environment = {
    homeDirectory: directory,
    workingDirectory: directory,
    stdout: { write: (text: string) => lines.push(text) },
  };

  it('check prints every line and ends with 2, or with 0 and the warnings', async () => {
    writeFileSync(join(directory, 'wrong.yaml'), WRONG);
    writeFileSync(join(directory, 'short.yaml'), 'training:\n  window_days: 60\n');
    lines.length = 0;
    expect(await checkCommand(environment as never, 'wrong.yaml')).toBe(2);
    expect(lines.join('')).toContain('wrong.yaml:15: scalling: unknown key');
    expect(lines.at(-1)).toBe('wrong.yaml: 10 errors\n');
    lines.length = 0;
    expect(await checkCommand(environment as never, 'short.yaml')).toBe(0);
    expect(lines.slice(1)).toEqual([
      'short.yaml: warning: storage.raw_days: 35 days are kept, and training.window_days wants to learn from 60\n',
      'short.yaml: ok\n',
    ]);
  });

  it('that need it refuse a wrong file, and take the defaults where there is none', async () => {
    await expect(readServiceConfig(environment, 'wrong.yaml')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { issues: expect.arrayContaining([expect.stringContaining('wrong.yaml:3: ')]) },
    });
    await expect(readServiceConfig(environment, 'none.yaml')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    expect((await readServiceConfig(environment, undefined)).training.window_days).toBe(28);
  });
});
