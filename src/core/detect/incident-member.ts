import * as z from 'zod';
import { HOUR } from '../time.ts';
import { type IncidentPolicy, type Side, sideOf } from './incident-policy.ts';
import { type Observation, ObservationSchema, type Signal } from './incident-signal.ts';

/** For so long after the onset, what was expected then is known as well as it was then. */
const KNOWN_FOR = HOUR;

/** A signal that has become part of an open incident. */
export const MemberSchema = z.strictObject({
  /** Its first point that counted: what was expected then was not yet moved by the incident. */
  onset: ObservationSchema,
  /** The point with its greatest score. */
  peak: ObservationSchema,
  /** How far the peak was from what was expected (`deviationFrom`); null where nothing was. */
  deviation: z.number().nullable(),
  detectors: z.array(z.string()),
  /** Points in a row that were unexceptional, up to the newest, and the time of the first of them. */
  calm: z.strictObject({ count: z.int().nonnegative(), since: z.number() }),
  lastSeen: z.number(),
});
export type Member = z.infer<typeof MemberSchema>;

/** A member from the points that made it one, oldest first. */
export function memberOf(sightings: readonly [Observation, ...Observation[]]): Member {
  const onset = sightings[0];
  const peak = sightings.reduce((a, b) => (b.score > a.score ? b : a));
  const lastSeen = sightings.at(-1)?.at ?? onset.at;
  return {
    onset,
    peak,
    deviation: deviationFrom(onset, peak),
    detectors: [...new Set(sightings.map(({ detector }) => detector))],
    calm: { count: 0, since: lastSeen },
    lastSeen,
  };
}

/** The member after another point of its signal. */
export function followed(member: Member, signal: Signal): Member {
  const { observation } = signal;
  const at = observation.at;
  if (!signal.isExceptional || isEcho(member, observation)) {
    const { count, since } = member.calm;
    const calm = isBack(member, observation)
      ? { count: count + 1, since: count === 0 ? at : since }
      : { count: 0, since: at };
    return { ...member, calm, lastSeen: at };
  }
  const isWorse = observation.score > member.peak.score;
  return {
    ...member,
    peak: isWorse ? observation : member.peak,
    deviation: isWorse ? deviationFrom(member.onset, observation) : member.deviation,
    detectors: [...new Set([...member.detectors, observation.detector])],
    calm: { count: 0, since: at },
    lastSeen: at,
  };
}

/** Whether as many points in a row were unexceptional as it takes to believe it. */
export function hasRecovered({ calm }: Member, { window }: IncidentPolicy): boolean {
  return calm.count >= window;
}

/** What tells echoes of an incident from its points. */
export type Imprint = Pick<Member, 'onset' | 'peak' | 'deviation'>;

/**
 * Whether a point that scores high is only the return: to a detector that has got used to an incident,
 * its end is as great a change as its onset. The value lies in the band that was usual before it, or
 * goes the other way and is back.
 */
export function isEcho(imprint: Imprint, observation: Observation): boolean {
  const distance = deviationFrom(imprint.onset, observation);
  if (distance === null) return false;
  return (
    distance <= bandOf(imprint) ||
    (isBack(imprint, observation) && sideAt(observation) !== sideAt(imprint.peak))
  );
}

/**
 * Whether a value that scores nothing has come back: nearer to what was expected at the onset than
 * half of what the peak was away from it, or inside the usual band about it. So a shift that a detector
 * with a short memory has got used to, and scores no longer, is not taken for a recovery. Where nothing
 * is known to have been expected the scores decide alone.
 *
 * The band widens with the root of time, as metrics wander: hours later, one that has recovered need not
 * be where it was.
 */
function isBack(imprint: Imprint, observation: Observation): boolean {
  const { onset, deviation } = imprint;
  const distance = deviationFrom(onset, observation);
  if (distance === null || deviation === null) return true;
  const age = observation.at - onset.at;
  const band =
    age > KNOWN_FOR ? (onset.tolerance ?? 0) * Math.sqrt(age / KNOWN_FOR) : bandOf(imprint);
  return distance < deviation / 2 || distance <= band;
}

/** Half the usual band, unless the peak was inside it: then it tells nothing of this incident. */
function bandOf({ onset, deviation }: Imprint): number {
  const tolerance = onset.tolerance ?? 0;
  return deviation !== null && deviation > tolerance ? tolerance : 0;
}

function sideAt({ value, expected }: Observation): Side | null {
  return value === null || expected === null ? null : sideOf({ value, expected });
}

/**
 * How far a value is from what would have been expected without the incident, in terms of its onset:
 * what the seasonal course has multiplied since then is taken out of the value.
 */
function deviationFrom(onset: Observation, { value, usual }: Observation): number | null {
  if (onset.expected === null || value === null) return null;
  const deviation = Math.abs(value / courseBetween(onset.usual, usual) - onset.expected);
  // Beyond what a number can hold, JSON would read null.
  return Math.min(deviation, Number.MAX_VALUE);
}

/** By what the course has multiplied what is usual; 1 where either side has none (`MetricScores`). */
function courseBetween(before: number | null, after: number | null): number {
  if (before === null || after === null || before === 1 || after === 1) return 1;
  const ratio = after / before;
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
}
