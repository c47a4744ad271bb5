import { useMemo } from 'preact/hooks';
import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import type { WorkloadRef } from '#contracts/http/common.ts';
import type { DetectResponse } from '#contracts/http/detect.ts';
import type { GradeInfo } from '#contracts/http/grades.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import { counted, formatShare } from '#core/units.ts';
import { withQuery, workloadId, workloadQuery } from '../api/query.ts';
import { useResource } from '../api/use-resource.ts';
import { Choice } from '../components/choice.tsx';
import { Empty } from '../components/empty.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Name, WorkloadName, workloadTitle } from '../components/name.tsx';
import { Time } from '../components/time.tsx';
import { ViewHead } from '../components/view-head.tsx';
import { formatLength } from '../format/time.ts';
import { type Place, workloadHref, workloadOf } from '../routing/location.ts';
import { useQueryState } from '../routing/use-place.ts';
import { MetricCard, type Shown } from './workload/metric-card.tsx';
import { incidentSpans } from './workload/metric-model.ts';
import {
  HORIZON_HOURS,
  historyChoices,
  hoursText,
  usualHistory,
  usualHorizon,
} from './workload/ranges.ts';

const LEVELS = ['0.8', '0.95'] as const;

/** What the API looks through for anomalies in one question. */
const DETECT = { maxPoints: 20_000, maxMinutes: 10_080 } as const;

/** One workload: each of its metrics, what was and what is to come. */
export function WorkloadView({ place }: { readonly place: Place }) {
  const workload = workloadOf(place);
  const workloads = useResource<{ workloads: readonly WorkloadInfo[] }>('/api/v1/workloads');
  if (!workload) return <NoWorkload />;
  return (
    <Loaded resource={workloads} what="workloads">
      {({ workloads: known }) => {
        const info = known.find((each) => workloadId(each.workload) === workloadId(workload));
        return info ? (
          <KnownWorkload info={info} metric={place.query.metric} />
        ) : (
          <UnknownWorkload workload={workload} />
        );
      }}
    </Loaded>
  );
}

