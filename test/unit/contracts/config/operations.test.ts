import { describe, expect, it } from '@jest/globals';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { MonitoringConfigSchema } from '#contracts/config/monitoring.ts';
import { NotificationsConfigSchema } from '#contracts/config/notifications.ts';
import { StorageConfigSchema } from '#contracts/config/storage.ts';

/** The paths at which a configuration is refused. */
function refused(
  schema: { safeParse(value: unknown): { error?: { issues: readonly { path: PropertyKey[] }[] } } },
  value: unknown,
): readonly string[] {
  return (schema.safeParse(value).error?.issues ?? []).map(({ path }) => path.join('.'));
}

describe('the configuration of who says nothing', () => {
  it('keeps what the design says, protects it, tells nobody, and has a budget', () => {
    const { storage, notifications, monitoring } = HeliosConfigSchema.parse({});
    expect(storage).toEqual({
      raw_days: 35,
      hourly_days: 400,
      runs_days: 30,
      logs_days: 30,
      access_logs_days: 90,
      kms: 'aws-owned',
      deletion_protection: true,
    });
    expect(notifications).toEqual({ email: [], https: [] });
    // Four of ten, since each costs $0.30 for every workload; the demand of other scalers is chosen by name.
    expect(monitoring).toEqual({
      measures: ['AnomalyScore', 'OpenIncidents', 'ForecastSkill', 'RecommendedReplicas'],
      monthly_budget_usd: 100,
    });
  });
});

describe('storage', () => {
  it.each([
    ['raw_days', 13],
    ['hourly_days', 34],
    ['runs_days', 0],
    // CloudWatch Logs knows 30 and 60, nothing between.
    ['logs_days', 45],
    ['kms', 'none'],
    ['retention', 1],
  ])('refuses %s: %j', (name, value) => {
    const paths = refused(StorageConfigSchema, { [name]: value });
    expect(paths).toEqual([name === 'retention' ? '' : name]);
  });
});

describe('notifications', () => {
  it('are all of them unless somebody wants critical ones only', () => {
    const parsed = NotificationsConfigSchema.parse({ email: [{ address: 'a@example.org' }] });
    expect(parsed.email).toEqual([{ address: 'a@example.org', severity: 'warning' }]);
  });

  it.each([
    [{ email: [{ address: 'nobody' }] }, 'email.0.address'],
    [{ https: [{ url: 'http://example.org' }] }, 'https.0.url'],
    [{ https: [{ url: 'https://example.org', severity: 'info' }] }, 'https.0.severity'],
    [{ email: [{ address: 'a@example.org' }, { address: 'a@example.org' }] }, 'email'],
  ])('refuse %j', (value, path) => {
    expect(refused(NotificationsConfigSchema, value)).toEqual([path]);
  });
});

describe('monitoring', () => {
  it('may have few measures, or none, and no budget', () => {
    const little = { measures: [], monthly_budget_usd: null };
    expect(MonitoringConfigSchema.parse(little)).toEqual(little);
  });

  it.each([
    [{ measures: ['Cpu'] }, 'measures.0'],
    [{ measures: ['OpenIncidents', 'OpenIncidents'] }, 'measures'],
    // It is no measure of every workload: it cannot be chosen, and is told where there is one.
    [{ measures: ['HeartbeatOk'] }, 'measures.0'],
    [{ monthly_budget_usd: 0 }, 'monthly_budget_usd'],
  ])('refuses %j', (value, path) => {
    expect(refused(MonitoringConfigSchema, value)).toEqual([path]);
  });
});
