import type { SourceList } from '#contracts/http/collection.ts';
import { formatCount } from '#core/units.ts';
import { useResource } from '../../api/use-resource.ts';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name } from '../../components/name.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';

type Source = SourceList['sources'][number];

/** How each source does. */
export function Sources({ everyMs }: { readonly everyMs: number }) {
  const sources = useResource<SourceList>('/api/v1/sources', { everyMs });
  return (
    <Loaded resource={sources} what="sources">
      {({ sources: rows }) =>
        rows.length === 0 ? (
          <Empty title="No source has delivered anything yet">
            Sources are named in the configuration, or send data by themselves.
          </Empty>
        ) : (
          <DataTable
            label="Sources"
            rows={rows}
            columns={COLUMNS}
            rowKey={({ name }) => name}
            sortParam="sources"
          />
        )
      }
    </Loaded>
  );
}

const COLUMNS: readonly Column<Source>[] = [
  { id: 'name', title: 'Source', cell: ({ name }) => <Name text={name} /> },
  {
    id: 'workloads',
    title: 'Workloads',
    align: 'end',
    cell: ({ workloads }) => formatCount(workloads),
  },
  {
    id: 'age',
    title: 'Newest data',
    cell: ({ data_as_of }) =>
      data_as_of === null ? <Missing reason="none yet" /> : <Time at={data_as_of} form="age" />,
  },
  {
    id: 'success',
    title: 'Last read',
    priority: 2,
    cell: ({ last_success }) =>
      last_success === null ? (
        <Missing reason="it sends by itself" />
      ) : (
        <Time at={last_success} form="age" />
      ),
  },
  {
    id: 'problem',
    title: 'Last problem',
    cell: ({ last_problem }) =>
      last_problem === null ? (
        <span class="quiet">none</span>
      ) : (
        <span class="problem">
          <Time at={last_problem.at} form="age" />: <bdi>{last_problem.message}</bdi>{' '}
          <code class="quiet">{last_problem.code}</code>
        </span>
      ),
  },
  {
    id: 'requested',
    title: 'Metrics this month',
    hint: 'requested, of a source that charges for them',
    align: 'end',
    priority: 3,
    cell: ({ requested_metrics }) =>
      requested_metrics === null ? (
        <Missing reason="it does not charge" />
      ) : (
        formatCount(requested_metrics)
      ),
  },
];