function KnownWorkload({
  info,
  metric,
}: {
  readonly info: WorkloadInfo;
  readonly metric: string | undefined;
}) {
  const { workload, simulated } = info;
  const shown = useShown(info);
  const grades = useResource<{ grades: readonly GradeInfo[] }>(
    withQuery('/api/v1/grades', { ...workloadQuery(workload), horizon_minutes: 60 }),
    { everyMs: 120_000 },
  );
  const metrics = info.metrics.filter((each) => metric === undefined || each.metric === metric);
  return (
    <>
      <ViewHead
        title={<WorkloadName of={workload} />}
        documentTitle={workloadTitle(workload)}
        simulated={simulated}
        actions={
          <nav class="links" aria-label="Of this workload">
            <a href={workloadHref('recommendation', workload)}>Recommendation</a>
            <a href={workloadHref('models', workload)}>Models</a>
            <a href={workloadHref('incidents', workload)}>Incidents</a>
          </nav>
        }
      />
      <Controls info={info} metric={metric} incidents={shown.spans.length} />
      {metrics.length === 0 ? (
        <Empty title={`This workload has no metric ${metric?.slice(0, 80) ?? ''}`}>
          <a href={workloadHref('workload', workload)}>Show all of its metrics</a>
        </Empty>
      ) : (
        <div class={metrics.length === 1 ? 'metric-grid alone' : 'metric-grid'}>
          {metrics.map((each) => (
            <MetricCard
              key={each.metric}
              info={info}
              metric={each}
              grade={grades.data?.grades.find((row) => row.metric === each.metric)}
              shown={shown}
              alone={metrics.length === 1}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** What was chosen in the address, and what is known of all metrics at once. */
function useShown(info: WorkloadInfo): Shown {
  const { historyHours, horizonHours, level, withIssued } = useChoices(info.step_seconds);
  const about = workloadQuery(info.workload);
  const incidents = useResource<{ incidents: readonly Incident[] }>(
    withQuery('/api/v1/incidents', { ...about, limit: 200 }),
  );
  const end = Date.parse(info.last_seen ?? info.first_seen);
  const stepMinutes = info.step_seconds / 60;
  const lookback = Math.min(
    historyHours * 60,
    DETECT.maxMinutes,
    Math.floor((DETECT.maxPoints / Math.max(info.metrics.length, 1)) * stepMinutes),
  );
  const detected = useResource<DetectResponse>(
    { path: '/api/v1/detect', body: { ...about, lookback_minutes: Math.max(lookback, 1) } },
    { everyMs: 300_000 },
  );
  return useMemo(
    () => ({
      ...{ historyHours, horizonHours, level, withIssued },
      anomalies: detected.data?.anomalies ?? [],
      spans: incidentSpans(incidents.data?.incidents ?? [], detected.data?.incidents ?? []).filter(
        ({ to }) => (to ?? end) >= end - historyHours * 3_600_000,
      ),
    }),
    [historyHours, horizonHours, level, withIssued, incidents.data, detected.data, end],
  );
}

function useChoices(stepSeconds: number) {
  const histories = historyChoices(stepSeconds).map(String);
  const horizons = HORIZON_HOURS.map(String);
  const [history, setHistory] = useQueryState(
    'history',
    String(usualHistory(stepSeconds)),
    histories,
  );
  const [horizon, setHorizon] = useQueryState(
    'horizon',
    String(usualHorizon(stepSeconds)),
    horizons,
  );
  const [level, setLevel] = useQueryState<(typeof LEVELS)[number]>('level', '0.8', LEVELS);
  const [issued, setIssued] = useQueryState('issued', '');
  return {
    ...{ histories, history, setHistory, horizons, horizon, setHorizon },
    ...{ levelText: level, setLevel, setIssued },
    historyHours: Number(history),
    horizonHours: Number(horizon),
    level: Number(level),
    withIssued: issued === 'yes',
  };
}

function Controls({
  info,
  metric,
  incidents,
}: {
  readonly info: WorkloadInfo;
  readonly metric: string | undefined;
  readonly incidents: number;
}) {
  const choices = useChoices(info.step_seconds);
  const hours = (value: string) => ({ value, label: hoursText(Number(value)) });
  return (
    <div class="workload-controls">
      <Facts
        items={[
          {
            term: 'Data',
            value: info.last_seen ? <Time at={info.last_seen} form="age" /> : '–',
            note: `every ${formatLength(info.step_seconds * 1_000)}`,
          },
          { term: 'From', value: <Name text={info.sources.join(', ')} /> },
          { term: 'In this time', value: counted(incidents, 'incident') },
        ]}
      />
      <div class="choices">
        <Choice
          label="History"
          options={choices.histories.map(hours)}
          value={choices.history}
          onChange={choices.setHistory}
        />
        <Choice
          label="Ahead"
          options={choices.horizons.map(hours)}
          value={choices.horizon}
          onChange={choices.setHorizon}
        />
        <Choice
          label="Band"
          options={LEVELS.map((value) => ({ value, label: formatShare(Number(value)) }))}
          value={choices.levelText}
          onChange={choices.setLevel}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={choices.withIssued}
            onChange={(event) => choices.setIssued(event.currentTarget.checked ? 'yes' : '')}
          />
          as issued
        </label>
        {metric !== undefined && (
          <a href={workloadHref('workload', info.workload)}>All {info.metrics.length} metrics</a>
        )}
      </div>
    </div>
  );
}

function NoWorkload() {
  return (
    <>
      <ViewHead title="Workload" />
      <Empty title="No workload is named">
        <a href="#/fleet">Choose one from the fleet</a>
      </Empty>
    </>
  );
}

function UnknownWorkload({ workload }: { readonly workload: WorkloadRef }) {
  return (
    <>
      <ViewHead title={<WorkloadName of={workload} />} documentTitle={workloadTitle(workload)} />
      <Empty title="Nothing was observed of this workload">
        It appears with its first observation. <a href="#/fleet">All workloads</a>
      </Empty>
    </>
  );
}
