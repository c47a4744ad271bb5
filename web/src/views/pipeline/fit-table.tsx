import type { WorkloadRef } from '#contracts/http/common.ts';
import type { Fit, FitList } from '#contracts/http/fits.ts';
import { formatCount, unitOf } from '#core/units.ts';
import { withQuery, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name } from '../../components/name.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Missing, Value } from '../../components/value.tsx';
import { workloadHref } from '../../routing/location.ts';
import { Skill } from '../models/models-overview.tsx';
import { formatDuration } from './gantt.ts';

/** Every fit of a workload in a run: its error, its skill and how long it took. */
export function FitTable({
  runId,
  workload,
}: {
  readonly runId: string;
  readonly workload: WorkloadRef;
}) {
  const path = withQuery(`/api/v1/runs/${encodeURIComponent(runId)}/fits`, workloadQuery(workload));
  const fits = useResource<FitList>(path, { everyMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded resource={fits} what="fits">
      {({ fits: found }) =>
        found.length === 0 ? (
          <Empty title="No fit was recorded" />
        ) : (
          <DataTable
            label="Fits"
            rows={found}
            columns={COLUMNS}
            rowKey={({ id }) => id}
            sortParam="fits"
          />
        )
      }
    </Loaded>
  );
}

const COLUMNS: readonly Column<Fit>[] = [
  {
    id: 'metric',
    title: 'Metric',
    sortBy: ({ metric }) => metric,
    cell: ({ metric, workload, version }) => (
      <a href={workloadHref('models', workload, { metric, version })}>
        <Name text={metric} />
      </a>
    ),
  },
  {
    id: 'model',
    title: 'Model',
    sortBy: ({ model }) => model,
    cell: ({ model, serves }) => (
      <>
        {model} {serves && <Badge tone="good">serves</Badge>}
      </>
    ),
  },
  {
    id: 'mae',
    title: 'Mean error',
    align: 'end',
    priority: 2,
    cell: ({ mae, metric }) => <Value value={mae} unit={unitOf(metric)} reason="not measured" />,
  },
  {
    id: 'skill',
    title: 'Against naive',
    align: 'end',
    sortBy: ({ skill_vs_naive }) => skill_vs_naive,
    cell: ({ skill_vs_naive }) => <Skill value={skill_vs_naive} />,
  },
  {
    id: 'cases',
    title: 'Cases',
    align: 'end',
    priority: 3,
    cell: ({ cases }) => formatCount(cases),
  },
  {
    id: 'fit',
    title: 'Fitted in',
    align: 'end',
    sortBy: ({ fit_ms }) => fit_ms,
    cell: ({ fit_ms }) =>
      fit_ms === null ? <Missing reason="blends are not fitted" /> : formatDuration(fit_ms),
  },
];
