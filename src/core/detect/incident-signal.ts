import * as z from 'zod';
import type { EpochMs } from '../time.ts';
import type { ScoredMetric, ScoredRow } from './assess.ts';
import { type IncidentPolicy, isExceptional, isNotable } from './incident-policy.ts';
import type { Contribution } from './service.ts';

/** The signal that watches how all metrics of the workload move together. No metric has this name. */
export const SERVICE_SIGNAL = '*';
/** The detector behind it, as incidents name it. */
export const SERVICE_DETECTOR = 'service';
/** Metrics with this share of a service score are responsible for it. */
const CULPRIT_SHARE = 0.2;

/** What was seen of a signal at one time: plain JSON, null for what is not known. */
export const ObservationSchema = z.strictObject({
  at: z.number(),
  score: z.number(),
  detector: z.string(),
  /** These four in the metric's unit; null for the service as a whole. */
  value: z.number().nullable(),
  expected: z.number().nullable(),
  tolerance: z.number().nullable(),
  usual: z.number().nullable(),
});
export type Observation = z.infer<typeof ObservationSchema>;

/** A metric that is responsible for a service score; null where it had no score of its own. */
export const CulpritSchema = z.strictObject({
  metric: z.string(),
  share: z.number(),
  observation: ObservationSchema.nullable(),
});
export type Culprit = z.infer<typeof CulpritSchema>;

/** One signal at one time. */
export interface Signal {
  readonly name: string;
  readonly observation: Observation;
  /** Whether the point counts towards an incident. */
  readonly isExceptional: boolean;
}

/**
 * What a row says: a signal for each metric that is present, and one for all of them together.
 *
 * @param isFollowed - signals that are wanted although they do not count
 */
export function signalsOf(
  row: ScoredRow,
  policy: IncidentPolicy,
  isFollowed: (name: string) => boolean = () => true,
): readonly Signal[] {
  const signals: Signal[] = [];
  for (const [name, point] of row.metrics) {
    const counts = isExceptional(name, point, policy);
    if (!counts && !isFollowed(name)) continue;
    signals.push({ name, observation: observationOf(row.at, point), isExceptional: counts });
  }
  const service = serviceSignal(row, policy);
  if (service && (service.isExceptional || isFollowed(service.name))) signals.push(service);
  return signals;
}

/** Counts when one of the responsible metrics is notable, or nothing is known to refuse it by. */
function serviceSignal(row: ScoredRow, policy: IncidentPolicy): Signal | undefined {
  if (row.service === undefined) return undefined;
  const { score, contributions } = row.service;
  const matters = ({ metric }: Contribution) => {
    const point = row.metrics.get(metric);
    return point === undefined || isNotable(metric, point, policy);
  };
  const culprits = responsible(contributions);
  return {
    name: SERVICE_SIGNAL,
    observation: {
      at: row.at,
      score,
      detector: SERVICE_DETECTOR,
      value: null,
      expected: null,
      tolerance: null,
      usual: null,
    },
    isExceptional: score >= policy.threshold && (culprits.length === 0 || culprits.some(matters)),
  };
}

/** The metrics that are responsible for a row's service score, with what was seen of them. */
export function culpritsOf(row: ScoredRow): Culprit[] {
  return responsible(row.service?.contributions ?? []).map(({ metric, share }) => {
    const point = row.metrics.get(metric);
    const observation = point === undefined ? null : observationOf(row.at, point);
    return { metric, share, observation };
  });
}

function responsible(contributions: readonly Contribution[]): readonly Contribution[] {
  return contributions.filter(({ share }, i) => i === 0 || share >= CULPRIT_SHARE);
}

function observationOf(at: EpochMs, point: ScoredMetric): Observation {
  return {
    at,
    score: point.score,
    detector: point.detector,
    value: known(point.value),
    expected: known(point.expected),
    tolerance: known(point.tolerance),
    usual: known(point.usual),
  };
}

/** JSON has neither NaN nor infinities nor -0. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}
