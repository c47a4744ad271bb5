import type uPlot from 'uplot';
import { panned, type Range, zoomed } from './range.ts';
import { allOf } from './use-plot.ts';

/** Points that are seen at least, however far one zooms in. */
const LEAST_POINTS = 12;

/** The next range after zooming by a factor around a time, or the cursor, or the middle. */
export function zoomOf(plot: uPlot, factor: number, around?: number): Range | undefined {
  const all = allOf(plot);
  const range = rangeOf(plot);
  if (!all || !range) return undefined;
  const step = (all.max - all.min) / Math.max(plot.data[0].length - 1, 1);
  const under = plot.cursor.idx ?? undefined;
  const middle = around ?? (under === undefined ? undefined : plot.data[0][under]);
  const at = middle ?? (range.min + range.max) / 2;
  return zoomed(range, factor, at, all, LEAST_POINTS * step);
}

/** The next range after moving by a share of what is seen. */
export function panOf(plot: uPlot, share: number): Range | undefined {
  const all = allOf(plot);
  const range = rangeOf(plot);
  return all && range ? panned(range, share, all) : undefined;
}

/** Puts the cursor on a point, which brings it into sight. */
export function moveCursor(plot: uPlot, index: number): void {
  const at = plot.data[0][index];
  if (at === undefined) return;
  plot.setCursor({ left: plot.valToPos(at, 'x'), top: plot.over.clientHeight / 2 });
}

/** What a key does in a chart; false when it does nothing. */
export function chartKey(
  plot: uPlot,
  event: KeyboardEvent,
  zoomTo: (range: Range | undefined) => void,
): boolean {
  const last = plot.data[0].length - 1;
  const under = plot.cursor.idx ?? last;
  const step = event.altKey ? 12 : 1;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const direction = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.shiftKey) zoomTo(panOf(plot, direction * 0.2));
      else moveCursor(plot, Math.min(Math.max(under + direction * step, 0), last));
      return true;
    }
    case 'Home':
      moveCursor(plot, 0);
      return true;
    case 'End':
      moveCursor(plot, last);
      return true;
    case '+':
    case '=':
      zoomTo(zoomOf(plot, 0.6));
      return true;
    case '-':
      zoomTo(zoomOf(plot, 1 / 0.6));
      return true;
    case '0':
    case 'Escape':
      zoomTo(undefined);
      return true;
    default:
      return false;
  }
}

function rangeOf(plot: uPlot): Range | undefined {
  const { min, max } = plot.scales.x ?? {};
  return typeof min === 'number' && typeof max === 'number' ? { min, max } : undefined;
}
