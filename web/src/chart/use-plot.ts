import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { ChartModel } from './chart-model.ts';
import { currentPalette, onPaletteChange } from './palette.ts';
import { type PlotColumn, type PlotData, plotData } from './plot-columns.ts';
import { plotOptions } from './plot-options.ts';
import type { Range } from './range.ts';

/** A plot on the page, what it draws, and where the cursor is. */
export interface PlotHandle {
  readonly plot: () => uPlot | undefined;
  readonly drawn: PlotData;
  /** The point under the cursor. */
  readonly cursor: number | undefined;
  /** What is seen of the axis, and where its box lies in the element, in CSS pixels. */
  readonly view: PlotView | undefined;
  readonly zoomTo: (range: Range | undefined) => void;
}

export interface PlotView {
  readonly range: Range;
  readonly left: number;
  readonly width: number;
}

/** Keeps a plot in an element, as wide as it: new data are drawn into it, a zoom stays. */
export function usePlot(
  place: RefObject<HTMLElement | null>,
  model: ChartModel,
  height: number,
  syncKey: string | undefined,
): PlotHandle {
  const plot = useRef<uPlot | undefined>(undefined);
  const zoom = useRef<Range | undefined>(undefined);
  const latest = useRef(model);
  latest.current = model;
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const [view, setView] = useState<PlotView | undefined>(undefined);
  const { drawn, start } = useMemo(
    () => ({ start: performance.now(), drawn: plotData(model) }),
    [model],
  );
  const shape = shapeOf(model, drawn.columns);

  // Another shape is another plot; new data of the same shape are drawn into it, below.
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    let isDrawn = false;
    const options = plotOptions(
      drawn.columns,
      { width: element.clientWidth || 600, height },
      {
        model: () => latest.current,
        palette: currentPalette,
        onCursor: setCursor,
        onRange: () => setView(viewOf(plot.current)),
        onDrawn: () => {
          if (isDrawn) return;
          isDrawn = true;
          // For whoever measures the page: how long a chart took from its data to the screen.
          performance.measure('chart drawn', { start, detail: drawn.data[0].length });
        },
      },
      syncKey,
    );
    const made = new uPlot(options, drawn.data, element);
    plot.current = made;
    if (zoom.current) made.setScale('x', { ...zoom.current });
    setView(viewOf(made));
    const resized = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    resized.observe(element);
    const recoloured = onPaletteChange(() => made.redraw(false));
    return () => {
      resized.disconnect();
      recoloured();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, height, syncKey, place]);

  useEffect(() => {
    const made = plot.current;
    if (!made || made.data === drawn.data) return;
    // Whoever has zoomed in goes on looking at the same.
    const isZoomed = zoom.current !== undefined;
    made.setData(drawn.data, !isZoomed);
    if (zoom.current) made.setScale('x', { ...zoom.current });
  }, [drawn]);

  const zoomTo = (range: Range | undefined) => {
    const made = plot.current;
    if (!made) return;
    const peers = syncKey ? uPlot.sync(syncKey).plots : [made];
    for (const peer of peers) {
      const all = allOf(peer);
      if (all) peer.setScale('x', { ...(range ?? all) });
    }
  };
  zoom.current = view && !isAll(view.range, plot.current) ? view.range : undefined;
  return { plot: () => plot.current, drawn, cursor, view, zoomTo };
}

/** All of the axis that has data. */
export function allOf(plot: uPlot | undefined): Range | undefined {
  const times = plot?.data[0];
  const min = times?.[0];
  const max = times?.[times.length - 1];
  return typeof min === 'number' && typeof max === 'number' && max > min ? { min, max } : undefined;
}

function viewOf(plot: uPlot | undefined): PlotView | undefined {
  const { min, max } = plot?.scales.x ?? {};
  if (!plot || typeof min !== 'number' || typeof max !== 'number') return undefined;
  const { left, width } = plot.bbox;
  return { range: { min, max }, left: left / devicePixelRatio, width: width / devicePixelRatio };
}

function isAll({ min, max }: Range, plot: uPlot | undefined): boolean {
  const all = allOf(plot);
  if (!all) return true;
  const rounding = (all.max - all.min) / 1_000;
  return min <= all.min + rounding && max >= all.max - rounding;
}

/** What cannot be changed of a plot once it is made. */
function shapeOf({ unit, lines }: ChartModel, columns: readonly PlotColumn[]): string {
  return JSON.stringify([
    unit,
    lines.map(({ id, look, stepped }) => [id, look, stepped]),
    columns.length,
  ]);
}
