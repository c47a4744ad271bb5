import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { workloadId } from '../api/query.ts';
import { useResource } from '../api/use-resource.ts';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { WorkloadName } from '../components/name.tsx';
import { SearchField } from '../components/search-field.tsx';
import { Simulated } from '../components/simulated.tsx';
import { type Column, DataTable } from '../components/table/data-table.tsx';
import { Time } from '../components/time.tsx';
import { workloadHref } from '../routing/location.ts';
import { useQueryState } from '../routing/use-place.ts';

/** Asks which workload a view is to be about. */
export function ChooseWorkload({ view }: { readonly view: string }) {
  const workloads = useResource<{ readonly workloads: readonly WorkloadInfo[] }>(
    '/api/v1/workloads',
  );
  const [filter, setFilter] = useQueryState('filter', '');
  const hrefOf = ({ workload }: WorkloadInfo) => workloadHref(view, workload);
  return (
    <Loaded resource={workloads} what="workloads">
      {({ workloads: rows }) =>
        rows.length === 0 ? (
          <Empty title="No workload yet">
            The first one is here as soon as its first observation has arrived.
          </Empty>
        ) : (
          <>
            <SearchField label="Find a workload" value={filter} onChange={setFilter} />
            <DataTable
              label="Workloads"
              rows={rows}
              columns={columnsOf(hrefOf)}
              rowKey={({ workload }) => workloadId(workload)}
              hrefOf={hrefOf}
              filter={filter}
              textOf={({ workload }) => workloadId(workload)}
              initialSort="workload"
            />
          </>
        )
      }
    </Loaded>
  );
}

function columnsOf(hrefOf: (row: WorkloadInfo) => string): readonly Column<WorkloadInfo>[] {
  return [
    {
      id: 'workload',
      title: 'Workload',
      sortBy: ({ workload }) => workloadId(workload),
      cell: (row) => (
        <a href={hrefOf(row)}>
          <WorkloadName of={row.workload} /> {row.simulated && <Simulated />}
        </a>
      ),
    },
    {
      id: 'seen',
      title: 'Newest data',
      sortBy: ({ last_seen }) => last_seen,
      cell: ({ last_seen }) => (last_seen === null ? '–' : <Time at={last_seen} form="age" />),
    },
  ];
}
