import { beforeEach, describe, expect, it } from '@jest/globals';
import { detect } from '#app/detection/detect.ts';
import {
  type DetectRequest,
  DetectRequestSchema,
  type DetectResponse,
  DetectResponseSchema,
} from '#contracts/http/detect.ts';
import { seededRandom } from '#core/math/random.ts';
import {
  addMs,
  DEFAULT_STEP,
  durationMs,
  type EpochMs,
  MINUTE,
  SECOND,
  toIso,
} from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const NOW = at('2026-03-03T00:00:00Z');

let services: MemoryServices;
beforeEach(() => {
  services = memoryServices(NOW);
});

/** The answer to a request, which has the form that is promised. */
async function ask(body: unknown): Promise<DetectResponse> {
  const request: DetectRequest = DetectRequestSchema.parse(body);
  const answer = await detect(services, request);
  expect(DetectResponseSchema.safeParse(JSON.parse(JSON.stringify(answer))).error).toBeUndefined();
  return answer;
}

/** About 0.3 with a little noise. */
function quiet(count: number, level = 0.3): number[] {
  const random = seededRandom(7, 'quiet');
  return Array.from({ length: count }, () => level + 0.01 * (random() - 0.5));
}

function points(values: readonly (number | null)[], start = START, step = DEFAULT_STEP) {
  return values.map((value, i) => ({ timestamp: toIso(addMs(start, step, i)), value }));
}

const timeOf = (i: number): string => toIso(addMs(START, DEFAULT_STEP, i));
const codes = ({ reasons }: DetectResponse) => reasons.map(({ code }) => code);

