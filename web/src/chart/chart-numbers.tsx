import { useMemo } from 'preact/hooks';
import { formatValue, scaleFor } from '#core/units.ts';
import { type Column, DataTable } from '../components/table/data-table.tsx';
import { Time } from '../components/time.tsx';
import { Missing } from '../components/value.tsx';
import { chartTable } from './chart-csv.ts';
import type { ChartModel } from './chart-model.ts';

type Row = ReturnType<typeof chartTable>['rows'][number];

/** The numbers of a chart, newest first. */
export function ChartNumbers({
  model,
  label,
}: {
  readonly model: ChartModel;
  readonly label: string;
}) {
  const { rows, columns } = useMemo(() => {
    const table = chartTable(model);
    const numbers = table.rows.flatMap((row) => row.filter((cell) => typeof cell === 'number'));
    const scale = scaleFor(model.unit, numbers);
    const columnOf = (title: string, i: number): Column<Row> => ({
      id: String(i),
      title,
      align: i === 0 ? 'start' : 'end',
      cell: (row) => {
        const cell = row[i];
        if (typeof cell === 'string') return <Time at={cell} form="full" />;
        if (typeof cell === 'number') return formatValue(cell, scale);
        return <Missing reason="no value" />;
      },
    });
    return { rows: table.rows.toReversed(), columns: table.header.map(columnOf) };
  }, [model]);
  return (
    <div class="chart-numbers">
      <DataTable label={`${label}, numbers`} rows={rows} columns={columns} rowKey={rowTime} />
    </div>
  );
}

function rowTime(row: Row): string {
  return String(row[0]);
}
