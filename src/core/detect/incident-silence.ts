import * as z from 'zod';
import type { EpochMs } from '../time.ts';
import { isEcho, type Member, MemberSchema } from './incident-member.ts';
import type { IncidentPolicy } from './incident-policy.ts';
import type { Signal } from './incident-signal.ts';

/** What is remembered of each signal's last incident. */
export const SilencesSchema = z.record(
  z.string(),
  z.strictObject({
    /** Before this it opens no other unless it scores higher. */
    until: z.number(),
    /** Before this its echoes are told from what is new. */
    rememberedUntil: z.number(),
    /** A level that was accepted is not heard of for as long as it is scored. */
    isNewLevel: z.boolean(),
    /** Of the incident that is over. */
    imprint: MemberSchema.pick({ onset: true, peak: true, deviation: true }),
  }),
);
export type Silences = z.infer<typeof SilencesSchema>;

/** The silences after an incident of these members has closed at `at`. */
export function silenced(
  silences: Silences,
  members: Readonly<Record<string, Member>>,
  at: EpochMs,
  { refractory, memory }: IncidentPolicy,
  isNewLevel: boolean,
): Silences {
  const added = Object.entries(members).map(([name, { onset, peak, deviation }]) => {
    const until = at + refractory;
    const rememberedUntil = Math.max(until, at + memory);
    return [
      name,
      { until, rememberedUntil, isNewLevel, imprint: { onset, peak, deviation } },
    ] as const;
  });
  return Object.fromEntries([...Object.entries(silences), ...added]);
}

/**
 * The signals without the echoes of incidents that are over, and the silences that last: a metric that
 * is back where it was before an incident has not become anomalous by that (`isEcho`). Echoes, and
 * points of an accepted new level, prolong the silence.
 */
export function heard(
  silences: Silences,
  signals: readonly Signal[],
  at: EpochMs,
  { refractory }: IncidentPolicy,
): { readonly signals: readonly Signal[]; readonly silences: Silences } {
  const lasting = new Map(
    Object.entries(silences).filter(([, silence]) => at < silence.rememberedUntil),
  );
  const audible = signals.map((signal) => {
    const silence = lasting.get(signal.name);
    if (silence === undefined || !signal.isExceptional) return signal;
    const isReturn = isEcho(silence.imprint, signal.observation);
    if (isReturn || silence.isNewLevel) {
      const until = at + refractory;
      const rememberedUntil = Math.max(until, silence.rememberedUntil);
      lasting.set(signal.name, { ...silence, until, rememberedUntil });
    }
    return isReturn ? { ...signal, isExceptional: false } : signal;
  });
  return { signals: audible, silences: Object.fromEntries(lasting) };
}

/** Whether a signal may open an incident: it is not silenced, or worse than what silenced it. */
export function mayOpen(silences: Silences, { name, observation }: Signal): boolean {
  const silence = new Map(Object.entries(silences)).get(name);
  if (silence === undefined || observation.at >= silence.until) return true;
  return observation.score > silence.imprint.peak.score;
}
