import type { Actuation as ActuationState } from '#contracts/http/actuation.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { WorkloadName } from '../../components/name.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';

type Run = NonNullable<ActuationState['last_run']>;
type Target = Run['targets'][number];

/** Whether minimums are raised, and what the last run did or would have done. It is not changed here. */
export function Actuation() {
  const actuation = useResource<ActuationState>('/api/v1/actuation', { everyMs: 60_000 });
  return (
    <Loaded resource={actuation} what="actuation">
      {({ switch: { stopped, changed_at, changed_by, note }, last_run }) => (
        <>
          {(stopped || changed_at) && (
            <p>
              <Badge tone={stopped ? 'warn' : 'good'}>{stopped ? 'stopped' : 'not stopped'}</Badge>{' '}
              {changed_at && <Time at={changed_at} />} {changed_by && <bdi>by {changed_by}</bdi>}
              {note && <bdi>: {note}</bdi>}
            </p>
          )}
          {last_run ? (
            <LastRun run={last_run} />
          ) : (
            <Empty title="Nothing acts">
              The actuation stack is not deployed, or has not run yet: Helios observes and
              recommends.
            </Empty>
          )}
        </>
      )}
    </Loaded>
  );
}

function LastRun({ run }: { readonly run: Run }) {
  return (
    <>
      <p>
        Last run <Time at={run.at} form="age" />{' '}
        {run.dry_run && <Badge tone="info">dry run: nothing was written</Badge>}
      </p>
      <DataTable
        label="Targets of the last run"
        rows={run.targets}
        columns={COLUMNS}
        rowKey={({ resource_id, scalable_dimension }) => `${resource_id} ${scalable_dimension}`}
        sortParam="targets"
        nothing={<p class="table-nothing">It had no target.</p>}
      />
    </>
  );
}

const COLUMNS: readonly Column<Target>[] = [
  { id: 'workload', title: 'Workload', cell: ({ workload }) => <WorkloadName of={workload} /> },
  {
    id: 'bounds',
    title: 'Bounds',
    align: 'end',
    cell: ({ minimum, maximum }) =>
      minimum === null || maximum === null ? (
        <Missing reason="not registered, or not read" />
      ) : (
        `${minimum} to ${maximum}`
      ),
  },
  {
    id: 'because',
    title: 'Because',
    cell: ({ because }) => <bdi>{because.message}</bdi>,
  },
  { id: 'writes', title: 'Writes', align: 'end', cell: ({ steps }) => steps.length },
];
