import { describe, expect, it } from '@jest/globals';
import { ConfiguredEventSchema, ConfiguredEventsSchema } from '#contracts/config/events.ts';

const SALE = {
  name: 'winter sale',
  start: '2026-11-27T00:00:00+01:00',
  end: '2026-11-28T00:00:00+01:00',
  factor: 3,
};

function problemsOf(event: unknown): readonly PropertyKey[] {
  const parsed = ConfiguredEventSchema.safeParse(event);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path[0] ?? '');
}

describe('the events of the configuration', () => {
  it('takes an event for all workloads and metrics, or for some', () => {
    expect(problemsOf(SALE)).toEqual([]);
    const part = { deployment: 'web', namespace: 'shop', cluster: 'eu', container: 'app' };
    expect(problemsOf({ ...SALE, ...part, metrics: ['request_rate'] })).toEqual([]);
  });

  it.each([
    ['without a zone', 'start', '2026-11-27T00:00:00'],
    ['that is a date alone', 'end', '2026-11-28'],
    ['that there is not', 'end', '2027-02-30T00:00:00Z'],
  ])('refuses a time %s', (_, field, value) => {
    expect(problemsOf({ ...SALE, [field]: value })).toEqual([field]);
  });

  it('compares start and end as moments, not as texts', () => {
    // 00:30+02:00 is 22:30Z of the day before: the text is later, the moment is earlier.
    const end = '2026-11-27T00:30:00+02:00';
    expect(problemsOf({ ...SALE, start: '2026-11-26T22:00:00Z', end })).toEqual([]);
    expect(problemsOf({ ...SALE, start: '2026-11-26T23:00:00Z', end })).toEqual(['end']);
    expect(problemsOf({ ...SALE, end: SALE.start })).toEqual(['end']);
  });

  it.each([0, -1, 1_001, '3'])('refuses a factor of %p', (factor) => {
    expect(problemsOf({ ...SALE, factor })).toEqual(['factor']);
  });

  it('refuses unknown keys and metrics that are none', () => {
    expect(ConfiguredEventSchema.safeParse({ ...SALE, workload: 'web' }).success).toBe(false);
    expect(problemsOf({ ...SALE, metrics: ['CPU %'] })).toEqual(['metrics']);
    expect(problemsOf({ ...SALE, metrics: [] })).toEqual(['metrics']);
  });

  it('is empty when it is left out', () => {
    expect(ConfiguredEventsSchema.parse(undefined)).toEqual([]);
  });
});
