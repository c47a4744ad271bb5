import { beforeEach, describe, expect, it } from '@jest/globals';
import { detect } from '#app/detection/detect.ts';
import type { LoadedDetectors } from '#app/detection/load-detectors.ts';
import {
  DetectRequestSchema,
  type DetectResponse,
  DetectResponseSchema,
} from '#contracts/http/detect.ts';
import type { FittedReconstruction } from '#core/detect/reconstruction.ts';
import { residualDetector } from '#core/detect/residual.ts';
import { serviceDetector } from '#core/detect/service.ts';
import { DomainError } from '#core/errors.ts';
import { seededRandom } from '#core/math/random.ts';
import {
  addMs,
  DAY,
  DEFAULT_STEP,
  durationMs,
  type EpochMs,
  HOUR,
  MINUTE,
  toIso,
} from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { frameOf } from '#test/helpers/frame-of.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-09T00:00:00Z');
const WEB = { deployment: 'web', namespace: 'shop' };

let services: MemoryServices;
beforeEach(() => {
  services = memoryServices(NOW);
});

async function ask(body: object = {}): Promise<DetectResponse> {
  const answer = await detect(services, DetectRequestSchema.parse({ ...WEB, ...body }));
  expect(DetectResponseSchema.safeParse(JSON.parse(JSON.stringify(answer))).error).toBeUndefined();
  return answer;
}

/** A day's rhythm with a little noise, `count` steps that end at `NOW`. */
function rhythm(count: number, step = DEFAULT_STEP): number[] {
  const random = seededRandom(11, 'rhythm');
  return Array.from({ length: count }, (_, i) => {
    const phase = (2 * Math.PI * ((NOW + (i - count) * step) % DAY)) / DAY;
    return 0.4 + 0.1 * Math.sin(phase) + 0.01 * (random() - 0.5);
  });
}

const quiet = (count: number) =>
  rhythm(count).map((value, i) => 0.3 + ((value * 1e4 + i) % 7) / 1e3);

/** Stores columns that end at `NOW`. */
async function store(columns: Record<string, readonly (number | null)[]>, step = DEFAULT_STEP) {
  const [first = []] = Object.values(columns);
  await feed(services, columns, { start: addMs(NOW, step, -first.length), step });
}
/** The time of the value that was stored so many steps before `NOW`. */
const ago = (steps: number, step = DEFAULT_STEP): string => toIso(addMs(NOW, step, -steps));
const timesOf = ({ anomalies }: DetectResponse) => anomalies.map(({ timestamp }) => timestamp);
const codes = ({ reasons }: DetectResponse) => reasons.map(({ code }) => code);

/** Values with one of them replaced, counted from the end. */
function spiked(values: readonly number[], stepsBefore: number, value = 0.9): number[] {
  return values.map((each, i) => (i === values.length - stepsBefore ? value : each));
}

