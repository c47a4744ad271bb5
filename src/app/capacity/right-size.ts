import type { Reason } from '#contracts/http/common.ts';
import {
  type ContainerRightsizing,
  RIGHTSIZING_LIMITS,
  type RightsizingQuery,
  type RightsizingResponse,
} from '#contracts/http/rightsizing.ts';
import { DomainError } from '#core/errors.ts';
import { useStatistics } from '#core/recommend/measured-use.ts';
import { formatCpu, formatMemory } from '#core/recommend/quantities.ts';
import {
  type ContainerUse,
  DEFAULT_RESOURCE_POLICY,
  type ResourcePolicy,
} from '#core/recommend/resource-policy.ts';
import { type AmountAdvice, recommendResources } from '#core/recommend/resources.ts';
import { trackedMetric } from '#core/series/track.ts';
import { durationMs, HOUR, toIso, WEEK } from '#core/time.ts';
import { resolveWorkload, selectorParts } from '../select-workload.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { type ContainerReading, readContainerUse } from './container-use.ts';
import { fusionWeightsOf, rightsizingBlock } from './rightsizing-block.ts';
import { type StatedSizes, statedSizes } from './stated-sizes.ts';
import { type ForecastUse, forecastUse } from './use-forecast.ts';

/**
 * Recommends requests and limits for each container of a deployment, from what one replica of it
 * used, or from the forecast of the next day. Where containers are not told apart it is the
 * deployment as a whole, as if it had one.
 *
 * @throws {DomainError} `NOT_FOUND`, `REQUEST_INVALID`, `CONFIG_INVALID`, `STORE_UNAVAILABLE`
 */
export async function rightSize(
  deps: CapacityDeps,
  query: RightsizingQuery,
): Promise<RightsizingResponse> {
  const containers = await containersOf(deps, query);
  const [first] = containers;
  const answers: ContainerRightsizing[] = [];
  for (const container of containers) answers.push(await sizeContainer(deps, container, query));
  return {
    service_name: first.id.deployment,
    namespace: first.id.namespace,
    cluster: first.id.cluster,
    simulated: containers.some(({ simulated }) => simulated),
    timestamp: toIso(deps.clock.now()),
    strategy: query.strategy,
    parameters: {
      duration_hours: query.duration_hours,
      cpu_percentile: query.cpu_percentile,
      cpu_margin: DEFAULT_RESOURCE_POLICY.cpuMargin,
      memory_buffer_percentage: query.memory_buffer_percentage,
      cpu_floor: formatCpu(query.cpu_floor),
      memory_floor: formatMemory(query.memory_floor),
      level: query.level,
    },
    containers: answers,
  };
}

/** The containers of the deployment that was named, or the one container; else the whole of it. */
async function containersOf(
  { directory }: CapacityDeps,
  query: RightsizingQuery,
): Promise<readonly [Workload, ...Workload[]]> {
  const { deployment, namespace, cluster, container } = selectorParts(query);
  if (container !== undefined) return [await resolveWorkload(directory, query)];
  const known = (await directory.list()).filter(
    ({ id }) =>
      (deployment ?? id.deployment) === id.deployment &&
      // As everywhere, a deployment without a namespace is that of the default one.
      (namespace ?? (deployment === undefined ? id.namespace : 'default')) === id.namespace &&
      (cluster ?? (deployment === undefined ? id.cluster : 'default')) === id.cluster,
  );
  const deployments = new Set(
    known.map(({ id }) => `${id.cluster}#${id.namespace}#${id.deployment}`),
  );
  const [first, ...others] = known.filter(({ id }) => id.container !== '*');
  if (deployments.size > 1 || first === undefined) return [await resolveWorkload(directory, query)];
  if (others.length < RIGHTSIZING_LIMITS.maxContainers) return [first, ...others];
  throw new DomainError(
    'REQUEST_INVALID',
    `there are ${others.length + 1} containers, ${RIGHTSIZING_LIMITS.maxContainers} are allowed: name one`,
    { known: known.slice(0, 50).map(({ key }) => key) },
  );
}

