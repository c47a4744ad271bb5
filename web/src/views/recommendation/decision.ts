import type { ActionItem, PolicyUsed, Recommendation } from '#contracts/http/recommend.ts';
import { counted } from '#core/units.ts';
import type { Tone } from '../../components/badge.tsx';

/** What a recommendation says, in one sentence, and how urgent it looks. */
export interface DecisionSentence {
  readonly sentence: string;
  readonly tone: Tone;
}

/**
 * A recommendation in one sentence.
 *
 * @example
 * ```ts
 * decisionSentence({ decision: 'act', action: 'scale_out', current: 4, target: 6 }).sentence; // => 'Scale out from 4 to 6 replicas'
 * decisionSentence({ decision: 'hold', action: 'no_action', current: 1, target: null }).sentence; // => 'Hold: leave it at 1 replica'
 * ```
 */
export function decisionSentence({
  decision,
  action,
  current,
  target,
}: {
  readonly decision: Recommendation['decision'];
  readonly action: ActionItem['action'];
  readonly current: number | null;
  readonly target: number | null;
}): DecisionSentence {
  if (action === 'investigate') {
    return {
      sentence: 'Hold: nothing can be recommended before somebody has looked',
      tone: 'warn',
    };
  }
  if (decision === 'hold' || target === null) {
    const kept = current === null ? 'change nothing' : `leave it at ${counted(current, 'replica')}`;
    return { sentence: `Hold: ${kept}`, tone: 'quiet' };
  }
  if (current === null) return { sentence: `Run ${counted(target, 'replica')}`, tone: 'warn' };
  const change = `from ${current} to ${counted(target, 'replica')}`;
  if (target > current) return { sentence: `Scale out ${change}`, tone: 'bad' };
  if (target < current) return { sentence: `Scale in ${change}`, tone: 'info' };
  return {
    sentence: `Keep ${counted(current, 'replica')}: that is the right number`,
    tone: 'good',
  };
}

/** The action on replicas of a recommendation: the first of its actions. */
export function replicaAction({ actions }: Recommendation): ActionItem['action'] {
  return actions[0]?.action ?? 'no_action';
}

/** One setting of a policy: what it is called, and its value in words. */
export interface PolicyFact {
  readonly term: string;
  readonly value: string;
}

/** A policy as people read it. */
export function policyFacts(policy: PolicyUsed): readonly PolicyFact[] {
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
  return [
    { term: 'Replicas', value: `${policy.minimum_replicas} to ${policy.maximum_replicas}` },
    { term: 'Planned utilisation', value: percent(policy.target_utilization) },
    { term: 'A forecast adds above', value: percent(policy.scale_up_threshold) },
    { term: 'Replicas go below', value: percent(policy.scale_down_threshold) },
    { term: 'Quantile of demand', value: String(policy.quantile) },
    { term: 'Lead time', value: seconds(policy.lead_time_seconds) },
    { term: 'Cooldown, out', value: seconds(policy.scale_out_cooldown_seconds) },
    { term: 'Cooldown, in', value: seconds(policy.scale_in_cooldown_seconds) },
    { term: 'Low load must last', value: seconds(policy.scale_in_window_seconds) },
    {
      term: 'At most added at once',
      value: `${percent(policy.scale_out_fraction)} or ${policy.scale_out_replicas}`,
    },
    { term: 'At most removed at once', value: percent(policy.scale_in_fraction) },
    { term: 'Data are stale after', value: seconds(policy.stale_after_seconds) },
  ];
}

/**
 * A length of time that people have set, exactly.
 *
 * @example
 * ```ts
 * [45, 300, 5_400, 7_200].map(seconds); // => ['45 s', '5 min', '90 min', '2 h']
 * ```
 */
export function seconds(length: number): string {
  if (length >= 3_600 && length % 3_600 === 0) return `${length / 3_600} h`;
  if (length >= 60 && length % 60 === 0) return `${length / 60} min`;
  return `${length} s`;
}
