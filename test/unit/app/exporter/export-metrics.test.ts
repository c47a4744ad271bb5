import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { createExport, EXPORT_LIMITS } from '#app/exporter/export-metrics.ts';
import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { LIMITS } from '#contracts/http/common.ts';
import { ExportQuerySchema } from '#contracts/http/scalers.ts';
import { addMs, DEFAULT_STEP, durationMs, type EpochMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { parseExposition, type ScrapedSample } from '#test/helpers/exposition.ts';
import { feed } from '#test/helpers/feed.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

const CPU = { workload: 'default#shop#web#*', metric: 'cpu_utilization' };
const WEB = { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' };
/** The newest observation, and the time at which it is known: five minutes later. */
const NEWEST = at('2026-03-02T09:55:00Z');
const NOW = addMs(NEWEST, DEFAULT_STEP);

/** Values of each five minutes after NEWEST: 0.01, 0.02 …; the bounds half and twice as much. */
function forecastOf(newest: EpochMs, steps = 288): IssuedForecast {
  const values = Array.from({ length: steps }, (_, i) => (i + 1) / 100);
  return {
    issued_at: toIso(addMs(newest, DEFAULT_STEP)),
    data_as_of: toIso(newest),
    model: 'ridge',
    version: 'v1',
    step_seconds: 300,
    level: 0.8,
    values,
    lower_bounds: values.map((value) => value / 2),
    upper_bounds: values.map((value) => value * 2),
  };
}

/** `shop/web` with a forecast and a recommendation for twenty minutes. */
async function shop(newest = NEWEST): Promise<MemoryServices> {
  const now = addMs(newest, DEFAULT_STEP);
  const services = memoryServices(now);
  const column = [0.2, 0.3, 0.4];
  const start = addMs(newest, DEFAULT_STEP, -2);
  await feed(services, { cpu_utilization: column }, { start, step: DEFAULT_STEP });
  await services.issued.add(CPU, forecastOf(newest));
  const until = addMs(now, MINUTE, 20);
  await services.recommendations.publish(recommendationOf({ from: now, until }));
  return services;
}

async function scrape(
  services: MemoryServices,
  query: Record<string, string> = {},
  limits = EXPORT_LIMITS,
): Promise<readonly ScrapedSample[]> {
  const text = await createExport(
    { ...services, codeVersion: '1.2.3' },
    limits,
  )(ExportQuerySchema.parse(query));
  return parseExposition(text);
}

function valuesOf(samples: readonly ScrapedSample[], name: string): number[] {
  return samples.filter((sample) => sample.name === name).map(({ value }) => value);
}

describe('a scrape', () => {
  it('shows what is forecast for the horizon ahead of it, by quantile', async () => {
    const predicted = (await scrape(await shop())).filter(
      ({ name }) => name === 'helios_predicted',
    );
    expect(predicted).toHaveLength(9);
    // A quarter of an hour from 10:00 is 10:15, four steps after 09:55.
    const first = { ...WEB, metric: 'cpu_utilization', horizon: '15m' };
    expect(predicted.slice(0, 3)).toEqual([
      { name: 'helios_predicted', labels: { ...first, quantile: '0.1' }, value: 0.02 },
      { name: 'helios_predicted', labels: first, value: 0.04 },
      { name: 'helios_predicted', labels: { ...first, quantile: '0.9' }, value: 0.08 },
    ]);
    // 10:30 is seven steps after 09:55, 11:00 thirteen.
    const points = predicted.filter(({ labels }) => labels.quantile === undefined);
    expect(points.map(({ labels, value }) => [labels.horizon, value])).toEqual([
      ['15m', 0.04],
      ['30m', 0.07],
      ['60m', 0.13],
    ]);
  });

  it('moves along the forecast as time passes: between two steps the next one counts', async () => {
    const services = await shop();
    services.clock.set(addMs(NOW, MINUTE, 31));
    // 10:46 lies between 10:45 and 10:50, which is eleven steps after 09:55.
    const point = (await scrape(services)).find(
      ({ name, labels }) => name === 'helios_predicted' && !labels.quantile,
    );
    expect(point?.value).toBe(0.11);
  });

  it('shows what is, and what is recommended', async () => {
    const services = await shop();
    await services.incidents.save(openIncidentAt(NOW));
    await services.lastScores.note(CPU.workload, NOW, {
      anomaly: 3.25,
      skills: [{ metric: 'cpu_utilization', skill: 0.4 }],
    });
    const samples = await scrape(services);
    expect(samples).toContainEqual({
      name: 'helios_actual',
      labels: { ...WEB, metric: 'cpu_utilization' },
      value: 0.4,
    });
    expect(samples).toContainEqual({ name: 'helios_anomaly_score', labels: WEB, value: 3.25 });
    expect(samples).toContainEqual({ name: 'helios_open_incidents', labels: WEB, value: 1 });
    expect(samples).toContainEqual({ name: 'helios_data_age_seconds', labels: WEB, value: 300 });
    expect(samples).toContainEqual({
      name: 'helios_forecast_skill',
      labels: { ...WEB, metric: 'cpu_utilization' },
      value: 0.4,
    });
    expect(valuesOf(samples, 'helios_recommended_replicas')).toEqual([6]);
    expect(valuesOf(samples, 'helios_recommended_replicas_lower')).toEqual([5]);
    expect(valuesOf(samples, 'helios_recommended_replicas_upper')).toEqual([7]);
    expect(valuesOf(samples, 'helios_workloads')).toEqual([1]);
    expect(valuesOf(samples, 'helios_models_loaded')).toEqual([0]);
    expect(samples).toContainEqual({
      name: 'helios_service_info',
      labels: { service: 'helios', version: '1.2.3' },
      value: 1,
    });
  });

  it('counts no incident that was expected, and marks what is simulated', async () => {
    const services = await shop();
    const { id } = await services.incidents.save(openIncidentAt(NOW));
    const feedback = { label: 'expected', by: 'ada', at: toIso(NOW), note: null } as const;
    await services.incidents.giveFeedback(id, feedback);
    expect(valuesOf(await scrape(services), 'helios_open_incidents')).toEqual([0]);
    await services.directory.note(workloadId({ deployment: 'demo', namespace: 'shop' }), {
      source: 'simulator',
      step: DEFAULT_STEP,
      metrics: new Map([['cpu_utilization', { counter: false, firstSeen: NOW, lastSeen: NOW }]]),
      simulated: true,
    });
    const age = (await scrape(services)).filter(({ name }) => name === 'helios_data_age_seconds');
    expect(age.map(({ labels }) => [labels.deployment, labels.simulated])).toEqual([
      ['demo', 'true'],
      ['web', undefined],
    ]);
  });

  it('of nothing is still one', async () => {
    const samples = await scrape(memoryServices(NOW));
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['helios_export_workloads', 0],
      ['helios_export_workloads_omitted', 0],
      ['helios_service_info', 1],
      ['helios_workloads', 0],
      ['helios_models_loaded', 0],
    ]);
  });
});

