import { describe, expect, it } from '@jest/globals';
import { DETECT_LIMITS, DetectRequestSchema, hasPoints } from '#contracts/http/detect.ts';
import { FeedbackRequestSchema, IncidentQuerySchema } from '#contracts/http/incidents.ts';

const POINT = { timestamp: '2026-03-02T10:00:00Z', value: 1 };

function problems(body: unknown): readonly string[] {
  const { error } = DetectRequestSchema.safeParse(body);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a request for detection', () => {
  it.each([
    {},
    { deployment: 'my-app', namespace: 'default' },
    { workload: 'web', container_name: '*', metrics: ['cpu'], lookback_minutes: 10_080 },
    { metrics: { cpu_utilization: [POINT, { ...POINT, value: null }] }, threshold_sigma: 2.5 },
    { metrics: { cpu_utilization: [] }, sensitivity: 'high' },
    { deployment: 'web', end: '2026-03-02T12:00:00+02:00', include_points: true, explain: true },
  ])('%j is one', (body) => {
    expect(problems(body)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{ threshold_sigma: 2.5, sensitivity: 'low' }, 'sensitivity: threshold_sigma and sensitivity'],
    [{ metrics: { cpu: [POINT] }, lookback_minutes: 5 }, 'lookback_minutes: lookback_minutes is'],
    [{ metrics: { cpu: [POINT] }, end: POINT.timestamp }, 'end: end is for stored data'],
    [{ metrics: {} }, 'metrics: 1 to 22 metrics'],
    [{ threshold_sigma: 0.9 }, 'threshold_sigma: '],
    [{ threshold_sigma: 5.1 }, 'threshold_sigma: '],
    [{ lookback_minutes: 10_081 }, 'lookback_minutes: '],
    [{ metrics: { cpu: [{ ...POINT, value: 1.1e30 }] } }, 'metrics.cpu.0.value: '],
    [
      { metrics: { cpu: [{ ...POINT, timestamp: '2026-03-02' }] } },
      'metrics.cpu.0.timestamp: a time',
    ],
  ])('%j is none', (body, start) => {
    expect(problems(body).filter((problem) => problem.startsWith(start))).toHaveLength(1);
  });

  it('is bounded in metrics and in points of all metrics together', () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => [`m${i}`, [POINT]]);
    expect(problems({ metrics: Object.fromEntries(names(22)) })).toEqual([]);
    expect(problems({ metrics: Object.fromEntries(names(23)) })).toEqual([
      'metrics: 1 to 22 metrics',
    ]);
    const half = DETECT_LIMITS.maxPoints / 2;
    const points = (count: number) => new Array(count).fill(POINT);
    expect(problems({ metrics: { a: points(half), b: points(half) } })).toEqual([]);
    expect(problems({ metrics: { a: points(half), b: points(half + 1) } })).toEqual([
      'metrics: 20000 points in all metrics together at most',
    ]);
  });

  it('tells points from names', () => {
    const { metrics: points } = DetectRequestSchema.parse({ metrics: { cpu: [] } });
    expect([undefined, ['cpu'], points].map(hasPoints)).toEqual([false, false, true]);
  });
});

describe('a query for incidents', () => {
  it('asks for all states, a hundred at most, unless it says otherwise', () => {
    expect(IncidentQuerySchema.parse({})).toEqual({ state: 'all', limit: 100 });
    expect(IncidentQuerySchema.parse({ limit: '1000', state: 'open' })).toEqual({
      state: 'open',
      limit: 1_000,
    });
  });

  it.each([
    { limit: '1001' },
    { state: 'ended' },
    { severity: 'bad' },
    { from: '2026-03-02T10:00:00Z', to: '2026-03-02T10:00:00Z' },
    { since: '2026-03-02T10:00:00Z' },
  ])('%j is none', (query) => {
    expect(IncidentQuerySchema.safeParse(query).success).toBe(false);
  });
});

it('feedback has a label, and a note and a name within bounds', () => {
  const isOne = (body: unknown) => FeedbackRequestSchema.safeParse(body).success;
  expect(isOne({ label: 'expected', note: 'x'.repeat(500), by: 'y'.repeat(128) })).toBe(true);
  const wrong = [
    {},
    { label: 'fine' },
    { label: 'expected', note: 'x'.repeat(501) },
    { label: 'anomaly', by: 'y'.repeat(129) },
    { label: 'anomaly', by: '' },
    { label: 'anomaly', at: '2026-03-02T10:00:00Z' },
  ];
  expect(wrong.filter(isOne)).toEqual([]);
});
