import { metricDefinition } from '../series/metric-catalogue.ts';
import { type EpochMs, epochMs, toIso } from '../time.ts';
import type { Member } from './incident-member.ts';
import { incidentMessage } from './incident-message.ts';
import { type Side, sideOf } from './incident-policy.ts';
import { type Culprit, type Observation, SERVICE_SIGNAL } from './incident-signal.ts';
import { type Severity, severityOf } from './severity.ts';

/** Why an incident is over. */
export type IncidentEnding = 'recovered' | 'new_level' | 'no_data';

/** One metric's part in an incident, as it was when its score was highest; null = not known. */
export interface IncidentMetric {
  readonly metric: string;
  readonly score: number;
  /** Its score squared, as a part of the sum of these: what it contributes to the distance. */
  readonly share: number;
  /** These four in the metric's unit. */
  readonly value: number | null;
  readonly expected: number | null;
  /** Usual values lie between these: `expected` ∓ three median absolute deviations. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly direction: Side | null;
}

/** What went wrong in a workload, from when to when. Plain JSON. */
export interface IncidentRecord {
  /** Its start as `20260102T030500Z`: unique in a workload, whose incidents do not overlap. */
  readonly id: string;
  /** The first point that counted. */
  readonly start: EpochMs;
  /** The first point of the recovery; null while it is open. */
  readonly end: EpochMs | null;
  /** When there was enough evidence to tell anybody. */
  readonly openedAt: EpochMs;
  readonly state: 'open' | 'closed';
  readonly endedBecause: IncidentEnding | null;
  /** The highest score; the metric is null where a service score could not be attributed. */
  readonly peak: {
    readonly at: EpochMs;
    readonly score: number;
    readonly metric: string | null;
  };
  readonly severity: Severity;
  readonly direction: Side | 'mixed' | null;
  /** Largest share first; the shares sum to 1. */
  readonly metrics: readonly IncidentMetric[];
  readonly detectors: readonly string[];
  /** One sentence. */
  readonly message: string;
}

/** As much as a record is made from. */
export interface IncidentFacts {
  readonly start: number;
  readonly openedAt: number;
  readonly members: ReadonlyMap<string, Member>;
  /** Set when the service as a whole is a member: who was responsible at its peak. */
  readonly service: { readonly smoothed: number; readonly culprits: readonly Culprit[] } | null;
}

export interface IncidentEnd {
  readonly end: number;
  readonly because: IncidentEnding;
}

/**
 * The record of an incident.
 *
 * Severity is that of the highest score of a single metric, or of the highest smoothed score of the
 * service: its raw score is for alarms, and high before anything lasts. At least `low`.
 */
export function recordOf(facts: IncidentFacts, ending?: IncidentEnd): IncidentRecord {
  const metrics = rankedMetrics(facts);
  const own = greatest(ownMembers(facts).map(([metric, { peak }]) => ({ ...peak, metric })));
  const service = facts.members.get(SERVICE_SIGNAL)?.peak;
  const leader = facts.service?.culprits[0]?.metric ?? null;
  const peak = greatest([
    ...(own === undefined ? [] : [{ at: own.at, score: own.score, metric: own.metric }]),
    ...(service === undefined ? [] : [{ at: service.at, score: service.score, metric: leader }]),
  ]) ?? { at: facts.start, score: 0, metric: null };
  const graded = Math.max(own?.score ?? 0, facts.service?.smoothed ?? 0);
  const record = {
    id: toIso(epochMs(facts.start)).replace(/[-:]|\.\d+/g, ''),
    start: epochMs(facts.start),
    end: ending === undefined ? null : epochMs(ending.end),
    openedAt: epochMs(facts.openedAt),
    state: ending === undefined ? ('open' as const) : ('closed' as const),
    endedBecause: ending?.because ?? null,
    peak: { ...peak, at: epochMs(peak.at) },
    severity: severityOf(graded) ?? 'low',
    direction: commonDirection(metrics),
    metrics,
    detectors: [...new Set([...facts.members.values()].flatMap(({ detectors }) => detectors))],
  };
  return { ...record, message: incidentMessage(record) };
}

function ownMembers({ members }: IncidentFacts): readonly (readonly [string, Member])[] {
  return [...members].filter(([name]) => name !== SERVICE_SIGNAL);
}

/**
 * Metrics that triggered with their own scores, and those responsible for the service's with theirs:
 * its score × √share, because contributions are parts of a squared distance.
 */
function rankedMetrics(facts: IncidentFacts): readonly IncidentMetric[] {
  const found = new Map<string, { score: number; observation: Observation | null }>(
    ownMembers(facts).map(([metric, { peak }]) => [
      metric,
      { score: peak.score, observation: peak },
    ]),
  );
  const service = facts.members.get(SERVICE_SIGNAL)?.peak.score ?? 0;
  for (const { metric, share, observation } of facts.service?.culprits ?? []) {
    const score = service * Math.sqrt(share);
    const own = found.get(metric);
    if (own === undefined) found.set(metric, { score, observation });
    else if (score > own.score) found.set(metric, { ...own, score });
  }
  const total = [...found.values()].reduce((sum, { score }) => sum + score ** 2, 0);
  return [...found]
    .map(([metric, { score, observation }]) => ({
      metric,
      score,
      share: total > 0 ? score ** 2 / total : 1 / found.size,
      ...seen(metric, observation),
    }))
    .sort((a, b) => b.score - a.score);
}

function seen(
  metric: string,
  observation: Observation | null,
): Omit<IncidentMetric, 'metric' | 'score' | 'share'> {
  const { value = null, expected = null, tolerance = null } = observation ?? {};
  const direction = value === null || expected === null ? null : sideOf({ value, expected });
  if (expected === null || tolerance === null) {
    return { value, expected, lower: null, upper: null, direction };
  }
  const { minimum, maximum } = metricDefinition(metric);
  const lower = Math.min(expected, Math.max(minimum, expected - tolerance));
  const upper = Math.max(expected, Math.min(maximum, expected + tolerance));
  return { value, expected, lower, upper, direction };
}

function commonDirection(metrics: readonly IncidentMetric[]): Side | 'mixed' | null {
  const sides = new Set(
    metrics.flatMap(({ direction }) => (direction === null ? [] : [direction])),
  );
  const [side = null] = sides;
  return sides.size > 1 ? 'mixed' : side;
}

function greatest<T extends { readonly score: number }>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (best, candidate) => (best === undefined || candidate.score > best.score ? candidate : best),
    undefined,
  );
}