describe('nothing outlives its validity', () => {
  // Spring forward and back in Berlin lie at 01:00 UTC: hours of 23 and 25 hours' days are hours.
  it.each(['2026-03-02T09:55:00Z', '2026-03-29T00:25:00Z', '2026-10-25T00:25:00Z'])(
    'from %s on',
    async (iso) => {
      const newest = at(iso);
      const services = await shop(newest);
      const made = addMs(newest, DEFAULT_STEP);
      await services.lastScores.note(CPU.workload, made, {
        anomaly: 3,
        skills: [{ metric: 'cpu_utilization', skill: 0.4 }],
      });
      const shown = async (after: number) => {
        services.clock.set(addMs(made, durationMs(after)));
        const names = (await scrape(services)).map(({ name }) => name);
        return {
          replicas: names.includes('helios_recommended_replicas'),
          score: names.includes('helios_anomaly_score'),
          predicted: names.includes('helios_predicted'),
          actual: names.includes('helios_actual'),
          skill: names.includes('helios_forecast_skill'),
        };
      };
      const all = { replicas: true, score: true, predicted: true, actual: true, skill: true };
      // The recommendation for 20 minutes, the score for 30, and two hours after the newest
      // observation, which is 5 minutes older than all this, the forecast and the value.
      expect(await shown(20 * MINUTE - 1)).toEqual(all);
      expect(await shown(20 * MINUTE)).toEqual({ ...all, replicas: false });
      expect(await shown(30 * MINUTE)).toEqual({ ...all, replicas: false, score: false });
      const gone = { ...all, replicas: false, score: false };
      expect(await shown(2 * HOUR - 5 * MINUTE - 1)).toEqual(gone);
      const late = { ...gone, predicted: false, actual: false };
      expect(await shown(2 * HOUR - 5 * MINUTE)).toEqual(late);
      expect(await shown(2 * HOUR)).toEqual({ ...late, skill: false });
    },
  );

  it('also of facts that are remembered', async () => {
    const services = await shop();
    const exportMetrics = createExport({ ...services, codeVersion: '1' });
    services.clock.set(addMs(NOW, durationMs(20 * MINUTE - 1)));
    expect(await exportMetrics({})).toContain('helios_recommended_replicas{');
    services.clock.set(addMs(NOW, MINUTE, 20));
    expect(await exportMetrics({})).not.toContain('helios_recommended_replicas{');
  });

  it('nor is anything shown of a forecast from a clock ahead of ours', async () => {
    const services = await shop();
    services.clock.set(addMs(NOW, durationMs(-1)));
    expect(valuesOf(await scrape(services), 'helios_predicted')).toEqual([]);
  });
});

