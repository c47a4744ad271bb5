import { sourceName } from '#core/observations/observation.ts';
import { slotOf, slotStart } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { resample } from '#core/series/resample.ts';
import { type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import type {
  Column,
  Observation,
  ObservationStore,
  TimeRange,
} from '../ports/observation-store.ts';
import {
  seenMetrics,
  storedSteps,
  type Workload,
  type WorkloadDirectory,
} from '../workload-directory.ts';

/**
 * Keeps observations of fine steps at the step of the workload's grid. Steps below a minute live two
 * days; a model learns from four weeks, so their means (or whatever the metric's rule says) have to
 * outlive them. Of a running total the last reading of each slot is kept, a total again.
 *
 * What is kept is a function of the slot's readings, and its as-of time grows with each reading that
 * comes in late: doing it again changes nothing, and late readings replace what was kept before.
 *
 * @param range - whole slots of the grid, none of them still filling
 * @returns how many observations were kept
 */
export async function keepAtGrid(
  deps: {
    readonly observations: ObservationStore;
    readonly directory: WorkloadDirectory;
  },
  workload: Workload,
  range: TimeRange,
  now: EpochMs,
): Promise<number> {
  if (workload.gridStep < MINUTE) return 0;
  let kept = 0;
  for (const step of storedSteps(workload).filter((each) => each < MINUTE)) {
    for (const column of await deps.observations.read(workload.id, step, range)) {
      const observations = atGrid(workload, column, range);
      if (observations.length === 0) continue;
      await deps.observations.merge(workload.id, workload.gridStep, observations, now);
      await noteKept(deps.directory, workload, column, observations);
      kept += observations.length;
    }
  }
  return kept;
}

function atGrid(workload: Workload, column: Column, { from, to }: TimeRange): Observation[] {
  const { gridStep, metrics } = workload;
  const { metric, source, slots } = column;
  const counter = metrics.get(metric)?.counter ?? false;
  const grid = { start: from, step: gridStep, length: Math.floor((to - from) / gridStep) };
  const points = slots.map(({ start, value }) => ({ at: start, value }));
  const values = resample(points, grid, counter ? 'last' : metricDefinition(metric).resample);
  const knowledge = new Map<number, { asOf: number; readings: number }>();
  for (const slot of slots) {
    const index = slotOf(grid, slot.start);
    if (index === undefined) continue;
    const { asOf, readings } = knowledge.get(index) ?? { asOf: slot.asOf, readings: 0 };
    knowledge.set(index, { asOf: Math.max(asOf, slot.asOf), readings: readings + 1 });
  }
  return Array.from(values).flatMap((value, index) => {
    const known = knowledge.get(index);
    if (Number.isNaN(value) || !known) return [];
    const at = slotStart(grid, index);
    return [{ metric, at, value, source, asOf: epochMs(known.asOf + known.readings), counter }];
  });
}

/** So that reading looks at the grid's step as well. */
async function noteKept(
  directory: WorkloadDirectory,
  workload: Workload,
  { source }: Column,
  observations: readonly Observation[],
): Promise<void> {
  await directory.note(workload.id, {
    source: sourceName(source),
    step: workload.gridStep,
    metrics: seenMetrics(observations),
  });
}
