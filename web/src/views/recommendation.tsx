import type { WorkloadRef } from '#contracts/http/common.ts';
import type { RecommendResponse } from '#contracts/http/recommend.ts';
import { workloadQuery } from '../api/query.ts';
import { useResource } from '../api/use-resource.ts';
import { Choice } from '../components/choice.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { WorkloadName, workloadTitle } from '../components/name.tsx';
import { Reasons } from '../components/refused.tsx';
import { Section } from '../components/section.tsx';
import { ViewHead } from '../components/view-head.tsx';
import { type Place, workloadHref, workloadOf } from '../routing/location.ts';
import { useQueryState } from '../routing/use-place.ts';
import { ChooseWorkload } from './choose-workload.tsx';
import { Arithmetic } from './recommendation/arithmetic-steps.tsx';
import { policyFacts } from './recommendation/decision.ts';
import { DecisionCard } from './recommendation/decision-card.tsx';
import { DemandFacts } from './recommendation/demand-facts.tsx';
import { ReplaySection } from './recommendation/replay-section.tsx';
import { Rightsizing } from './recommendation/rightsizing.tsx';

/** What to do about the replicas of a workload, and why. */
export function RecommendationView({ place }: { readonly place: Place }) {
  const workload = workloadOf(place);
  if (workload) return <OfWorkload workload={workload} />;
  return (
    <>
      <ViewHead title="Recommendation">Of which workload?</ViewHead>
      <ChooseWorkload view="recommendation" />
    </>
  );
}

const STRATEGIES = ['statistical', 'ml'] as const;

function OfWorkload({ workload }: { readonly workload: WorkloadRef }) {
  const [strategy, setStrategy] = useQueryState('sizes', 'statistical', STRATEGIES);
  // A dry run: looking at a recommendation starts no cooldown.
  const body = { ...workloadQuery(workload), strategy, explain: true, dry_run: true };
  const answer = useResource<RecommendResponse>({ path: '/api/v1/recommend', body });
  const recommendation = answer.data?.recommendations[0];
  const sizes = (
    <Choice
      label="Sizes out of"
      options={[
        { value: 'statistical', label: 'what was measured' },
        { value: 'ml', label: 'the forecast too' },
      ]}
      value={strategy}
      onChange={setStrategy}
    />
  );
  return (
    <>
      <ViewHead
        title={
          <>
            Recommendation for <WorkloadName of={workload} />
          </>
        }
        documentTitle={`Recommendation for ${workloadTitle(workload)}`}
        simulated={recommendation?.simulated ?? false}
        actions={
          <>
            <a href={workloadHref('workload', workload)}>Forecasts</a>
            <a href={workloadHref('incidents', workload)}>Incidents</a>
            <a href={workloadHref('models', workload)}>Models</a>
          </>
        }
      />
      <Loaded resource={answer} what="recommendation">
        {({ recommendations: [shown], metadata }) =>
          shown && (
            <>
              <DecisionCard recommendation={shown} metadata={metadata} />
              <div class="columns">
                <div>
                  <Section title="Reasons">
                    <Reasons reasons={shown.reasons} />
                  </Section>
                  <Section title="Demand and capacity">
                    <DemandFacts recommendation={shown} />
                  </Section>
                </div>
                <Section title="Arithmetic">
                  <Arithmetic recommendation={shown} />
                </Section>
              </div>
              <div class="columns">
                <Section title="Size of one replica" aside={sizes}>
                  <Rightsizing recommendation={shown} />
                </Section>
                <Section title="Policy that decided">
                  <Facts items={policyFacts(metadata.policy)} />
                </Section>
              </div>
            </>
          )
        }
      </Loaded>
      <ReplaySection workload={workload} />
    </>
  );
}
