import type { MetricSource, SweepRequest } from '#app/ports/metric-source.ts';
import { type SystemSourceConfig, SystemSourceSchema } from '#contracts/config/sources/system.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, HOUR } from '#core/time.ts';
import { defineSource, type SourceDeps } from './define-source.ts';
import type { SystemProbe } from './system-probe.ts';
import { SYSTEM_METRICS, SYSTEM_STEP, systemSource } from './system-source.ts';

/** Readings of an interval are up to twice as far apart: the first one is at once, the next in its slot. */
const FRESH_INTERVALS = 2;
/** After a longer time (the start, a pause, a sleep) two readings are taken this far apart. */
const BETWEEN_READINGS_MS = 1_000;

/** This machine, as an agent's source. */
export const systemKind = defineSource({
  type: 'system',
  summary: 'this machine: CPU, memory, disk, network',
  schema: SystemSourceSchema,
  open: (config, deps) => openSystem(config, deps),
});

/**
 * This machine, read as rarely as one likes: CPU use is the mean since the reading before. A second of
 * every minute would show what happens to run at that second, the agent's own work above all.
 */
export function openSystem(
  config: SystemSourceConfig,
  { clock, sleep, name, workload, host }: SourceDeps,
  probe?: SystemProbe,
): MetricSource {
  const source = systemSource({
    clock,
    dataDir: config.path ?? '/',
    longestMean: durationMs(FRESH_INTERVALS * HOUR),
    ...(probe && { probe }),
  });
  const metrics = metricsOf(config);
  if (metrics.length === 0) {
    throw new DomainError('CONFIG_INVALID', `the source ${name} has nothing left to measure`);
  }
  let readAt: number | undefined;

  const read = async ({ range, every = SYSTEM_STEP, signal }: SweepRequest) => {
    const request = { workload, metrics, range };
    const elapsed = readAt === undefined ? undefined : clock.now() - readAt;
    const isFresh = elapsed !== undefined && elapsed >= 0 && elapsed <= FRESH_INTERVALS * every;
    if (!isFresh) {
      await source.collect(request);
      await sleep(BETWEEN_READINGS_MS, signal);
    }
    const collected = await source.collect(request);
    readAt = clock.now();
    return collected;
  };

  return {
    ...source,
    name,
    async sweep(request) {
      const { every = SYSTEM_STEP } = request;
      const collected = await read(request);
      const observations = collected.observations.map((each) => ({
        ...each,
        source: `${name}@${host}`,
      }));
      return {
        workloads: [{ workload, collected: { ...collected, step: every, observations } }],
        problems: [],
      };
    },
    async discover() {
      return [{ workload, metrics }];
    },
    async listMetrics({ filter = '', limit }) {
      return SYSTEM_METRICS.filter((each) => each.includes(filter))
        .slice(0, limit)
        .map((each) => ({ name: each }));
    },
  };
}

function metricsOf(config: SystemSourceConfig): readonly string[] {
  const groups = [
    { prefix: 'cpu_', isOn: config.collect_cpu },
    { prefix: 'memory_', isOn: config.collect_memory },
    { prefix: 'disk_', isOn: config.collect_disk },
    { prefix: 'network_', isOn: config.collect_network },
  ];
  return SYSTEM_METRICS.filter((metric) =>
    groups.some(({ prefix, isOn }) => isOn && metric.startsWith(prefix)),
  );
}
