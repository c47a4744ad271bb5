import type { Health, Ready } from '#contracts/http/catalog.ts';
import type { Heartbeat } from '#contracts/http/heartbeat.ts';
import { formatCount } from '#core/units.ts';
import type { Resource } from '../../api/use-resource.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Time } from '../../components/time.tsx';
import { TimedText } from '../../components/timed-text.tsx';
import { formatLength } from '../../format/time.ts';

const HEARTBEAT: Readonly<Record<Heartbeat['state'], Tone>> = {
  starting: 'info',
  ok: 'good',
  failing: 'bad',
  late: 'warn',
};

/** Whether the service answers, what it is made of, and whether what it stands on answers it. */
export function ServiceState({
  health,
  ready,
}: {
  readonly health: Resource<Health>;
  readonly ready: Resource<Ready>;
}) {
  return (
    <Loaded resource={health} what="health">
      {(data) => (
        <>
          <Facts
            items={[
              {
                term: 'Service',
                value: (
                  <Badge tone={data.status === 'healthy' ? 'good' : 'warn'}>{data.status}</Badge>
                ),
              },
              { term: 'Ready', value: <Readiness ready={ready} /> },
              { term: 'Version', value: data.version },
              { term: 'Up for', value: formatLength(1_000 * data.uptime_seconds) },
              { term: 'Workloads', value: formatCount(data.workloads) },
              { term: 'Champions', value: formatCount(data.models_loaded) },
              {
                term: 'Newest observation',
                value:
                  data.data_age_seconds === null
                    ? 'none yet'
                    : `${formatLength(1_000 * data.data_age_seconds)} old`,
              },
            ]}
          />
          <HeartbeatLine heartbeat={data.heartbeat} />
        </>
      )}
    </Loaded>
  );
}

function Readiness({ ready }: { readonly ready: Resource<Ready> }) {
  const { data, failure } = ready;
  if (!data) return <Badge tone="warn">{failure ? failure.message : 'asking'}</Badge>;
  const failing = data.checks.filter(({ ok }) => !ok);
  if (data.ready) {
    return (
      <Badge
        tone="good"
        title={data.checks.map(({ name, message }) => `${name} ${message}`).join(', ')}
      >
        {data.checks.map(({ name }) => name).join(', ')}
      </Badge>
    );
  }
  return (
    <Badge tone="bad">{failing.map(({ name, message }) => `${name}: ${message}`).join('; ')}</Badge>
  );
}

function HeartbeatLine({ heartbeat }: { readonly heartbeat: Heartbeat | null }) {
  if (!heartbeat) {
    return (
      <p class="after-facts quiet small">
        The heartbeat, a workload of known truth that runs through everything, is switched off.
      </p>
    );
  }
  const { state, stage, message, checked_at } = heartbeat;
  return (
    <p class="after-facts">
      <Badge tone={HEARTBEAT[state]}>heartbeat {state}</Badge> {stage && <strong>{stage}: </strong>}
      <TimedText text={message} />{' '}
      <span class="quiet">
        checked <Time at={checked_at} form="age" />
      </span>
    </p>
  );
}
