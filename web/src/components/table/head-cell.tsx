import { type Column, cellClass } from './data-table.tsx';
import type { Sort } from './rows.ts';

/** The heading of a column: a button where one can sort by it. */
export function HeadCell<Row>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
}) {
  const { id, title, hint, align, priority, sortBy } = column;
  const current = sort?.column === id ? sort : undefined;
  // Numbers are looked at from the largest down, names from A on.
  const descending = current ? !current.descending : align === 'end';
  return (
    <th
      scope="col"
      class={cellClass(align, priority)}
      title={hint}
      data-column={id}
      aria-sort={current && (current.descending ? 'descending' : 'ascending')}
    >
      {sortBy ? (
        <button type="button" onClick={() => onSort({ column: id, descending })}>
          {title}
          <span aria-hidden="true" class="sort-sign">
            {current ? (current.descending ? '↓' : '↑') : ''}
          </span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}
