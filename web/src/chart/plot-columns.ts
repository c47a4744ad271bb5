import { align } from './align.ts';
import type { ChartModel, Look } from './chart-model.ts';

/** What one column of a plot draws: a line, or a bound of a band. */
export type PlotColumn =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'bound'; readonly band: number; readonly side: 'lower' | 'upper' };

/** A chart as a plot takes it: drawn in the order of its columns. */
export interface PlotData {
  /** Seconds since 1970, then one array for each column. */
  readonly data: [number[], ...(number | null | undefined)[][]];
  readonly columns: readonly PlotColumn[];
}

/** What lies beneath what: the observations and the forecast are on top. */
const DEPTH: Readonly<Record<Look, number>> = {
  naive: 0,
  issued: 1,
  third: 2,
  second: 3,
  history: 4,
  forecast: 5,
};

/** Puts bands beneath lines, and lines in the order of what they mean. */
export function plotData(model: ChartModel): PlotData {
  const { times, columns: aligned } = align(model);
  const lines = model.lines
    .map(({ look }, line) => ({ look, line }))
    .sort((one, other) => DEPTH[one.look] - DEPTH[other.look])
    .map(({ line }) => ({ kind: 'line', line }) as const);
  const bounds = model.bands.flatMap((_, band) => [
    { kind: 'bound', band, side: 'lower' } as const,
    { kind: 'bound', band, side: 'upper' } as const,
  ]);
  const columns: readonly PlotColumn[] = [...bounds, ...lines];
  const columnOf = (column: PlotColumn) => {
    if (column.kind === 'line') return aligned[column.line] ?? [];
    const lower = model.lines.length + 2 * column.band;
    return aligned[column.side === 'lower' ? lower : lower + 1] ?? [];
  };
  return { data: [times, ...columns.map(columnOf)], columns };
}
