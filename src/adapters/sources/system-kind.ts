import type { MetricSource, SweepRequest } from '#app/ports/metric-source.ts';
import { type SystemSourceConfig, SystemSourceSchema } from '#contracts/config/sources/system.ts';
import { DomainError } from '#core/errors.ts';
import { defineSource, type SourceDeps } from './define-source.ts';
import type { SystemProbe } from './system-probe.ts';
import { SYSTEM_METRICS, SYSTEM_STEP, systemSource } from './system-source.ts';

/** Up to this long between two readings a mean of CPU use says something about now. */
const FRESH_MS = 25_000;
/** Else two readings are taken this far apart. */
const BETWEEN_READINGS_MS = 1_000;

/** This machine, as an agent's source. */
export const systemKind = defineSource({
  type: 'system',
  summary: 'this machine: CPU, memory, disk, network',
  schema: SystemSourceSchema,
  open: (config, deps) => openSystem(config, deps),
});

/**
 * This machine, read as rarely as one likes: CPU use and traffic are differences, so that after a long
 * time two readings are taken, a second apart.
 */
export function openSystem(
  config: SystemSourceConfig,
  { clock, sleep, name, workload, host }: SourceDeps,
  probe?: SystemProbe,
): MetricSource {
  const source = systemSource({ clock, dataDir: config.path ?? '/', ...(probe && { probe }) });
  const metrics = metricsOf(config);
  if (metrics.length === 0) {
    throw new DomainError('CONFIG_INVALID', `the source ${name} has nothing left to measure`);
  }
  let readAt: number | undefined;

  const readTwice = async (range: SweepRequest['range'], signal?: AbortSignal) => {
    const request = { workload, metrics, range };
    const elapsed = readAt === undefined ? undefined : clock.now() - readAt;
    const isFresh = elapsed !== undefined && elapsed >= 0 && elapsed <= FRESH_MS;
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
    async sweep({ range, every = SYSTEM_STEP, signal }) {
      const collected = await readTwice(range, signal);
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
