import uPlot from 'uplot';
import { timeLabels, valueLabels } from './axis-labels.ts';
import type { ChartModel, Look } from './chart-model.ts';
import { drawAbove, drawBelow } from './draw-extras.ts';
import type { Palette } from './palette.ts';
import type { PlotColumn } from './plot-columns.ts';

/** How each kind of line is drawn; its colour has its name in the palette. */
const LINES: Readonly<Record<Look, { readonly width: number; readonly dash?: number[] }>> = {
  history: { width: 1.5 },
  forecast: { width: 2, dash: [6, 4] },
  naive: { width: 1 },
  issued: { width: 1, dash: [2, 3] },
  second: { width: 1.5 },
  third: { width: 1.5, dash: [8, 3, 2, 3] },
};

/** Steps of an axis of bytes: labels count in powers of two. */
const BYTE_STEPS = Array.from({ length: 60 }, (_, i) => 2 ** i);

const FONT = '12px system-ui, sans-serif';

/** What the plot asks of the chart around it, as it stands when it asks. */
export interface PlotSurroundings {
  readonly model: () => ChartModel;
  readonly palette: () => Palette;
  readonly onCursor: (index: number | undefined) => void;
  readonly onRange: () => void;
  readonly onDrawn: () => void;
}

/** The options of a plot of these columns. */
export function plotOptions(
  columns: readonly PlotColumn[],
  size: { readonly width: number; readonly height: number },
  around: PlotSurroundings,
  syncKey: string | undefined,
): uPlot.Options {
  const { model, palette } = around;
  const first = model();
  const axis = {
    font: FONT,
    stroke: () => palette().quiet,
    grid: { stroke: () => palette().grid, width: 1 },
    ticks: { show: false },
  } as const;
  return {
    ...size,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, dist: 6 },
      points: { size: 6 },
      ...(syncKey && { sync: { key: syncKey, setSeries: false } }),
    },
    scales: { y: { range: { min: soft(0.06), max: soft(0.08) } } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        gap: 6,
        space: 76,
        values: (_, splits, __, ___, step) => [...timeLabels(splits, step)],
      },
      {
        ...axis,
        size: (_, values) => 18 + 6.6 * Math.max(...(values ?? ['']).map(({ length }) => length)),
        values: (_, splits) => [...valueLabels(model().unit, splits)],
        ...(first.unit.startsWith('bytes') && { incrs: BYTE_STEPS }),
      },
    ],
    series: [{}, ...columns.map((column) => seriesOf(column, first, palette))],
    bands: columns.flatMap((column, i) =>
      column.kind === 'bound' && column.side === 'upper'
        ? [{ series: [i + 1, i] as uPlot.Band.Bounds, fill: () => palette().band }]
        : [],
    ),
    hooks: {
      drawAxes: [(plot) => drawBelow(plot, model(), palette())],
      draw: [(plot) => drawAbove(plot, model(), palette()), around.onDrawn],
      setCursor: [({ cursor }) => around.onCursor(cursor.idx ?? undefined)],
      setScale: [(_, key) => key === 'x' && around.onRange()],
      setSize: [around.onRange],
    },
  };
}

/** Zero is shown where the values come near to it, and not where it would flatten them. */
function soft(pad: number): uPlot.Range.Limit {
  return { pad, soft: 0, mode: 3 };
}

function seriesOf(column: PlotColumn, model: ChartModel, palette: () => Palette): uPlot.Series {
  if (column.kind === 'bound') {
    return { stroke: 'transparent', width: 0, points: { show: false } };
  }
  const line = model.lines[column.line];
  const look = line?.look ?? 'history';
  const stepped = uPlot.paths.stepped;
  return {
    stroke: () => palette()[look],
    ...LINES[look],
    // Points alone in a gap would be lost as a line.
    points: { show: false, ...(look === 'history' && { size: 3, show: alone }) },
    ...(line?.stepped && stepped && { paths: stepped({ align: 1 }) }),
  };
}

/** Whether single points are drawn: where there are so few that a line says too little. */
function alone(plot: uPlot, series: number, from: number, to: number): boolean {
  const values = plot.data[series] ?? [];
  let count = 0;
  for (let i = from; i <= to && count <= 3; i++) if (typeof values[i] === 'number') count++;
  return count <= 3;
}
