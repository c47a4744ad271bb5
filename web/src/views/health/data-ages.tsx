import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { counted, formatCount } from '#core/units.ts';
import { workloadId } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { WorkloadName } from '../../components/name.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Simulated } from '../../components/simulated.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { workloadHref } from '../../routing/location.ts';
import { useQueryState } from '../../routing/use-place.ts';
import { dataState } from './data-state.ts';

/** How old the newest data of each workload are, the oldest first. */
export function DataAges({ everyMs }: { readonly everyMs: number }) {
  const workloads = useResource<{ readonly workloads: readonly WorkloadInfo[] }>(
    '/api/v1/workloads',
    { everyMs },
  );
  const [filter, setFilter] = useQueryState('filter', '');
  return (
    <Loaded resource={workloads} what="workloads">
      {({ workloads: rows }) => {
        if (rows.length === 0) {
          return (
            <Empty title="No workload has sent anything yet">
              It is listed as soon as its first observation has arrived.
            </Empty>
          );
        }
        const stale = rows.filter((row) => dataState(row, Date.now()) !== 'fresh').length;
        return (
          <>
            <div class="toolbar">
              {rows.length > 10 && (
                <SearchField label="Find a workload" value={filter} onChange={setFilter} />
              )}
              <p class="caption">
                {counted(rows.length, 'workload')},{' '}
                {stale === 0 ? 'all with fresh data' : `${formatCount(stale)} without fresh data`}
              </p>
            </div>
            <DataTable
              label="Age of data by workload"
              rows={rows}
              columns={COLUMNS}
              rowKey={({ workload }) => workloadId(workload)}
              filter={filter}
              textOf={({ workload, sources }) => `${workloadId(workload)} ${sources.join(' ')}`}
              initialSort="age"
              sortParam="ages"
            />
          </>
        );
      }}
    </Loaded>
  );
}

const COLUMNS: readonly Column<WorkloadInfo>[] = [
  {
    id: 'workload',
    title: 'Workload',
    sortBy: ({ workload }) => workloadId(workload),
    cell: ({ workload, simulated }) => (
      <span class="with-mark">
        <a href={workloadHref('workload', workload)}>
          <WorkloadName of={workload} />
        </a>{' '}
        {simulated && <Simulated />}
      </span>
    ),
  },
  {
    id: 'age',
    title: 'Newest data',
    sortBy: ({ last_seen }) => last_seen ?? '',
    cell: ({ last_seen }) => (last_seen === null ? 'none' : <Time at={last_seen} form="age" />),
  },
  {
    id: 'state',
    title: 'State',
    cell: (row) => {
      const state = dataState(row, Date.now());
      return <Badge tone={state === 'fresh' ? 'good' : 'warn'}>{state}</Badge>;
    },
  },
  {
    id: 'step',
    title: 'Step',
    align: 'end',
    priority: 2,
    sortBy: ({ step_seconds }) => step_seconds,
    cell: ({ step_seconds }) => `${step_seconds} s`,
  },
  {
    id: 'metrics',
    title: 'Metrics',
    align: 'end',
    priority: 2,
    sortBy: ({ metrics }) => metrics.length,
    cell: ({ metrics }) => formatCount(metrics.length),
  },
  {
    id: 'sources',
    title: 'From',
    cell: ({ sources }) => <bdi>{sources.join(', ')}</bdi>,
  },
];
