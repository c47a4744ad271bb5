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
export type Silences = ReadonlyMap<string, z.infer<typeof SilencesSchema>[string]>;

/** The silences after an incident of these members has closed at `at`. */
export function silenced(
  silences: Silences,
  members: ReadonlyMap<string, Member>,
  at: EpochMs,
  { refractory, memory }: IncidentPolicy,
  isNewLevel: boolean,
): Silences {
  const until = at + refractory;
  const rememberedUntil = Math.max(until, at + memory);
  const next = new Map(silences);
  for (const [name, { onset, peak, deviation }] of members) {
    const imprint = { onset, peak, deviation };
    next.set(name, { until, rememberedUntil, isNewLevel, imprint });
  }
  return next;
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
  const lasting = new Map([...silences].filter(([, silence]) => at < silence.rememberedUntil));
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
  return { signals: audible, silences: lasting };
}

/** Whether a signal may open an incident: it is not silenced, or worse than what silenced it. */
export function mayOpen(silences: Silences, { name, observation }: Signal): boolean {
  const silence = silences.get(name);
  if (silence === undefined || observation.at >= silence.until) return true;
  return observation.score > silence.imprint.peak.score;
}
