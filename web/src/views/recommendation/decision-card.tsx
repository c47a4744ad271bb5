import type { Recommendation, RecommendResponse } from '#contracts/http/recommend.ts';
import { counted, formatCount, formatShare } from '#core/units.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';
import { decisionSentence, replicaAction } from './decision.ts';
import { ReplicaScale } from './replica-scale.tsx';

const URGENCY: Readonly<Record<Recommendation['urgency'], Tone>> = {
  none: 'quiet',
  low: 'info',
  high: 'warn',
  immediate: 'bad',
};

const SOURCES: Readonly<Record<Recommendation['current_state']['replicas_source'], string>> = {
  request: 'as asked about',
  measured: 'measured',
  configured: 'as configured',
  unknown: 'not known',
};

/** Act or hold in one sentence, with what it rests on beside it. */
export function DecisionCard({
  recommendation,
  metadata,
}: {
  readonly recommendation: Recommendation;
  readonly metadata: RecommendResponse['metadata'];
}) {
  const { decision, actions, current_state, target_replicas, urgency } = recommendation;
  const { sentence, tone } = decisionSentence({
    decision,
    action: replicaAction(recommendation),
    current: current_state.replicas,
    target: target_replicas,
  });
  const [first, ...others] = actions;
  return (
    <section class={`decision tone-${tone}`} aria-labelledby="decision">
      <div class="decision-head">
        <h2 id="decision">{sentence}</h2>
        {urgency !== 'none' && <Badge tone={URGENCY[urgency]}>urgency: {urgency}</Badge>}
        {metadata.cooldown_active && <Badge tone="info">cooldown active</Badge>}
      </div>
      {first && (
        <p class="decision-because">
          <bdi>{first.reason}</bdi>
        </p>
      )}
      <ReplicaScale recommendation={recommendation} />
      <Facts items={factsOf(recommendation, metadata)} />
      {others.length > 0 && (
        <ul class="other-actions" aria-label="Further actions">
          {others.map(({ action, reason, reason_code }) => (
            <li key={`${action} ${reason_code}`}>
              <Badge tone={action === 'investigate' ? 'warn' : 'info'}>{action}</Badge>{' '}
              <bdi>{reason}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function factsOf(
  recommendation: Recommendation,
  { model, model_version }: RecommendResponse['metadata'],
): readonly Fact[] {
  const { current_state, target_replicas, lower_replicas, upper_replicas } = recommendation;
  const { execute_by, valid_until, actions } = recommendation;
  const { confidence, confidence_cases } = actions[0] ?? {};
  return [
    {
      term: 'Present',
      value: current_state.replicas ?? <Missing reason="nobody knows how many there are" />,
      note: SOURCES[current_state.replicas_source],
    },
    {
      term: 'Target',
      value: target_replicas ?? <Missing reason="nothing is recommended" />,
      note:
        target_replicas !== null && lower_replicas !== null && upper_replicas !== null
          ? `band ${lower_replicas} to ${upper_replicas}`
          : 'none while it holds',
    },
    {
      term: 'Execute by',
      value: execute_by ? (
        <Time at={execute_by} form="clock" />
      ) : (
        <Missing reason="nothing to do" />
      ),
      note: execute_by ? <Time at={execute_by} form="age" /> : 'nothing to do',
    },
    {
      term: 'Valid until',
      value: <Time at={valid_until} form="clock" />,
      note: <Time at={valid_until} form="age" />,
    },
    riskOf(recommendation),
    costOf(recommendation),
    {
      term: 'Forecast',
      value: model ?? <Missing reason="no forecast took part" />,
      note: model_version ? `version ${model_version.slice(0, 8)}` : 'no forecast took part',
    },
    ...(confidence === undefined
      ? []
      : [
          {
            term: 'Band held',
            value: formatShare(confidence),
            note: `of ${formatCount(confidence_cases ?? 0)} backtest forecasts this far ahead`,
          },
        ]),
  ];
}

function riskOf({ p_short, lead_time_seconds }: Recommendation): Fact {
  const term = 'Risk of too few';
  if (p_short === null) {
    const reason = 'no forecast that may act says how likely it is';
    return { term, value: <Missing reason={reason} />, note: reason };
  }
  const minutes = counted(Math.round(lead_time_seconds / 60), 'minute');
  return {
    term,
    value: `≤ ${formatShare(p_short)}`,
    note: `until the lead time of ${minutes} and one step have passed`,
  };
}

function costOf({ cost, decision }: Recommendation): Fact {
  const term = 'Cost';
  if (!cost) {
    const reason = decision === 'hold' ? 'nothing changes' : 'no price is configured';
    return { term, value: <Missing reason={reason} />, note: reason };
  }
  return {
    term,
    value: `${signed(cost.change_per_month)} a month`,
    note: `${signed(cost.change_per_hour)} an hour, ${cost.price_per_replica_hour} a replica-hour`,
  };
}

/** An amount with its sign. In which currency prices are given is not known here. */
function signed(amount: number): string {
  const shown = Math.abs(amount).toLocaleString('en-US', { maximumFractionDigits: 2 });
  return amount > 0 ? `+${shown}` : amount < 0 ? `−${shown}` : shown;
}
