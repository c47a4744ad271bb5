import type { Recommendation } from '#contracts/http/recommend.ts';

/** Present replicas, target and band on one line. It repeats the facts beside it, for the eye. */
export function ReplicaScale({ recommendation }: { readonly recommendation: Recommendation }) {
  const { current_state, target_replicas, lower_replicas, upper_replicas, measured } =
    recommendation;
  const { replicas: current } = current_state;
  const need = measured?.need ?? null;
  const known = [current, target_replicas, upper_replicas, need].filter((count) => count !== null);
  if (known.length === 0) return null;
  const most = Math.max(...known) * 1.15 || 1;
  const at = (count: number) => `${(100 * count) / most}%`;
  return (
    <div class="replica-scale" aria-hidden="true">
      {lower_replicas !== null && upper_replicas !== null && (
        <span
          class="replica-band"
          style={{ left: at(lower_replicas), right: `calc(100% - ${at(upper_replicas)})` }}
        />
      )}
      <Tick at={need} of={most} kind="need" label="measured need" />
      <Tick at={current} of={most} kind="present" label="present" />
      {target_replicas !== current && (
        <Tick at={target_replicas} of={most} kind="target" label="target" />
      )}
    </div>
  );
}

function Tick({
  at,
  of,
  kind,
  label,
}: {
  readonly at: number | null;
  readonly of: number;
  readonly kind: 'need' | 'present' | 'target';
  readonly label: string;
}) {
  if (at === null) return null;
  return (
    <span class={`replica-tick ${kind}`} style={{ left: `${(100 * at) / of}%` }}>
      <span>
        {label} {at}
      </span>
    </span>
  );
}