describe('stored data before anything was trained', () => {
  it('of the last hour are judged by what came before', async () => {
    await store({ cpu: spiked(quiet(100), 4), memory: quiet(100) });
    const answer = await ask();
    expect(answer).toMatchObject({
      workload: { ...WEB, cluster: 'default', container: '*' },
      data_as_of: ago(1),
      data_points_analyzed: 24,
      anomalies: [{ metric: 'cpu_utilization', timestamp: ago(4), value: 0.9 }],
      summary: { status: 'critical' },
    });
    expect(codes(answer)).toEqual(['NO_DETECTOR', 'DETECTOR_LEFT_OUT']);
    expect(answer.reasons[1]?.details).toEqual({
      detector: 'streaming',
      metrics: ['cpu_utilization', 'memory_utilization'],
    });
  });

  it('reach back as far as asked, and end where asked', async () => {
    await store({ cpu: spiked(quiet(100), 20) });
    expect(timesOf(await ask())).toEqual([]);
    expect(timesOf(await ask({ lookback_minutes: 95 }))).toEqual([]);
    expect(timesOf(await ask({ lookback_minutes: 100 }))).toEqual([ago(20)]);
    expect(timesOf(await ask({ end: ago(19), lookback_minutes: 5 }))).toEqual([ago(20)]);
    expect(timesOf(await ask({ end: ago(20), lookback_minutes: 30 }))).toEqual([]);
  });

  it('are those of the metrics asked for', async () => {
    await store({ cpu: spiked(quiet(60), 3), memory: spiked(quiet(60), 3) });
    const answer = await ask({ metrics: ['memory'] });
    expect(answer.summary.by_metric).toEqual({ memory_utilization: 1 });
    expect(answer.data_points_analyzed).toBe(12);
    await expect(ask({ metrics: ['cpus'] })).rejects.toMatchObject({
      code: 'METRIC_UNKNOWN',
      details: { known: ['cpu_utilization', 'memory_utilization'] },
    });
  });

  it('say that they are old', async () => {
    await store({ cpu: spiked(quiet(60), 3) });
    services.clock.set(addMs(NOW, DAY));
    const answer = await ask();
    expect(timesOf(answer)).toEqual([ago(3)]);
    expect(answer.reasons).toContainEqual({
      code: 'DATA_STALE',
      message: `the newest value is of ${ago(1)}: the time looked at ends there`,
      details: { age_seconds: 86_400 },
    });
    expect(codes(await ask({ end: ago(0) }))).not.toContain('DATA_STALE');
  });

  it('say that there are none', async () => {
    await store({ cpu: quiet(60) });
    const answer = await ask({ end: ago(100) });
    expect(answer).toMatchObject({ data_as_of: null, summary: { status: 'unknown' } });
    expect(codes(answer)).toContain('NO_DATA');
  });

  it('tell of an incident that began before the time looked at', async () => {
    const raised = quiet(100).map((value, i) => (i >= 70 ? value + 0.4 : value));
    await store({ cpu: raised });
    const answer = await ask({ lookback_minutes: 30 });
    expect(answer.anomalies).toHaveLength(6);
    expect(answer.incidents).toMatchObject([{ start: ago(30), state: 'open' }]);
  });

  it('tell nothing of an incident that was over before', async () => {
    await store({ cpu: spiked(quiet(100), 40) });
    expect((await ask()).incidents).toEqual([]);
    expect((await ask({ lookback_minutes: 200 })).incidents).toHaveLength(1);
  });

  it('of an unknown workload are refused, and of the only one need no name', async () => {
    await store({ cpu: quiet(60) });
    await expect(ask({ deployment: 'api' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const answer = await detect(services, DetectRequestSchema.parse({}));
    expect(answer.workload?.deployment).toBe('web');
  });

  it('are too many where the grid is fine', async () => {
    const step = durationMs(5_000);
    await feed(services, { cpu: quiet(30) }, { start: addMs(NOW, step, -30), step, ...WEB });
    const directory = {
      ...services.directory,
      get: async (id: Parameters<typeof services.directory.get>[0]) => {
        const workload = await services.directory.get(id);
        return workload && { ...workload, gridStep: step };
      },
    };
    const request = DetectRequestSchema.parse({ ...WEB, lookback_minutes: 1_681 });
    await expect(detect({ ...services, directory }, request)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { steps: 20_172, maxSteps: 20_160, max_minutes: 1_680 },
    });
  });
});

describe('what was known', () => {
  it('is masked: a deployment, or maintenance', async () => {
    await store({ cpu: spiked(quiet(100), 4) });
    const workload = { cluster: 'default', container: '*', ...WEB };
    await services.marks.add(workload, [addMs(NOW, MINUTE, -25)], NOW);
    const answer = await ask();
    expect(answer).toMatchObject({ anomalies_detected: 0, incidents: [] });
    expect(answer.reasons).toContainEqual({
      code: 'MASKED',
      message: '1 unusual values do not count: after a deployment, or in maintenance',
      details: { values: 1 },
    });
  });

  it('an event multiplies what is expected, and values are told as they were', async () => {
    const sale = { name: 'sale', start: ago(6), end: ago(0), factor: 2 };
    const doubled = quiet(100).map((value, i) => (i >= 94 ? 2 * value : value));
    await store({ cpu: spiked(doubled, 2, 0.99) });
    expect((await ask()).anomalies_detected).toBe(6);
    services = { ...services, events: [sale] };
    const { anomalies } = await ask();
    expect(anomalies).toMatchObject([{ timestamp: ago(2), value: 0.99 }]);
    expect(anomalies[0]?.expected_value).toBeCloseTo(0.6, 1);
  });
});

describe('streaming detectors', () => {
  it('are taken through the days before, once there are enough', async () => {
    await store({ cpu: spiked(rhythm(3 * 288), 3, 0.9) });
    const answer = await ask();
    expect(answer.anomalies).toMatchObject([{ timestamp: ago(3), detector: 'streaming' }]);
    expect(codes(answer)).toEqual(['NO_DETECTOR']);
  });
});

describe('trained detectors', () => {
  const step = durationMs(15 * MINUTE);
  const DAYS = 5;
  const steps = (DAYS * DAY) / step;
  const cpu = rhythm(steps, step);
  /** Follows cpu, with noise of its own. */
  const memory = rhythm(steps + 40, step)
    .slice(40)
    .map((value, i) => 0.5 * (cpu[i] ?? value) + 0.02 * value);
  let loaded: LoadedDetectors;

  /** Expects 0.4 everywhere with a sigma of 0.05, by two features. */
  const reconstruction: FittedReconstruction = {
    detect(frame, from = 0) {
      const rows = frame.length - from;
      const values = frame.series.get('cpu_utilization')?.values.slice(from) ?? [];
      return new Map([
        [
          'cpu_utilization',
          {
            scores: Float64Array.from(values, (value) => Math.abs(value - 0.4) / 0.05),
            expected: new Float64Array(rows).fill(0.4),
            tolerance: new Float64Array(rows).fill(0.1),
            usual: new Float64Array(rows).fill(1),
          },
        ],
      ]);
    },
    explain: (_, metric, row) =>
      metric === 'cpu_utilization'
        ? {
            expected: 0.4,
            base: 0.3,
            contributions: [
              { feature: 'hour', contribution: 0.2 },
              { feature: `row_${row}`, contribution: -0.1 },
            ],
          }
        : undefined,
    importance: () => [],
    skipped: [],
    toState: () => {
      throw new Error('nobody asks');
    },
  };

  beforeEach(async () => {
    const start: EpochMs = addMs(NOW, step, -steps);
    const frame = frameOf({ cpu_utilization: cpu, memory_utilization: memory }, { start, step });
    loaded ??= {
      version: 'abc',
      trainedAt: addMs(NOW, HOUR, -2),
      step,
      residual: residualDetector().fit(frame),
      service: serviceDetector().fit(frame),
      leftOut: [{ detector: 'reconstruction', code: 'HISTORY_TOO_SHORT', message: 'too short' }],
    };
    services = { ...services, detectorsOf: async () => loaded };
  });

  const storeSpike = (value = 0.95) => store({ cpu: spiked(cpu, 4, value), memory: memory }, step);

  it('judge, and say which they are and which are missing', async () => {
    await storeSpike();
    const answer = await ask({ lookback_minutes: 240 });
    expect(answer).toMatchObject({
      detector_version: 'abc',
      trained_at: '2026-03-08T22:00:00.000Z',
      step_seconds: 900,
      data_points_analyzed: 32,
    });
    expect(timesOf(answer)).toContain(ago(4, step));
    expect(answer.reasons).toEqual([
      {
        code: 'DETECTOR_LEFT_OUT',
        message: 'the reconstruction detector has not judged: too short',
        details: { detector: 'reconstruction', cause: 'HISTORY_TOO_SHORT' },
      },
    ]);
    expect(codes(await ask({ explain: true }))).toEqual(['DETECTOR_LEFT_OUT', 'DETECTOR_LEFT_OUT']);
  });

  it('find metrics that do not go together, each inside its own range', async () => {
    // Half of what goes with such a cpu, yet a usual value of the night.
    const apart = memory.map((value, i) => (i >= steps - 8 ? 0.6 * value : value));
    await store({ cpu, memory: apart }, step);
    const answer = await ask({ lookback_minutes: 120 });
    expect(answer.summary.by_metric.memory_utilization).toBeGreaterThan(0);
    expect(answer.incidents[0]?.metrics[0]?.metric).toBe('memory_utilization');
    const others = await ask({ lookback_minutes: 120, metrics: ['cpu'] });
    expect(others.anomalies_detected).toBe(0);
  });

  it('explain the worst anomalies by features', async () => {
    await storeSpike();
    loaded = { ...loaded, reconstruction, leftOut: [] };
    const { anomalies } = await ask({ lookback_minutes: 240, explain: true });
    const spike = anomalies.find(({ timestamp }) => timestamp === ago(4, step));
    const row = Math.min(steps, 16 + Math.max(400, 672)) - 4;
    expect(spike?.contributions).toEqual([
      { feature: 'hour', contribution: 0.2 },
      { feature: `row_${row}`, contribution: -0.1 },
    ]);
    const plain = await ask({ lookback_minutes: 240 });
    expect(plain.anomalies[0]?.contributions[0]).toHaveProperty('metric');
  });

  it('judge data of a caller too, the streaming ones excepted', async () => {
    await storeSpike(0.4);
    const point = { timestamp: ago(4, step), value: 0.95 };
    const answer = await ask({ metrics: { cpu: [point] } });
    expect(answer).toMatchObject({ detector_version: 'abc', data_points_analyzed: 1 });
    expect(answer.anomalies).toMatchObject([{ timestamp: point.timestamp }]);
    expect(['reconstruction', 'residual']).toContain(answer.anomalies[0]?.detector);
  });

  it.each(['ARTIFACT_CORRUPT', 'STATE_INCOMPATIBLE'] as const)(
    'that cannot be read (%s) do not keep others from judging',
    async (code) => {
      await storeSpike();
      const failing = async () => {
        throw new DomainError(code, 'the detectors cannot be read');
      };
      services = { ...services, detectorsOf: failing };
      const answer = await ask({ lookback_minutes: 240 });
      expect(answer).toMatchObject({ detector_version: null, is_anomaly: true });
      expect(codes(answer)).toContain(code);
    },
  );

  it('of another grid are not asked', async () => {
    await storeSpike();
    services = { ...services, detectorsOf: async () => ({ ...loaded, step: DEFAULT_STEP }) };
    const answer = await ask({ lookback_minutes: 240 });
    expect(answer.detector_version).toBeNull();
    expect(codes(answer)).toContain('SERIES_MISALIGNED');
  });

  it('leave the slow one out where much is looked at, unless its features are asked for', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `metric_${i}`);
    await store(Object.fromEntries(names.map((name) => [name, quiet(180)])));
    const { residual: _, service: __, ...others } = loaded;
    const slow = { ...others, step: DEFAULT_STEP, reconstruction, leftOut: [] };
    services = { ...services, detectorsOf: async () => slow };
    const leftOut = async (body: object) =>
      (await ask(body)).reasons.filter(({ details }) => details?.detector === 'reconstruction');
    // 20 metrics × 176 steps, and one step less.
    expect(await leftOut({ lookback_minutes: 880 })).toEqual([
      {
        code: 'DETECTOR_LEFT_OUT',
        message: expect.stringContaining('3520 values are looked at, it judges up to 3500'),
        details: { detector: 'reconstruction', values: 3_520, max_values: 3_500 },
      },
    ]);
    expect(await leftOut({ lookback_minutes: 880, explain: true })).toEqual([]);
    expect(await leftOut({ lookback_minutes: 875 })).toEqual([]);
  });
});
