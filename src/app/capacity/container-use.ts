import type { Because } from '#core/recommend/because.ts';
import type { ContainerUse } from '#core/recommend/resource-policy.ts';
import { usePerReplica } from '#core/recommend/use-per-replica.ts';
import type { Frame } from '#core/series/frame.ts';
import { slotOf } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import type { Series } from '#core/series/series.ts';
import { addMs, type DurationMs, type EpochMs, epochMs } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import type { StatedSizes } from './stated-sizes.ts';

/** What one replica of a container used lately. */
export interface ContainerReading {
  readonly use: ContainerUse;
  /** Replicas at the end; null where nobody knows. */
  readonly replicas: number | null;
  /** Time of the newest value; null when there was none. */
  readonly dataAsOf: EpochMs | null;
  /** All that was observed in this time. */
  readonly frame: Frame | undefined;
  /** What the use of one replica rests on. */
  readonly because: readonly Because[];
}

/**
 * Reads what one replica of a workload used over the last `window`, from its newest value back. The
 * number of replicas is its own `replicas`, else that of the deployment it is a container of, else
 * the one stated.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function readContainerUse(
  deps: Pick<CapacityDeps, 'observations' | 'directory' | 'clock'>,
  workload: Workload,
  window: DurationMs,
  stated: StatedSizes,
): Promise<ContainerReading> {
  const to = endOfData(workload, deps.clock.now());
  const range = { from: epochMs(Math.max(0, to - window)), to };
  const frame = await readFrame(deps.observations, workload, range);
  if (!frame) {
    const message = 'nothing was observed in this time';
    const because = [{ code: 'NOT_OBSERVED', message }];
    const use = { step: workload.gridStep };
    return { use, replicas: stated.replicas ?? null, dataAsOf: null, frame, because };
  }
  const values = (metric: string) => cleaned(frame.series.get(metric))?.values;
  const replicas =
    values('replicas') ?? (await replicasOfDeployment(deps, workload, frame)) ?? stated.replicas;
  const { because, ...use } = usePerReplica({
    cpuCores: values('cpu_cores'),
    memoryBytes: values('memory_bytes'),
    cpuUtilization: values('cpu_utilization'),
    replicas,
    cpuRequest: stated.cpuRequest,
  });
  return {
    use: {
      step: frame.step,
      ...use,
      cpuThrottled: values('cpu_throttled'),
      oomKills: values('oom_kills'),
    },
    replicas: newestOf(replicas),
    dataAsOf: newestTime(frame),
    frame,
    because,
  };
}

/** The replicas of the whole deployment on the grid of one of its containers. */
async function replicasOfDeployment(
  deps: Pick<CapacityDeps, 'observations' | 'directory'>,
  { id }: Workload,
  frame: Frame,
): Promise<Float64Array | undefined> {
  if (id.container === '*') return undefined;
  const whole = await deps.directory.get({ ...id, container: '*' });
  if (!whole?.metrics.has('replicas')) return undefined;
  const range = { from: frame.start, to: addMs(frame.start, frame.step, frame.length) };
  const read = await readFrame(deps.observations, whole, range);
  const counts = cleaned(read?.series.get('replicas'));
  if (!counts) return undefined;
  const grid = { start: counts.start, step: counts.step, length: counts.values.length };
  return Float64Array.from({ length: frame.length }, (_, i) => {
    const slot = slotOf(grid, addMs(frame.start, frame.step, i));
    return slot === undefined ? Number.NaN : (counts.values[slot] ?? Number.NaN);
  });
}

function cleaned(series: Series | undefined): Series | undefined {
  if (series === undefined) return undefined;
  const metric = series.id.slice(series.id.lastIndexOf('/') + 1);
  return cleanSeries(series, metricDefinition(metric));
}

function newestOf(replicas: Float64Array | number | undefined): number | null {
  if (replicas === undefined) return null;
  if (typeof replicas === 'number') return replicas > 0 ? replicas : null;
  return replicas.findLast((count) => count > 0) ?? null;
}

function newestTime({ series, start, step }: Frame): EpochMs | null {
  const lasts = [...series.values()].map(({ values }) =>
    values.findLastIndex((value) => !Number.isNaN(value)),
  );
  const last = Math.max(...lasts);
  return last < 0 ? null : addMs(start, step, last);
}
