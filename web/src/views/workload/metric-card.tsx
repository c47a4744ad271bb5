import { useMemo, useRef } from 'preact/hooks';
import type { IssuedForecast, WorkloadInfo } from '#contracts/http/catalog.ts';
import type { GradeInfo } from '#contracts/http/grades.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';
import { withQuery, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSpan } from '../../chart/chart-model.ts';
import { GradeBadge } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name, workloadTitle } from '../../components/name.tsx';
import { Reasons } from '../../components/refused.tsx';
import { Section } from '../../components/section.tsx';
import { workloadHref } from '../../routing/location.ts';
import { MetricFacts } from './metric-facts.tsx';
import { type Anomaly, metricModel, type SeriesAnswer } from './metric-model.ts';
import { periodsFor, seasonHours } from './ranges.ts';
import { useSeen } from './use-seen.ts';

/** What the whole view has chosen and knows. */
export interface Shown {
  readonly historyHours: number;
  readonly horizonHours: number;
  readonly level: number;
  readonly withIssued: boolean;
  readonly spans: readonly ChartSpan[];
  readonly anomalies: readonly Anomaly[];
}

const EVERY_MS = 60_000;

/** One metric of a workload: its chart and what stands behind it. Loaded when it comes into sight. */
export function MetricCard({
  info,
  metric,
  grade,
  shown,
  alone,
}: {
  readonly info: WorkloadInfo;
  readonly metric: WorkloadInfo['metrics'][number];
  readonly grade: GradeInfo | undefined;
  readonly shown: Shown;
  /** It is the only one on the page. */
  readonly alone: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(place);
  const { workload } = info;
  const about = { ...workloadQuery(workload), metric: metric.metric };
  const season = seasonHours(shown.historyHours, info.step_seconds);
  const hours = shown.historyHours + (season ?? 0);
  const series = useResource<SeriesAnswer>(
    isSeen ? withQuery('/api/v1/series', { ...about, hours }) : null,
    { everyMs: EVERY_MS },
  );
  const ahead = periodsFor(shown.horizonHours, info.step_seconds);
  const predicted = useResource<PredictResponse>(
    isSeen
      ? { path: '/api/v1/predict', body: { ...about, ...ahead, levels: [shown.level] } }
      : null,
    { everyMs: EVERY_MS },
  );
  const issued = useResource<{ forecasts: readonly IssuedForecast[] }>(
    isSeen && shown.withIssued ? withQuery('/api/v1/forecasts', { ...about, limit: 100 }) : null,
    { everyMs: EVERY_MS },
  );
  const anomalies = useMemo(
    () => shown.anomalies.filter((anomaly) => anomaly.metric === metric.metric),
    [shown.anomalies, metric.metric],
  );
  const model = useMemo(
    () =>
      series.data &&
      metricModel({
        ...shown,
        unit: metric.unit,
        series: series.data,
        predicted: predicted.data,
        issued: (shown.withIssued && issued.data?.forecasts) || [],
        anomalies,
        seasonHours: season,
      }),
    [series.data, predicted.data, issued.data, anomalies, shown, season, metric.unit],
  );
  const title = `${workloadTitle(workload)}${info.simulated ? ' (simulated)' : ''}`;
  return (
    <div ref={place} class="metric-card">
      <Section
        title={
          alone ? (
            <Name text={metric.metric} />
          ) : (
            <a href={workloadHref('workload', workload, { metric: metric.metric })}>
              <Name text={metric.metric} />
            </a>
          )
        }
        aside={grade && <GradeBadge grade={grade.grade} />}
      >
        <Loaded resource={series} what="observations">
          {({ values }) =>
            !model || values.every((value) => value === null) ? (
              <Empty title="Nothing was observed in this time">
                It is drawn as soon as its source answers again.
              </Empty>
            ) : (
              <Chart
                model={model}
                label={`${metric.metric} of ${title}`}
                name={`${title}-${metric.metric}`}
                height={alone ? 420 : 220}
                syncKey="workload"
              />
            )
          }
        </Loaded>
        {predicted.failure && !predicted.data && <Failure error={predicted.failure} />}
        {shown.withIssued && issued.data?.forecasts.length === 0 && (
          <p class="quiet">No forecast was issued yet: the first comes with the next scoring.</p>
        )}
        {predicted.data && (
          <>
            <MetricFacts predicted={predicted.data} />
            {alone && <Reasons reasons={[...predicted.data.reasons, ...(grade?.reasons ?? [])]} />}
          </>
        )}
      </Section>
    </div>
  );
}
