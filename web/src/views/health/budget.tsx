import type { CollectionBudget } from '#contracts/http/collection.ts';
import { counted, formatCount } from '#core/units.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';
import { ShareBar } from '../share-bar.tsx';

const STATUS: Readonly<Record<CollectionBudget['status'], Tone>> = {
  within: 'good',
  lowered: 'warn',
  spent: 'bad',
};

/** What reading CloudWatch has cost this month, and what is read more rarely for it. */
export function Budget() {
  const budget = useResource<CollectionBudget>('/api/v1/budget', { everyMs: 60_000 });
  return (
    <Loaded resource={budget} what="budget">
      {(data) => (
        <>
          <p>
            <Badge tone={STATUS[data.status]}>{data.status}</Badge> <bdi>{data.reason}</bdi>
          </p>
          <ShareBar
            share={data.budget_usd > 0 ? data.spent_usd / data.budget_usd : 0}
            text={`${dollars(data.spent_usd)} of ${dollars(data.budget_usd)}`}
          />
          <Facts
            items={[
              { term: 'Month', value: data.month },
              {
                term: 'Projected',
                value:
                  data.projected_usd === null ? (
                    <Missing reason="nothing is planned yet" />
                  ) : (
                    dollars(data.projected_usd)
                  ),
                note:
                  data.planned_at === null ? (
                    'no plan yet: no CloudWatch source is read'
                  ) : (
                    <>
                      planned <Time at={data.planned_at} form="age" />
                    </>
                  ),
              },
              { term: 'Metrics requested', value: formatCount(data.requested_metrics) },
              { term: 'Refused', value: formatCount(data.refused_metrics) },
              { term: 'Series watched', value: formatCount(data.watched_series) },
              { term: 'Read more rarely', value: counted(data.lowered_series, 'series', 'series') },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US', { maximumFractionDigits: 2 })}`;
}
