/** Milliseconds that the whole page is scrolled for. */
const SCROLL_MS = 3_000;

/**
 * Runs in the page: keeps how long each drawing of a canvas took in `window.draws`, in ms, from clearing it to the
 * last call of the same task.
 */
export const DRAW_CLOCK = `
window.draws = [];
const open = new Map();
const prototype = CanvasRenderingContext2D.prototype;
for (const name of ['clearRect', 'fill', 'stroke', 'fillText', 'fillRect', 'restore']) {
  const original = prototype[name];
  prototype[name] = function (...given) {
    if (name === 'clearRect' && !open.has(this.canvas)) {
      const startedAt = performance.now();
      open.set(this.canvas, { startedAt, endedAt: startedAt });
      setTimeout(() => {
        const { startedAt, endedAt } = open.get(this.canvas);
        open.delete(this.canvas);
        if (endedAt > startedAt) window.draws.push(endedAt - startedAt);
      });
    }
    const result = original.apply(this, given);
    const current = open.get(this.canvas);
    if (current) current.endedAt = performance.now();
    return result;
  };
}`;

/** Runs in the page: scrolls from its top to its end, and resolves with the time of each frame in ms. */
export function scroller(): string {
  return `new Promise((resolve) => {
    const frames = [];
    const height = document.documentElement.scrollHeight - innerHeight;
    const startedAt = performance.now();
    let last = startedAt;
    const step = (now) => {
      if (now > last) frames.push(now - last);
      last = now;
      const share = (performance.now() - startedAt) / ${SCROLL_MS};
      scrollTo(0, height * Math.min(1, share));
      if (share < 1) requestAnimationFrame(step);
      else resolve(frames);
    };
    requestAnimationFrame(step);
  })`;
}
