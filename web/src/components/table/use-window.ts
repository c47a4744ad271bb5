import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Window, windowOf } from './rows.ts';

/** Rows drawn on either side of those in sight. */
const MARGIN = 8;

/** Tables up to this long are drawn whole: find-in-page works in them. */
const WHOLE = 60;

/** Of a row of one line, until one has been measured. */
const USUAL_HEIGHT = 41;

/** Which rows of a table are to be drawn as the page is scrolled, and how high one is. */
export function useWindow(
  body: RefObject<HTMLElement | null>,
  count: number,
): { readonly window: Window; readonly rowHeight: number } {
  const rowHeight = useRef(USUAL_HEIGHT);
  const [window, setWindow] = useState<Window>({ first: 0, last: Math.min(count, WHOLE) });
  useLayoutEffect(() => {
    if (count <= WHOLE) {
      setWindow({ first: 0, last: count });
      return;
    }
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = body.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      const next = windowOf(count, rowHeight.current, top, innerHeight, MARGIN);
      setWindow((now) => (now.first === next.first && now.last === next.last ? now : next));
    };
    // Once for a width, not as one scrolls: rows may differ, and what is drawn must not depend on itself.
    const measure = () => {
      const rows = body.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [];
      let height = 0;
      for (const row of rows) height += row.offsetHeight;
      if (height > 0) rowHeight.current = height / rows.length;
      look();
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    measure();
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', measure, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', soon);
      removeEventListener('resize', measure);
    };
  }, [body, count]);
  const last = Math.min(window.last, count);
  return {
    window: { first: Math.min(window.first, last), last },
    rowHeight: rowHeight.current,
  };
}