describe('data of a caller, no workload named', () => {
  it('has its one spike found, with what was usual', async () => {
    const values = quiet(60);
    values[50] = 0.9;
    const answer = await ask({ metrics: { cpu_utilization: points(values) } });
    expect(answer).toMatchObject({
      workload: null,
      simulated: false,
      analyzed_at: '2026-03-03T00:00:00.000Z',
      data_as_of: timeOf(59),
      step_seconds: 300,
      threshold: 2.5,
      detector_version: null,
      is_anomaly: true,
      severity: 'critical',
      contributing_features: [{ feature: 'cpu_utilization', contribution: 1 }],
      // The first twelve are what the others are compared with.
      data_points_analyzed: 48,
      anomalies_detected: 1,
      summary: {
        status: 'critical',
        anomaly_rate: 1 / 48,
        by_severity: { critical: 1 },
        by_metric: { cpu_utilization: 1 },
      },
    });
    const [anomaly] = answer.anomalies;
    expect(anomaly).toMatchObject({
      metric: 'cpu_utilization',
      timestamp: timeOf(50),
      value: 0.9,
      direction: 'above',
      severity: 'critical',
      detector: 'recent-level',
      contributions: [{ metric: 'cpu_utilization', share: 1 }],
    });
    expect(anomaly?.expected_value).toBeCloseTo(0.3, 1);
    expect(anomaly?.lower_bound).toBeLessThan(0.3);
    expect(anomaly?.upper_bound).toBeGreaterThan(0.3);
    expect(anomaly?.anomaly_score).toBe(answer.summary.max_score);
    expect(anomaly?.description).toMatch(/^cpu_utilization was .* above what is usual: 90 % where/);
    expect(answer.incidents).toMatchObject([
      { start: timeOf(50), state: 'closed', peak: { at: timeOf(50), metric: 'cpu_utilization' } },
    ]);
    expect(codes(answer)).toEqual(['NO_DETECTOR']);
  });

  it('means the same in any order, and with every point sent twice', async () => {
    const values = quiet(40);
    values[30] = 0.7;
    const sent = points(values);
    const answer = await ask({ metrics: { cpu_utilization: sent } });
    const mixed = [...sent, ...sent].reverse();
    expect(await ask({ metrics: { cpu_utilization: mixed } })).toEqual(answer);
  });

  it('does not lose a shift that stays', async () => {
    const values = [...quiet(40), ...quiet(20, 0.6)];
    const answer = await ask({ metrics: { cpu_utilization: points(values) } });
    expect(answer.anomalies.map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 20 }, (_, i) => timeOf(40 + i)),
    );
    expect(answer.incidents).toMatchObject([{ start: timeOf(40), end: null, state: 'open' }]);
  });

  it('may come at irregular times: they are put on the step that they are about', async () => {
    const random = seededRandom(3, 'late');
    const sent = quiet(50).map((value, i) => ({
      timestamp: toIso(addMs(addMs(START, MINUTE, i), SECOND, random())),
      value: i === 45 ? 0.8 : value,
    }));
    const answer = await ask({ metrics: { cpu_utilization: sent } });
    expect(answer.step_seconds).toBe(60);
    expect(answer.anomalies.map(({ timestamp }) => timestamp)).toEqual([
      toIso(addMs(START, MINUTE, 45)),
    ]);
  });

  it('is never passed over in silence when there is too little of it', async () => {
    const answer = await ask({
      metrics: { cpu: points(quiet(12)), memory: [], db_cpu: points([null, null]) },
    });
    expect(answer.summary).toMatchObject({ status: 'unknown', anomaly_rate: 0, max_score: null });
    expect(answer).toMatchObject({ data_points_analyzed: 0, is_anomaly: false, severity: null });
    expect(answer.reasons).toMatchObject([
      { code: 'NO_DETECTOR' },
      {
        code: 'HISTORY_TOO_SHORT',
        details: { metric: 'cpu_utilization', need_points: 13, have_points: 12 },
      },
      { code: 'NO_DATA', details: { metric: 'memory_utilization' } },
      { code: 'NO_DATA', details: { metric: 'db_cpu' } },
    ]);
  });

  it('of thirteen points is judged', async () => {
    const answer = await ask({ metrics: { cpu: points([...quiet(12), 0.9]) } });
    expect(answer).toMatchObject({ data_points_analyzed: 1, anomalies_detected: 1 });
  });

  it('that nobody sent is no error', async () => {
    const answer = await ask({ metrics: { cpu: [] } });
    expect(answer).toMatchObject({ data_as_of: null, step_seconds: 300, anomalies: [] });
    expect(codes(answer)).toEqual(['NO_DETECTOR', 'NO_DATA']);
  });

  it('counts what cannot be true as missing, and says so', async () => {
    const values = [...quiet(20), 85, 90];
    const answer = await ask({ metrics: { cpu_utilization: points(values) } });
    expect(answer.anomalies).toEqual([]);
    expect(answer.reasons).toContainEqual({
      code: 'VALUES_IMPOSSIBLE',
      message: '2 values of cpu_utilization (ratio, 0 to 1) cannot be true and count as missing',
      details: { metric: 'cpu_utilization', values: 2 },
    });
  });

  it.each([
    [{ cpu: points([1]), cpu_utilization: points([1]) }, 'cpu_utilization is sent twice'],
    [
      { cpu: [...points(quiet(20)), ...points([1], at('2027-03-02T00:00:00Z'))] },
      'lie 105121 steps',
    ],
  ])('is refused where it makes no sense (%#)', async (metrics, message) => {
    await expect(ask({ metrics })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it.each([1e30, -1e30, 0])('of constant %p has a stated result', async (value) => {
    const answer = await ask({ metrics: { queue: points(new Array(30).fill(value)) } });
    expect(answer).toMatchObject({ data_points_analyzed: 18, anomalies_detected: 0 });
    expect(answer.summary.status).toBe('healthy');
  });

  it('answers every point where asked', async () => {
    const values = [...quiet(14), null, 0.3];
    const { points: all } = await ask({
      metrics: { cpu: points(values) },
      include_points: true,
    });
    const { start, anomaly_scores, values: given } = all?.cpu_utilization ?? {};
    expect(start).toBe(timeOf(0));
    expect(given).toEqual(values);
    expect(anomaly_scores?.map((score) => score !== null)).toEqual([
      ...new Array(12).fill(false),
      true,
      true,
      false,
      true,
    ]);
  });

  it('ranks the metrics that are unusual at the same time', async () => {
    const spiked = (value: number) => points(quiet(40).map((each, i) => (i === 30 ? value : each)));
    const answer = await ask({ metrics: { cpu: spiked(0.6), db_cpu: spiked(0.9) } });
    const shares = answer.anomalies[0]?.contributions ?? [];
    expect(shares).toMatchObject([{ metric: 'db_cpu' }, { metric: 'cpu_utilization' }]);
    expect(answer.incidents).toHaveLength(1);
    expect(answer.incidents[0]?.metrics.map(({ metric }) => metric)).toEqual([
      'db_cpu',
      'cpu_utilization',
    ]);
  });
});

describe('how much is an anomaly', () => {
  /** 0.29, 0.30, 0.31 in turns: sigma is 1.4826 × 0.01, so 0.34 scores 0.04 / 0.014826 = 2.70. */
  const swing = (last: number) => [
    ...Array.from({ length: 40 }, (_, i) => 0.3 + 0.01 * ((i % 3) - 1)),
    last,
  ];
  const count = async (more: object) =>
    (await ask({ metrics: { cpu: points(swing(0.34)) }, ...more })).anomalies_detected;

  it('is said by the threshold, or by the sensitivity', async () => {
    expect(await count({})).toBe(1);
    expect(await count({ threshold_sigma: 2.65 })).toBe(1);
    expect(await count({ threshold_sigma: 2.75 })).toBe(0);
    expect(await count({ sensitivity: 'low' })).toBe(0);
    expect(await count({ sensitivity: 'high' })).toBe(1);
  });

  it('is configured where a request does not say', async () => {
    services = { ...services, detection: { ...services.detection, threshold: 3 } };
    expect(await count({})).toBe(0);
    expect(await count({ sensitivity: 'medium' })).toBe(1);
  });

  it('has a minimum effect and a direction as configured', async () => {
    const metrics = { cpu_utilization: { direction: 'down' as const } };
    services = { ...services, detection: { ...services.detection, metrics } };
    expect(await count({})).toBe(0);
  });

  it('below the least severity has none', async () => {
    // 0.02, 0.03, 0.04 in turns: 0.05 scores 0.02 / 0.014826 = 1.35, and is far off by effect.
    const small = swing(0.32).map((value) => value - 0.27);
    const answer = await ask({ metrics: { cpu: points(small) }, threshold_sigma: 1.3 });
    expect(answer.anomalies).toMatchObject([{ timestamp: timeOf(40), severity: null }]);
    expect(answer.anomalies[0]?.anomaly_score).toBeCloseTo(1.349, 3);
    expect(answer.severity).toBeNull();
    expect(answer.summary).toMatchObject({ status: 'attention', by_severity: {} });
  });
});

describe('data of a caller for a workload that is known', () => {
  const start: EpochMs = addMs(NOW, DEFAULT_STEP, -100);

  beforeEach(() =>
    feed(services, { cpu: quiet(100), memory: quiet(100, 0.5) }, { start, step: DEFAULT_STEP }),
  );

  it('is compared with what is stored before it', async () => {
    const sent = points([...quiet(5), 0.9, ...quiet(6)], NOW);
    const answer = await ask({ deployment: 'web', namespace: 'shop', metrics: { cpu: sent } });
    expect(answer).toMatchObject({
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      data_points_analyzed: 12,
      anomalies: [{ timestamp: toIso(addMs(NOW, DEFAULT_STEP, 5)), value: 0.9 }],
    });
    expect(answer.reasons[0]).toMatchObject({
      code: 'NO_DETECTOR',
      details: {
        need_days: 4,
        have_days: 0.35,
        ready_at: toIso(addMs(start, durationMs(345_600_000))),
      },
    });
  });

  it('stands in for what is stored at its times', async () => {
    const sent = points([0.9], addMs(NOW, DEFAULT_STEP, -3));
    const answer = await ask({ deployment: 'web', namespace: 'shop', metrics: { cpu: sent } });
    expect(answer.anomalies).toMatchObject([{ value: 0.9 }]);
    expect(answer.data_points_analyzed).toBe(1);
  });

  it('has no metric that the workload has not', async () => {
    const metrics = { cpu: points([0.3]), latency_p95: points([0.3]) };
    await expect(ask({ deployment: 'web', namespace: 'shop', metrics })).rejects.toMatchObject({
      code: 'METRIC_UNKNOWN',
      details: { known: ['cpu_utilization', 'memory_utilization'] },
    });
    await expect(ask({ deployment: 'shop', metrics })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