describe('a hold', () => {
  it('is no number: nothing is exported', async () => {
    const services = await shop();
    const validity = { from: addMs(NOW, MINUTE), until: addMs(NOW, HOUR) };
    await services.recommendations.publish(
      recommendationOf(validity, {
        action: 'investigate',
        target_replicas: null,
        lower_replicas: null,
        upper_replicas: null,
      }),
    );
    services.clock.set(addMs(NOW, MINUTE));
    expect(valuesOf(await scrape(services), 'helios_recommended_replicas')).toEqual([]);
  });
});

describe('many workloads', () => {
  async function fleet(size: number): Promise<MemoryServices> {
    const services = memoryServices(NOW);
    for (let i = 0; i < size; i++) {
      const options = { start: NEWEST, step: DEFAULT_STEP, namespace: i % 2 ? 'odd' : 'even' };
      await feed(services, { cpu_utilization: [0.5] }, { ...options, deployment: `web-${i}` });
    }
    return services;
  }

  it('are bounded: whole workloads are left out, and counted', async () => {
    const services = await fleet(6);
    // Each has an actual, a count of incidents and an age: three series.
    const limits = { ...EXPORT_LIMITS, series: 8 };
    const samples = await scrape(services, {}, limits);
    expect(valuesOf(samples, 'helios_actual')).toHaveLength(2);
    expect(valuesOf(samples, 'helios_data_age_seconds')).toHaveLength(2);
    expect(valuesOf(samples, 'helios_export_workloads')).toEqual([2]);
    expect(valuesOf(samples, 'helios_export_workloads_omitted')).toEqual([4]);
    const few = await scrape(services, {}, { ...EXPORT_LIMITS, workloads: 5 });
    expect(valuesOf(few, 'helios_export_workloads_omitted')).toEqual([1]);
    const short = await scrape(services, {}, { ...EXPORT_LIMITS, characters: 100 });
    expect(valuesOf(short, 'helios_export_workloads_omitted')).toEqual([6]);
  });

  it('are read no more often than once in a minute, whoever asks', async () => {
    const services = await fleet(2);
    let reads = 0;
    const counted = {
      ...services,
      codeVersion: '1',
      issued: {
        list: async (...args: Parameters<typeof services.issued.list>) => {
          reads++;
          return services.issued.list(...args);
        },
      },
    };
    const exportMetrics = createExport(counted);
    await Promise.all([exportMetrics({}), exportMetrics({}), exportMetrics({ namespace: 'odd' })]);
    services.clock.set(addMs(NOW, durationMs(59_999)));
    await exportMetrics({});
    expect(reads).toBe(2);
    services.clock.set(addMs(NOW, MINUTE));
    await exportMetrics({});
    expect(reads).toBe(4);
  });

  it('can be asked for in parts', async () => {
    const services = await fleet(5);
    const odd = await scrape(services, { namespace: 'odd' });
    const names = odd.filter(({ name }) => name === 'helios_actual');
    expect(names.map(({ labels }) => labels.deployment)).toEqual(['web-1', 'web-3']);
    expect(valuesOf(odd, 'helios_export_workloads_omitted')).toEqual([0]);
    const one = await scrape(services, { deployment: 'web-2' });
    expect(valuesOf(one, 'helios_actual')).toEqual([0.5]);
  });

  it('fit into an answer whatever their names are', () => {
    // What is said of the service itself takes less than ten kilobytes.
    expect(EXPORT_LIMITS.characters + 10_000).toBeLessThan(LIMITS.maxResponseBytes);
  });
});

/** Debian’s package `prometheus` has it. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

(hasPromtool ? it : it.skip)('promtool accepts it (where it is installed)', async () => {
  const services = await shop();
  await services.incidents.save(openIncidentAt(NOW));
  const input = await createExport({ ...services, codeVersion: '1.2.3' })({});
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input });
  expect({ status, text: `${stdout}${stderr}` }).toEqual({ status: 0, text: '' });
});
