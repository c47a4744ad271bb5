import { formatSingle } from '#core/units.ts';
import { type ChartModel, lastPoint } from './chart-model.ts';

/** What a chart shows, in a sentence or two, for those who do not see it. */
export function chartSummary(
  { lines, bands, marks, spans, unit }: ChartModel,
  time: (ms: number) => string,
): string {
  const parts = lines.flatMap(({ label, points }) => {
    const last = lastPoint(points);
    if (!last) return [`${label}: no values`];
    const values = points.values.filter((value) => value !== null);
    const low = formatSingle(
      values.reduce((a, b) => Math.min(a, b)),
      unit,
    );
    const high = formatSingle(
      values.reduce((a, b) => Math.max(a, b)),
      unit,
    );
    return [`${label}: ${low} to ${high}, ${formatSingle(last.value, unit)} at ${time(last.at)}`];
  });
  const count = (length: number, noun: string) =>
    length > 0 ? [`${length} ${noun}${length === 1 ? '' : 's'}`] : [];
  return [
    ...parts,
    ...bands.map(({ label }) => `band: ${label}`),
    ...count(marks?.length ?? 0, 'marked point'),
    ...count(spans?.length ?? 0, 'incident'),
  ].join('. ');
}

/** The mark at, or nearest to, a time, within `withinMs` of it. */
export function markNear({ marks = [] }: ChartModel, at: number, withinMs: number) {
  let best: (typeof marks)[number] | undefined;
  for (const mark of marks) {
    const distance = Math.abs(mark.at - at);
    if (distance <= withinMs && distance < Math.abs((best?.at ?? Number.POSITIVE_INFINITY) - at)) {
      best = mark;
    }
  }
  return best;
}
