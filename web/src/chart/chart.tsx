import { useRef, useState } from 'preact/hooks';
import { formatSingle } from '#core/units.ts';
import { formatFull } from '../format/time.ts';
import { chartTable, toCsv } from './chart-csv.ts';
import { chartKey, moveCursor, zoomOf } from './chart-keys.ts';
import { ChartLegend } from './chart-legend.tsx';
import type { ChartModel } from './chart-model.ts';
import { ChartNumbers } from './chart-numbers.tsx';
import { chartSummary } from './chart-text.ts';
import { IncidentStrip } from './incident-strip.tsx';
import { saveFile } from './save-file.ts';
import { savePicture } from './save-picture.ts';
import { usePlot } from './use-plot.ts';
import { useWheel } from './use-wheel.ts';

/** A chart: drawn, read out, walked by keys, zoomed, and given away as CSV or as a picture. */
export function Chart({
  model,
  label,
  name,
  height = 240,
  syncKey,
}: {
  readonly model: ChartModel;
  /** What it shows, e.g. `cpu_utilization of web`. */
  readonly label: string;
  /** Of exported files, without extension. */
  readonly name: string;
  readonly height?: number;
  /** Charts of one key share cursor and zoom. */
  readonly syncKey?: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [showsNumbers, setShowsNumbers] = useState(false);
  const { plot, drawn, cursor, view, zoomTo } = usePlot(place, model, height, syncKey);
  useWheel(place, plot, zoomTo);
  const times = drawn.data[0];
  const at = cursor ?? Math.max(times.length - 1, 0);

  return (
    <figure class="chart" aria-label={label}>
      <ChartLegend model={model} drawn={drawn} cursor={cursor} />
      <div
        ref={place}
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label={`${label}: time`}
        aria-valuemin={0}
        aria-valuemax={Math.max(times.length - 1, 0)}
        aria-valuenow={at}
        aria-valuetext={readingAt(model, drawn, at)}
        onFocus={() => {
          const made = plot();
          if (made && cursor === undefined && place.current?.matches(':focus-visible')) {
            moveCursor(made, at);
          }
        }}
        onKeyDown={(event) => {
          const made = plot();
          if (!made || event.ctrlKey || event.metaKey) return;
          if (chartKey(made, event, zoomTo)) event.preventDefault();
        }}
      />
      <IncidentStrip spans={model.spans ?? []} view={view} until={model.now ?? Date.now()} />
      <figcaption class="visually-hidden">{chartSummary(model, (ms) => formatFull(ms))}</figcaption>
      <div class="chart-tools">
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoomBy(0.6)}>
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out (−)"
          onClick={() => zoomBy(1.67)}
        >
          −
        </button>
        <button type="button" title="Show all (0)" onClick={() => zoomTo(undefined)}>
          All
        </button>
        <span class="spread" />
        <button
          type="button"
          aria-expanded={showsNumbers}
          onClick={() => setShowsNumbers(!showsNumbers)}
        >
          Table
        </button>
        <button type="button" onClick={() => saveFile(`${name}.csv`, csvOf(model))}>
          CSV
        </button>
        <button type="button" onClick={() => picture()}>
          PNG
        </button>
      </div>
      {showsNumbers && <ChartNumbers model={model} label={label} />}
    </figure>
  );

  function zoomBy(factor: number): void {
    const made = plot();
    if (made) zoomTo(zoomOf(made, factor));
  }

  function picture(): void {
    const made = plot();
    if (made) savePicture(made.ctx.canvas, label, model, `${name}.png`);
  }
}

function csvOf(model: ChartModel): Blob {
  return new Blob([toCsv(chartTable(model))], { type: 'text/csv;charset=utf-8' });
}

/** All values at one time, as they are read out. */
function readingAt(
  model: ChartModel,
  { data: [times, ...values], columns }: ReturnType<typeof usePlot>['drawn'],
  index: number,
): string {
  const at = times[index];
  if (at === undefined) return 'no data';
  const readings = columns.flatMap((column, i) => {
    const value = values[i]?.[index];
    if (column.kind !== 'line' || typeof value !== 'number') return [];
    return [`${model.lines[column.line]?.label} ${formatSingle(value, model.unit)}`];
  });
  return [formatFull(at * 1_000), ...readings].join(', ');
}
