import type { Unit } from '#core/series/metric-catalogue.ts';
import { formatSingle } from '#core/units.ts';
import { Time } from '../components/time.tsx';
import type { ChartModel } from './chart-model.ts';
import { markNear } from './chart-text.ts';
import type { PlotData } from './plot-columns.ts';

/** What each line is, and its value under the cursor. */
export function ChartLegend({
  model,
  drawn,
  cursor,
}: {
  readonly model: ChartModel;
  readonly drawn: PlotData;
  readonly cursor: number | undefined;
}) {
  const [times, ...columns] = drawn.data;
  const at = cursor === undefined ? undefined : times[cursor];
  const valueUnderCursor = (isColumn: (column: PlotData['columns'][number]) => boolean) => {
    const values = columns[drawn.columns.findIndex(isColumn)];
    return cursor === undefined ? undefined : values?.[cursor];
  };
  const spacing = ((times[1] ?? 0) - (times[0] ?? 0)) * 1_000;
  const mark = at === undefined ? undefined : markNear(model, at * 1_000, spacing / 2);
  const oneOf = groupedLines(model);
  return (
    <div class="chart-legend">
      <span class="chart-at">{at !== undefined && <Time at={at * 1_000} form="full" />}</span>
      <ul>
        {oneOf.map(({ line, label, look }) => (
          <li key={line}>
            <span class={`swatch ${look}`} aria-hidden="true" />
            {label}
            <Reading
              value={valueUnderCursor((column) => column.kind === 'line' && column.line === line)}
              unit={model.unit}
              shown={at !== undefined}
            />
          </li>
        ))}
        {model.bands.map(({ label }, band) => {
          const bound = (side: 'lower' | 'upper') =>
            valueUnderCursor(
              (each) => each.kind === 'bound' && each.band === band && each.side === side,
            );
          const [lower, upper] = [bound('lower'), bound('upper')];
          return (
            <li key={label}>
              <span class="swatch band" aria-hidden="true" />
              {label}
              {at !== undefined && (
                <b>
                  {typeof lower === 'number' && typeof upper === 'number'
                    ? `${formatSingle(lower, model.unit)} … ${formatSingle(upper, model.unit)}`
                    : '–'}
                </b>
              )}
            </li>
          );
        })}
        {(model.marks?.length ?? 0) > 0 && (
          <li>
            <span class="swatch mark" aria-hidden="true" />
            {mark ? <bdi>{mark.label}</bdi> : 'anomaly'}
          </li>
        )}
      </ul>
    </div>
  );
}

function Reading({
  value,
  unit,
  shown,
}: {
  readonly value: number | null | undefined;
  readonly unit: Unit;
  readonly shown: boolean;
}) {
  if (!shown) return null;
  return <b>{typeof value === 'number' ? formatSingle(value, unit) : '–'}</b>;
}

/** Lines of one look and label, such as forecasts as issued, share an entry: that of the first. */
function groupedLines({ lines }: ChartModel) {
  const seen = new Set<string>();
  return lines.flatMap(({ label, look }, line) => {
    const key = `${look} ${label}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ line, label, look }];
  });
}
