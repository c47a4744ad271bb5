import type { Recommendation } from '#contracts/http/recommend.ts';
import { counted, formatShare, unitOf } from '#core/units.ts';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Time } from '../../components/time.tsx';
import { Value } from '../../components/value.tsx';
import { seconds } from './decision.ts';

type Demand = NonNullable<Recommendation['demand']>;

const SOURCES: Readonly<Record<Demand['capacity_source'], string>> = {
  configured: 'as configured',
  learned: 'learned',
  utilization: 'one replica, fully used',
  none: 'not known',
};

/** What the arithmetic starts from: demand at its quantile, capacity of a replica, lead time. */
export function DemandFacts({ recommendation }: { readonly recommendation: Recommendation }) {
  const { measured, demand, quantile, lead_time_seconds, predicted_utilization } = recommendation;
  const items: readonly Fact[] = [
    {
      term: 'Utilisation measured',
      value: <Value value={measured?.utilization} unit="ratio" reason="nothing was measured" />,
      note: measured && (
        <>
          of {measured.replicas} replicas at <Time at={measured.at} form="clock" />
        </>
      ),
    },
    {
      term: 'Expected at most',
      value: <Value value={predicted_utilization} unit="ratio" reason="no forecast" />,
      note: `of the present replicas in ${recommendation.time_horizon_minutes} min`,
    },
    { term: 'Quantile', value: String(quantile), note: 'of demand is planned for' },
    { term: 'Lead time', value: seconds(lead_time_seconds), note: 'until a new replica serves' },
    ...(demand ? demandFacts(demand) : []),
  ];
  return <Facts items={items} />;
}

function demandFacts({ metric, value, capacity_source, ...demand }: Demand): readonly Fact[] {
  // Demand in replicas is a plain count.
  const unit = capacity_source === 'utilization' ? 'count' : unitOf(metric);
  return [
    {
      term: 'Demand at the quantile',
      value: <Value value={value} unit={unit} reason="no forecast may act" />,
      note: (
        <>
          <bdi>{metric}</bdi>
          {value === null && ': no forecast may act'}
        </>
      ),
    },
    {
      term: 'A replica serves',
      value: <Value value={demand.capacity_per_replica} unit={unit} />,
      note: SOURCES[capacity_source],
    },
    {
      term: 'Idle utilisation',
      value: <Value value={demand.idle_utilization} unit="ratio" />,
      note: demand.fit
        ? `learned from ${counted(demand.fit.rows, 'row')}, ${formatShare(demand.fit.explained)} explained`
        : undefined,
    },
  ];
}
