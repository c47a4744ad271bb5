import type uPlot from 'uplot';
import type { ChartModel, ChartSpan } from './chart-model.ts';
import type { Palette } from './palette.ts';

/** What lies behind the lines: the times of incidents. */
export function drawBelow(plot: uPlot, model: ChartModel, palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.globalAlpha = 0.1;
  for (const { from, to, tone } of model.spans ?? []) {
    const [left, right] = within(plot, from, to ?? model.now ?? Number.POSITIVE_INFINITY);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.fillStyle = spanColour(tone, palette);
    ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
  }
  ctx.restore();
}

/** What lies above them: the line of now, and what stands out. */
export function drawAbove(plot: uPlot, model: ChartModel, palette: Palette): void {
  if (model.now !== undefined) drawNow(plot, model.now, palette);
  for (const { at, value } of model.marks ?? []) drawMark(plot, at, value, palette);
}

/** The colour of a span. */
export function spanColour(tone: ChartSpan['tone'], palette: Palette): string {
  return { warn: palette.spanWarn, bad: palette.spanBad, quiet: palette.spanQuiet }[tone];
}

function drawNow(plot: uPlot, now: number, palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const x = Math.round(plot.valToPos(now / 1_000, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = palette.quiet;
  ctx.fillStyle = palette.quiet;
  ctx.lineWidth = ratio;
  // The plot leaves the dashes of its last line behind.
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  const isRight = x + 36 * ratio > bbox.left + bbox.width;
  ctx.textAlign = isRight ? 'right' : 'left';
  ctx.fillText('now', x + (isRight ? -4 : 4) * ratio, bbox.top + 2 * ratio);
  ctx.restore();
}

/** A diamond with a rim: told from a line by its form, not its colour alone. */
function drawMark(plot: uPlot, at: number, value: number, palette: Palette): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at / 1_000, 'x', true);
  const y = plot.valToPos(value, 'y', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  const radius = 3.2 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.moveTo(x, y - radius);
  ctx.lineTo(x + radius, y);
  ctx.lineTo(x, y + radius);
  ctx.lineTo(x - radius, y);
  ctx.closePath();
  ctx.fillStyle = palette.mark;
  ctx.strokeStyle = palette.ground;
  ctx.lineWidth = 0.75 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

function within(plot: uPlot, from: number, to: number): readonly [number, number] {
  const { bbox } = plot;
  const position = (at: number) => {
    if (at === Number.POSITIVE_INFINITY) return bbox.left + bbox.width;
    return plot.valToPos(at / 1_000, 'x', true);
  };
  const clamp = (x: number) => Math.min(Math.max(x, bbox.left - 1), bbox.left + bbox.width + 1);
  return [clamp(position(from)), clamp(position(to))];
}