async function sizeContainer(
  deps: CapacityDeps,
  workload: Workload,
  query: RightsizingQuery,
): Promise<ContainerRightsizing> {
  const stated = statedSizes(query, deps.scaling, workload.id);
  const window = durationMs(query.duration_hours * HOUR);
  const reading = await readContainerUse(deps, workload, window, stated);
  const policy = policyOf(query);
  const forecasts =
    query.strategy === 'ml' ? await forecastsOf(deps, workload, reading, stated, query) : {};
  const use: ContainerUse = { ...reading.use, forecast: usable(forecasts) };
  const advice = recommendResources(use, stated, policy);
  const cpu = useStatistics(use.cpuCores ?? [], policy.cpuQuantile);
  const memory = useStatistics(use.memoryBytes ?? [], policy.cpuQuantile);
  const why = (forecast: ForecastUse | undefined) =>
    forecast?.ok === false ? [forecast.because] : [];
  return {
    service_name: workload.id.deployment,
    container_name: workload.id.container,
    namespace: workload.id.namespace,
    timestamp: toIso(deps.clock.now()),
    strategy: query.strategy,
    data_as_of: reading.dataAsOf === null ? null : toIso(reading.dataAsOf),
    current_requests: {
      cpu: stated.cpuRequest === undefined ? null : formatCpu(stated.cpuRequest),
      memory: stated.memoryRequest === undefined ? null : formatMemory(stated.memoryRequest),
    },
    recommended_requests: {
      cpu: written(advice.cpu, 'request', formatCpu),
      memory: written(advice.memory, 'request', formatMemory),
    },
    recommended_limits: {
      cpu: written(advice.cpu, 'limit', formatCpu),
      memory: written(advice.memory, 'limit', formatMemory),
    },
    analysis: {
      cpu: {
        percentile_value: cpu.quantile,
        current_usage_stats: statsOf(cpu),
        has_data: cpu.count > 0,
      },
      memory: {
        max_usage_bytes: memory.maximum,
        buffer_percentage: query.memory_buffer_percentage,
        current_usage_stats: statsOf(memory),
        has_data: memory.count > 0,
      },
    },
    rightsizing: rightsizingBlock(advice, {
      replicas: reading.replicas,
      ...(await pipelineOf(deps, workload, query, forecasts.cpuCores)),
    }),
    reasons: {
      cpu: [...why(forecasts.cpuCores), ...advice.cpu.because],
      memory: [...why(forecasts.memoryBytes), ...advice.memory.because],
      use: [...reading.because, ...shortWindow(query)],
    },
  };
}

/** A recommendation that has seen a Sunday only is one for Sundays. */
function shortWindow({ strategy, duration_hours: hours }: RightsizingQuery): readonly Reason[] {
  if (strategy !== 'statistical' || hours >= WEEK / HOUR) return [];
  const message = `only ${hours} hours were looked at: other days of the week may use more`;
  return [{ code: 'WEEK_NOT_SEEN', message, details: { hours } }];
}

function policyOf(query: RightsizingQuery): ResourcePolicy {
  return {
    ...DEFAULT_RESOURCE_POLICY,
    strategy: query.strategy,
    cpuQuantile: query.cpu_percentile / 100,
    memoryMargin: 1 + query.memory_buffer_percentage / 100,
    cpuFloor: query.cpu_floor,
    memoryFloor: query.memory_floor,
    withCpuLimit: query.cpu_limits,
  };
}

interface Forecasts {
  readonly cpuCores?: ForecastUse | undefined;
  readonly memoryBytes?: ForecastUse | undefined;
}

/** Of the metrics that the use of one replica was made of. */
async function forecastsOf(
  deps: CapacityDeps,
  workload: Workload,
  { replicas }: ContainerReading,
  { cpuRequest }: StatedSizes,
  { level }: RightsizingQuery,
): Promise<Forecasts> {
  const forecast = (metric: string, perReplica: number) =>
    forecastUse(deps, workload, metric, { perReplica, level });
  const hasCores = workload.metrics.has('cpu_cores') && replicas !== null;
  return {
    cpuCores: hasCores
      ? await forecast('cpu_cores', 1 / replicas)
      : cpuRequest === undefined
        ? undefined
        : await forecast('cpu_utilization', cpuRequest),
    memoryBytes: replicas === null ? undefined : await forecast('memory_bytes', 1 / replicas),
  };
}

function usable({ cpuCores, memoryBytes }: Forecasts): ContainerUse['forecast'] {
  return {
    cpuCores: cpuCores?.ok ? cpuCores.use : undefined,
    memoryBytes: memoryBytes?.ok ? memoryBytes.use : undefined,
  };
}

/** The model that has forecast the CPU, with its weights; the strategy where none has. */
async function pipelineOf(
  { registry, bundles }: CapacityDeps,
  workload: Workload,
  { strategy }: RightsizingQuery,
  forecast: ForecastUse | undefined,
) {
  if (!forecast?.ok) return { pipelineType: strategy, fusionWeights: null };
  const { model, metric, version: name } = forecast.answer;
  const step = forecast.answer.step_seconds * 1_000;
  const track = step === workload.gridStep ? 'grid' : 'hourly';
  const subject = { workload: workload.key, metric: trackedMetric(metric, track) };
  const version = name === null ? undefined : await registry.version(subject, name);
  if (!version) return { pipelineType: model, fusionWeights: null };
  const { bundle } = await bundles(version);
  return { pipelineType: model, fusionWeights: fusionWeightsOf(bundle, model) };
}

function written(
  advice: AmountAdvice,
  which: 'request' | 'limit',
  format: (amount: number) => string,
): string | null {
  const amount = advice.decision === 'act' ? advice[which] : null;
  return amount === null ? null : format(amount);
}

function statsOf(use: ReturnType<typeof useStatistics>) {
  return {
    mean: use.mean,
    median: use.median,
    std: use.standardDeviation,
    min: use.minimum,
    max: use.maximum,
    percentile: use.quantile,
    count: use.count,
  };
}
