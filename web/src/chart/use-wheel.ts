import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type uPlot from 'uplot';
import { panOf, zoomOf } from './chart-keys.ts';
import type { Range } from './range.ts';

/**
 * The wheel zooms around the pointer where the chart has the focus or Ctrl is held, so that scrolling
 * the page past it does not; sideways it pans. Dragging with Shift pans, without it zooms.
 */
export function useWheel(
  place: RefObject<HTMLElement | null>,
  plotOf: () => uPlot | undefined,
  zoomTo: (range: Range | undefined) => void,
): void {
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const turned = (event: WheelEvent) => {
      const plot = plotOf();
      if (!plot) return;
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const isMeant = event.ctrlKey || event.metaKey || element.contains(document.activeElement);
      if (!isSideways && !isMeant) return;
      event.preventDefault();
      const turn = isSideways && event.deltaX === 0 ? event.deltaY : event.deltaX;
      const pointer = event.clientX - plot.over.getBoundingClientRect().left;
      if (isSideways) zoomTo(panOf(plot, turn / 600));
      else zoomTo(zoomOf(plot, Math.exp(event.deltaY / 400), plot.posToVal(pointer, 'x')));
    };
    const pressed = (event: MouseEvent) => {
      const plot = plotOf();
      if (!plot || !event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      let last = event.clientX;
      const moved = (next: MouseEvent) => {
        zoomTo(panOf(plot, (last - next.clientX) / Math.max(plot.over.clientWidth, 1)));
        last = next.clientX;
      };
      const released = () => {
        removeEventListener('mousemove', moved);
        removeEventListener('mouseup', released);
      };
      addEventListener('mousemove', moved);
      addEventListener('mouseup', released);
    };
    element.addEventListener('wheel', turned, { passive: false });
    element.addEventListener('mousedown', pressed, { capture: true });
    return () => {
      element.removeEventListener('wheel', turned);
      element.removeEventListener('mousedown', pressed, { capture: true });
    };
  });
}
