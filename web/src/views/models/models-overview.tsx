import { useMemo } from 'preact/hooks';
import type { ModelInfo } from '#contracts/http/catalog.ts';
import type { WorkloadRef } from '#contracts/http/common.ts';
import { counted, formatCount, formatGain, formatSingle, unitOf } from '#core/units.ts';
import { withQuery, workloadId, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name, WorkloadName, workloadTitle } from '../../components/name.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Simulated } from '../../components/simulated.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { workloadHref } from '../../routing/location.ts';
import { useQueryState } from '../../routing/use-place.ts';
import { useSimulated } from '../use-simulated.ts';
import { type SubjectRow, subjectsOf } from './horizons.ts';

/** Every metric that was ever trained, with what serves it. */
export function ModelsOverview({ workload }: { readonly workload: WorkloadRef | undefined }) {
  const path = withQuery('/api/v1/models', workload ? workloadQuery(workload) : {});
  const models = useResource<{ readonly models: readonly ModelInfo[] }>(path);
  const [filter, setFilter] = useQueryState('filter', '');
  const isSimulated = useSimulated();
  const columns = useMemo(() => columnsOf(isSimulated), [isSimulated]);
  return (
    <>
      <ViewHead
        title={
          workload ? (
            <>
              Models of <WorkloadName of={workload} />
            </>
          ) : (
            'Models'
          )
        }
        simulated={workload !== undefined && isSimulated(workload)}
        documentTitle={workload ? `Models of ${workloadTitle(workload)}` : 'Models'}
        actions={workload && <a href="#/models">All workloads</a>}
      />
      <Loaded resource={models} what="models">
        {({ models: found }) => {
          const subjects = subjectsOf(found);
          if (subjects.length === 0) {
            return (
              <Empty title="No model yet">
                A workload is trained once it has 24 observations; until then naive serves, and says
                so. <a href="#/pipeline">Pipeline</a> shows what was refused, and why.
              </Empty>
            );
          }
          const served = subjects.filter(({ champion }) => champion).length;
          return (
            <>
              <div class="toolbar">
                <SearchField label="Find a model" value={filter} onChange={setFilter} />
                <p class="caption">
                  {counted(subjects.length, 'metric')}, {formatCount(served)} with a champion; naive
                  serves the rest
                </p>
              </div>
              <DataTable
                label="Models by workload and metric"
                rows={subjects}
                columns={columns}
                rowKey={({ id }) => id}
                hrefOf={hrefOf}
                filter={filter}
                textOf={({ newest }) => `${workloadId(newest.workload)} ${newest.metric}`}
                initialSort="metric"
              />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function hrefOf({ newest }: SubjectRow): string {
  return workloadHref('models', newest.workload, { metric: newest.metric });
}

/** A measured skill: above zero is better. */
export function Skill({ value }: { readonly value: number | null | undefined }) {
  if (value === null || value === undefined) return <Missing reason="not measured" />;
  const text = formatGain(value);
  const look = text === '0 %' ? '' : value > 0 ? 'gain' : 'loss';
  return <span class={`number ${look}`}>{text}</span>;
}

function columnsOf(isSimulated: (workload: WorkloadRef) => boolean): readonly Column<SubjectRow>[] {
  return [
    {
      id: 'metric',
      title: 'Metric',
      sortBy: ({ newest }) => newest.metric,
      cell: (row) => (
        <a href={hrefOf(row)}>
          <Name text={row.newest.metric} />
        </a>
      ),
    },
    {
      id: 'workload',
      title: 'Workload',
      sortBy: ({ newest }) => workloadId(newest.workload),
      cell: ({ newest }) => (
        <span class="with-mark">
          <WorkloadName of={newest.workload} /> {isSimulated(newest.workload) && <Simulated />}
        </span>
      ),
    },
    {
      id: 'serves',
      title: 'Serves',
      sortBy: ({ champion }) => champion?.model ?? 'naive',
      cell: ({ champion }) =>
        champion ? <Badge tone="good">{champion.model}</Badge> : <Badge tone="quiet">naive</Badge>,
    },
    {
      id: 'naive',
      title: 'Against naive',
      hint: 'share of the error of naive that is gone',
      align: 'end',
      sortBy: ({ champion, newest }) => (champion ?? newest).skill.vs_naive,
      cell: ({ champion, newest }) => <Skill value={(champion ?? newest).skill.vs_naive} />,
    },
    {
      id: 'seasonal',
      title: 'Against seasonal naive',
      hint: 'share of the error of seasonal naive that is gone',
      align: 'end',
      priority: 2,
      sortBy: ({ champion, newest }) => (champion ?? newest).skill.vs_seasonal_naive,
      cell: ({ champion, newest }) => (
        <Skill value={(champion ?? newest).skill.vs_seasonal_naive} />
      ),
    },
    {
      id: 'mae',
      title: 'Mean error',
      hint: 'mean absolute error over all horizons of the backtest',
      align: 'end',
      priority: 3,
      cell: ({ champion, newest }) => {
        const { mae } = (champion ?? newest).skill;
        return mae === null ? (
          <Missing reason="not measured" />
        ) : (
          formatSingle(mae, unitOf(newest.metric))
        );
      },
    },
    {
      id: 'cases',
      title: 'Cases',
      align: 'end',
      priority: 3,
      sortBy: ({ champion, newest }) => (champion ?? newest).skill.cases,
      cell: ({ champion, newest }) => formatCount((champion ?? newest).skill.cases),
    },
    {
      id: 'trained',
      title: 'Trained',
      priority: 2,
      sortBy: ({ champion, newest }) => (champion ?? newest).trained_at,
      cell: ({ champion, newest }) => <Time at={(champion ?? newest).trained_at} form="age" />,
    },
    {
      id: 'versions',
      title: 'Versions',
      align: 'end',
      priority: 3,
      sortBy: ({ versions }) => versions.length,
      cell: ({ versions }) => versions.length,
    },
  ];
}
