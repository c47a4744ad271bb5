import { useState } from 'preact/hooks';
import type { Incident, IncidentDetail } from '#contracts/http/incidents.ts';
import { useResource } from '../../api/use-resource.ts';
import { SeverityBadge } from '../../components/badge.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { WorkloadName } from '../../components/name.tsx';
import { Section } from '../../components/section.tsx';
import { Time } from '../../components/time.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { formatLength } from '../../format/time.ts';
import { href, type Place, workloadHref } from '../../routing/location.ts';
import { Contributions } from './contributions.tsx';
import { Deployments } from './deployments.tsx';
import { ExpectedChart } from './expected-chart.tsx';
import { FeedbackForm } from './feedback-form.tsx';
import { lengthOf, StateBadge } from './incident-list.tsx';

/** One incident: how far from usual what was, and what somebody says of it. */
export function IncidentDetailView({ id, place }: { readonly id: string; readonly place: Place }) {
  const detail = useResource<IncidentDetail>(`/api/v1/incidents/${encodeURIComponent(id)}`);
  const incident = detail.data?.incident;
  return (
    <>
      <ViewHead
        title={
          incident ? (
            <>
              Incident of <WorkloadName of={incident.workload} />
            </>
          ) : (
            'Incident'
          )
        }
        documentTitle={`Incident ${id}`}
        simulated={incident?.simulated ?? false}
        actions={
          <>
            {incident && <a href={workloadHref('workload', incident.workload)}>Forecasts</a>}
            <a href={href([place.view, ...place.rest], { ...place.query, id: undefined })}>
              All incidents
            </a>
          </>
        }
      />
      <Loaded resource={detail} what="incident">
        {(data) => <IncidentBody {...data} />}
      </Loaded>
    </>
  );
}

function IncidentBody({ incident, deployments }: IncidentDetail) {
  const names = incident.metrics.map(({ metric }) => metric);
  const [metric, setMetric] = useState(names[0]);
  return (
    <>
      <div class="incident-summary">
        <p class="badges">
          <SeverityBadge severity={incident.severity} /> <StateBadge incident={incident} />
        </p>
        <p class="incident-sentence" title={incident.message.slice(0, 2_000)}>
          <bdi>{incident.message}</bdi>
        </p>
        <Facts items={factsOf(incident)} />
      </div>
      <div class="columns wide-first">
        <Section title="What differed">
          <Contributions metrics={incident.metrics} />
        </Section>
        <Section title="What you say">
          <FeedbackForm key={incident.id} incident={incident} />
        </Section>
      </div>
      {metric !== undefined && (
        <Section
          title="Expected and actual"
          aside={
            names.length > 1 && (
              <label class="field">
                <span>Metric</span>
                <select value={metric} onChange={(event) => setMetric(event.currentTarget.value)}>
                  {names.map((name) => (
                    <option key={name} value={name}>
                      {name.slice(0, 80)}
                    </option>
                  ))}
                </select>
              </label>
            )
          }
        >
          <ExpectedChart incident={incident} metric={metric} />
        </Section>
      )}
      <Section title="Deployments near by">
        <Deployments incident={incident} deployments={deployments} />
      </Section>
    </>
  );
}

const ENDED = {
  recovered: 'values are usual again',
  new_level: 'values stay where they went: that is usual from now on',
  no_data: 'no data came any more',
} as const;

function factsOf(incident: Incident): readonly Fact[] {
  const { start, end, opened_at, peak, ended_because, detectors } = incident;
  return [
    { term: 'Started', value: <Time at={start} />, note: <Time at={start} form="age" /> },
    {
      term: 'Ended',
      value: end === null ? 'not yet' : <Time at={end} />,
      note: ended_because ? ENDED[ended_because] : undefined,
    },
    { term: end === null ? 'Lasts' : 'Lasted', value: formatLength(lengthOf(incident)) },
    {
      term: 'Highest score',
      value: peak.score.toFixed(1),
      note: (
        <>
          at <Time at={peak.at} form="clock" />
        </>
      ),
    },
    { term: 'Evident from', value: <Time at={opened_at} form="clock" /> },
    { term: 'Found by', value: detectors.join(', ') },
  ];
}
