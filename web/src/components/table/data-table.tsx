import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useQueryState } from '../../routing/use-place.ts';
import { HeadCell } from './head-cell.tsx';
import { filterRows, formatSort, parseSort, type SortValue, sortRows } from './rows.ts';
import { useWindow } from './use-window.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** What the title means, where it does not say so itself. */
  readonly hint?: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Not to be sorted by without. */
  readonly sortBy?: (row: Row) => SortValue;
  /** Numbers stand at the end, so that their digits align. */
  readonly align?: 'start' | 'end';
  /** 2 is left out on narrow screens, 3 on all but wide ones; 1 always stays. */
  readonly priority?: 1 | 2 | 3;
}

/** What a table shows. */
export interface DataTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Where a row leads; its first cell should link there, too. */
  readonly hrefOf?: (row: Row) => string;
  readonly filter?: string;
  /** What the filter looks at. */
  readonly textOf?: (row: Row) => string;
  /** The name of the sort in the address; a second table of a view needs another. */
  readonly sortParam?: string;
  /** A column, or `-column` for descending. */
  readonly initialSort?: string;
  readonly nothing?: ComponentChildren;
}

/** A table that is sorted by its headings and walked by arrow keys; of long ones, what is in sight. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowKey, hrefOf, filter = '', textOf, nothing } = props;
  const [sortText, setSort] = useQueryState(props.sortParam ?? 'sort', props.initialSort ?? '');
  const sort = parseSort(sortText);
  const shown = useMemo(() => {
    const kept = textOf ? filterRows(rows, textOf, filter) : rows;
    const sortValue = columns.find(({ id }) => id === sort?.column)?.sortBy;
    return sortValue && sort ? sortRows(kept, sortValue, sort.descending) : kept;
  }, [rows, columns, textOf, filter, sortText]);
  const body = useRef<HTMLTableSectionElement>(null);
  const { window, rowHeight } = useWindow(body, shown.length);
  const walk = useRowKeys(body, shown.length, rowHeight);

  return (
    <div class="table-place">
      <table class="data-table" aria-label={label} aria-rowcount={shown.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                sort={sort}
                onSort={(next) => setSort(formatSort(next))}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={walk}>
          <Spacer height={window.first * rowHeight} columns={columns.length} />
          {shown.slice(window.first, window.last).map((row, i) => (
            <TableRow
              key={rowKey(row)}
              row={row}
              index={window.first + i}
              columns={columns}
              hrefOf={hrefOf}
            />
          ))}
          <Spacer height={(shown.length - window.last) * rowHeight} columns={columns.length} />
        </tbody>
      </table>
      {shown.length === 0 && (nothing ?? <p class="table-nothing">Nothing matches the filter.</p>)}
    </div>
  );
}

/** One row. As long as it is of the same, it is not looked at again however the page is scrolled. */
function TableRow<Row>({
  row,
  index,
  columns,
  hrefOf,
}: {
  readonly row: Row;
  readonly index: number;
  readonly columns: readonly Column<Row>[];
  readonly hrefOf: ((row: Row) => string) | undefined;
}) {
  return useMemo(
    () => (
      <tr
        data-row={index}
        aria-rowindex={index + 2}
        tabIndex={hrefOf ? -1 : undefined}
        class={hrefOf ? 'opens' : undefined}
        onClick={hrefOf && ((event) => open(event, hrefOf(row)))}
      >
        {columns.map(({ id, cell, align, priority, title }) => (
          <td key={id} class={cellClass(align, priority)} data-title={title} data-column={id}>
            {cell(row)}
          </td>
        ))}
      </tr>
    ),
    [row, index, columns, hrefOf],
  );
}

/** The class of a cell: where its text stands, and on which screens it is shown. */
export function cellClass(align: 'start' | 'end' = 'start', priority: 1 | 2 | 3 = 1): string {
  return `${align === 'end' ? 'end' : ''} priority-${priority}`;
}

/** Keeps the place of rows that are not drawn. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr class="spacer">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

/** A click on a row opens it, unless it was meant for something in it. */
function open(event: MouseEvent, href: string): void {
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('a, button, input, summary')) return;
  if (getSelection()?.toString()) return;
  location.hash = href;
}

/** Arrow keys, Home and End move from row to row, drawn or not; Enter opens what a row leads to. */
function useRowKeys(
  body: { readonly current: HTMLElement | null },
  count: number,
  rowHeight: number,
): (event: KeyboardEvent) => void {
  const wanted = useRef<number | undefined>(undefined);
  const focusWanted = () => {
    if (wanted.current === undefined) return;
    const row = body.current?.querySelector<HTMLElement>(`tr[data-row="${wanted.current}"]`);
    if (!row) return;
    wanted.current = undefined;
    (row.querySelector<HTMLElement>('a') ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };
  useEffect(focusWanted);
  return (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-row]') : null;
    const at = Number(row?.getAttribute('data-row') ?? Number.NaN);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[event.key];
    if (target === undefined || !(target >= 0 && target < count)) return;
    event.preventDefault();
    wanted.current = target;
    focusWanted();
    if (wanted.current === undefined || !body.current) return;
    // Not drawn yet: bring it into sight, and it will be.
    const top = body.current.getBoundingClientRect().top + target * rowHeight;
    scrollBy({ top: top - innerHeight / 2 });
  };
}
