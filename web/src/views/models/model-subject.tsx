import { useMemo } from 'preact/hooks';
import type { ModelInfo } from '#contracts/http/catalog.ts';
import type { WorkloadRef } from '#contracts/http/common.ts';
import { formatCount } from '#core/units.ts';
import { withQuery, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name, WorkloadName, workloadTitle } from '../../components/name.tsx';
import { Section } from '../../components/section.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { workloadHref } from '../../routing/location.ts';
import { useQueryState } from '../../routing/use-place.ts';
import { useSimulated } from '../use-simulated.ts';
import { ModelVersion } from './model-version.tsx';
import { Skill } from './models-overview.tsx';

const STAGES: Readonly<Record<ModelInfo['stage'], Tone>> = {
  champion: 'good',
  candidate: 'info',
  archived: 'quiet',
};

/** All versions of a metric of a workload, and one of them in full. */
export function ModelSubject({
  workload,
  metric,
}: {
  readonly workload: WorkloadRef;
  readonly metric: string;
}) {
  // The hourly track of a metric is asked for by the metric, and comes with it.
  const path = withQuery('/api/v1/models', {
    ...workloadQuery(workload),
    metric: metric.replace(/\.hourly$/, ''),
  });
  const models = useResource<{ readonly models: readonly ModelInfo[] }>(path);
  const isSimulated = useSimulated();
  const [chosen, choose] = useQueryState('version', '');
  const versions = models.data?.models.filter((model) => model.metric === metric) ?? [];
  const champion = versions.find(({ stage }) => stage === 'champion');
  const shown = versions.find(({ version }) => version === chosen) ?? champion ?? versions[0];
  const columns = useMemo(() => columnsOf(shown?.id, choose), [shown?.id, choose]);
  return (
    <>
      <ViewHead
        title={
          <>
            <Name text={metric} /> <span class="quiet">of</span> <WorkloadName of={workload} />
          </>
        }
        simulated={isSimulated(workload)}
        documentTitle={`${metric} of ${workloadTitle(workload)}`}
        actions={
          <>
            <a
              href={workloadHref('workload', workload, { metric: metric.replace(/\.hourly$/, '') })}
            >
              Forecasts
            </a>
            <a href={workloadHref('models', workload)}>All metrics</a>
          </>
        }
      >
        {models.data && versions.length > 0 && !champion && (
          <>No version has won yet: naive serves, with its own measured interval.</>
        )}
      </ViewHead>
      <Loaded resource={models} what="versions">
        {() =>
          shown ? (
            <>
              <Section title="Versions">
                <DataTable
                  label="Versions, newest first"
                  rows={versions}
                  columns={columns}
                  rowKey={({ id }) => id}
                />
              </Section>
              <ModelVersion key={shown.id} model={shown} champion={champion} versions={versions} />
            </>
          ) : (
            <Empty title="No version of this metric is known">
              It may not have been trained yet. <a href="#/pipeline">Pipeline</a> shows what was
              refused, and why.
            </Empty>
          )
        }
      </Loaded>
    </>
  );
}

function columnsOf(
  shown: string | undefined,
  choose: (version: string) => void,
): readonly Column<ModelInfo>[] {
  return [
    {
      id: 'version',
      title: 'Version',
      cell: ({ id, version }) => (
        <button
          type="button"
          class="link"
          aria-pressed={id === shown}
          onClick={() => choose(version)}
        >
          <code>{version.slice(0, 12)}</code>
        </button>
      ),
    },
    {
      id: 'stage',
      title: 'Stage',
      cell: ({ stage }) => <Badge tone={STAGES[stage]}>{stage}</Badge>,
    },
    { id: 'model', title: 'Model', cell: ({ model }) => model },
    {
      id: 'naive',
      title: 'Against naive',
      align: 'end',
      cell: ({ skill }) => <Skill value={skill.vs_naive} />,
    },
    {
      id: 'seasonal',
      title: 'Against seasonal naive',
      align: 'end',
      priority: 2,
      cell: ({ skill }) => <Skill value={skill.vs_seasonal_naive} />,
    },
    {
      id: 'cases',
      title: 'Cases',
      align: 'end',
      priority: 3,
      cell: ({ skill }) => formatCount(skill.cases),
    },
    {
      id: 'trained',
      title: 'Trained',
      priority: 2,
      cell: ({ trained_at }) => <Time at={trained_at} />,
    },
    {
      id: 'decision',
      title: 'Verdict',
      priority: 3,
      cell: ({ decision }) => <code>{decision.code}</code>,
    },
  ];
}
