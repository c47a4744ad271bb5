import type { Incident as HeliosIncident } from '#contracts/http/incidents.ts';
import { median } from '#core/math/statistics.ts';
import { toIso } from '#core/time.ts';
import { type MatchedLabel, type Matches, matchIncidents } from './match.ts';
import { HISTORY_DAYS, type Replay } from './replay.ts';
import type { IncidentReport, Recall } from './report-schema.ts';

/** Size classes in multiples of the noise; the last includes its end. */
const SIZES = [1.2, 2, 3, 5, 8, 12] as const;
const MUST_BE_FOUND = 3;

/** Both shops of one seed. */
export interface WatchedSeed {
  readonly seed: number;
  readonly labelled: Replay;
  readonly healthy: Replay;
}

/** What is found, missed and invented, over all seeds. */
export function reportOf(
  watched: readonly WatchedSeed[],
  settings: Pick<IncidentReport['settings'], 'days' | 'retrain_days' | 'reconstruction'>,
): IncidentReport {
  const seeds = watched.map(({ seed, labelled, healthy }) => ({
    seed,
    matches: matchIncidents(labelled.labels, labelled.incidents),
    healthy: healthy.incidents,
  }));
  const labels = seeds.flatMap(({ matches }) => matches.labels);
  const unexplained = seeds.reduce((sum, { matches }) => sum + matches.unexplained.length, 0);
  const invented = seeds.reduce((sum, { healthy }) => sum + healthy.length, 0);
  const weeks = (seeds.length * settings.days) / 7;
  const kinds = [...new Set(labels.map(({ label }) => label.kind))].sort();
  const last = SIZES.length - 2;
  return {
    kind: 'incident-benchmark',
    version: 1,
    settings: { ...settings, seeds: seeds.map(({ seed }) => seed), history_days: HISTORY_DAYS },
    labelled: {
      three_and_more: recallOf(labels.filter(({ label }) => label.sizeInNoise >= MUST_BE_FOUND)),
      by_size: SIZES.slice(0, -1).map((from, i) => {
        const to = SIZES[i + 1]!;
        const isIn = (size: number) => size >= from && (size < to || i === last);
        return { from, to, ...recallOf(labels.filter(({ label }) => isIn(label.sizeInNoise))) };
      }),
      by_kind: kinds.map((kind) => ({
        kind,
        ...recallOf(labels.filter(({ label }) => label.kind === kind)),
      })),
      unexplained,
      unexplained_per_week: unexplained / weeks,
    },
    healthy: { incidents: invented, per_week: invented / weeks, weeks },
    score_ms: median(
      watched.flatMap(({ labelled, healthy }) => [labelled.scoreMs, healthy.scoreMs]),
    ),
    shops: seeds.map(shopOf),
  };
}

function recallOf(labels: readonly MatchedLabel[]): Recall {
  const delays = labels.flatMap(({ delayMinutes }) => delayMinutes ?? []);
  return {
    incidents: labels.length,
    found: delays.length,
    recall: labels.length === 0 ? null : delays.length / labels.length,
    median_delay_minutes: delays.length === 0 ? null : median(delays),
  };
}

function shopOf({
  seed,
  matches,
  healthy,
}: {
  readonly seed: number;
  readonly matches: Matches;
  readonly healthy: readonly HeliosIncident[];
}): IncidentReport['shops'][number] {
  return {
    seed,
    labels: matches.labels.map(({ label, delayMinutes }) => ({
      kind: label.kind,
      start: toIso(label.start),
      end: toIso(label.end),
      size_in_noise: label.sizeInNoise,
      delay_minutes: delayMinutes,
    })),
    false_incidents: [
      ...matches.unexplained.map((incident) => falseOne('labelled', incident)),
      ...healthy.map((incident) => falseOne('healthy', incident)),
    ],
  };
}

function falseOne(shop: 'labelled' | 'healthy', incident: HeliosIncident) {
  const { opened_at, severity, detectors, metrics, peak } = incident;
  const names = metrics.map(({ metric }) => metric);
  return { shop, opened_at, severity, detectors, metrics: names, score: peak.score };
}
