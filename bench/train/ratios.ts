import type { SideMeasure } from './measure.ts';

const OWN = 'helios';

/** Our median CPU seconds over those of a side; null where it is not there. */
export function timeRatio(measures: readonly SideMeasure[], key: string): number | null {
  return ratioTo(measures, key, (measure) => medianOf(measure, 'cpu_seconds'));
}

/** Our mean loss over that of a side; null where it is not there. */
export function lossRatio(measures: readonly SideMeasure[], key: string): number | null {
  return ratioTo(measures, key, meanLoss);
}

/** Median over the turns. */
export function medianOf(
  { trainings }: SideMeasure,
  field: 'cpu_seconds' | 'wall_seconds',
): number {
  const sorted = trainings.map((training) => training[field]).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** Mean over the turns: each may have data of its own. */
export function meanLoss({ trainings }: SideMeasure): number {
  return trainings.reduce((sum, { loss }) => sum + loss, 0) / trainings.length;
}

function ratioTo(
  measures: readonly SideMeasure[],
  key: string,
  amountOf: (measure: SideMeasure) => number,
): number | null {
  const own = measures.find(({ side }) => side.key === OWN);
  const other = measures.find(({ side }) => side.key === key);
  return own && other ? amountOf(own) / amountOf(other) : null;
}
