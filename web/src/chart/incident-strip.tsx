import type { ChartSpan } from './chart-model.ts';
import type { PlotView } from './use-plot.ts';

/** When something went on, beneath the axis: each a link to what is known of it. */
export function IncidentStrip({
  spans,
  view,
  until,
}: {
  readonly spans: readonly ChartSpan[];
  readonly view: PlotView | undefined;
  /** Where what still goes on ends for now, in ms. */
  readonly until: number;
}) {
  if (!view || spans.length === 0) return null;
  const { min, max } = view.range;
  const place = (ms: number) => {
    const share = (ms / 1_000 - min) / (max - min);
    return Math.min(Math.max(share, 0), 1) * view.width;
  };
  return (
    <div class="strip" style={{ marginLeft: `${view.left}px`, width: `${view.width}px` }}>
      {spans.map(({ from, to, label, tone, href }) => {
        const left = place(from);
        const width = place(Math.max(to ?? until, from)) - left;
        const isSeen = (to ?? until) / 1_000 >= min && from / 1_000 <= max;
        if (!isSeen) return null;
        const style = { left: `${left}px`, width: `${Math.max(width, 4)}px` };
        return href ? (
          <a key={`${from} ${label}`} class={tone} style={style} href={href} title={label}>
            <span class="visually-hidden">{label}</span>
          </a>
        ) : (
          <span key={`${from} ${label}`} class={tone} style={style} title={label} />
        );
      })}
    </div>
  );
}
