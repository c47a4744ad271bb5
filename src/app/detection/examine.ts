import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Interval, ScoredMetric, ScoredRow } from '#core/detect/assess.ts';
import type { Detection } from '#core/detect/detector.ts';
import { type IncidentPolicy, isExceptional } from '#core/detect/incident-policy.ts';
import type { IncidentRecord } from '#core/detect/incident-record.ts';
import { SERVICE_DETECTOR, SERVICE_SIGNAL, signalsOf } from '#core/detect/incident-signal.ts';
import { emptyTracker, trackIncidents } from '#core/detect/incidents.ts';
import type { Frame } from '#core/series/frame.ts';
import { addMs, type EpochMs } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import { asObserved } from './as-observed.ts';
import type { LoadedDetectors } from './load-detectors.ts';
import { scoreRows } from './score-rows.ts';

/** Rows before the first one looked at that incidents are followed from, six hours of 5 minutes. */
const MOST_LEAD_ROWS = 72;

/** What is to be judged. */
export interface Material {
  readonly workload: Workload | undefined;
  /** As detectors look at it: without what cannot be true, divided by the factors of known events. */
  readonly frame: Frame;
  /** The first row looked at. The rows before it are context. */
  readonly from: number;
  /** The metrics looked at. The others of the frame are context. */
  readonly metrics: ReadonlySet<string>;
  /** Whether these are all metrics of the workload, so that it can be judged as a whole. */
  readonly isWhole: boolean;
}

/** By what it is judged. */
export interface Judges {
  readonly trained: LoadedDetectors | undefined;
  /** What streaming detectors said of the rows from `leadOf` on. */
  readonly streaming: Detection;
  readonly breaks: readonly EpochMs[];
  readonly masks: readonly Interval[];
  readonly policy: IncidentPolicy;
  readonly events: readonly ConfiguredEvent[];
}

/** One value that counts. */
export interface Exception {
  readonly metric: string;
  /** Row of the frame. */
  readonly row: number;
  readonly at: EpochMs;
  readonly point: ScoredMetric;
  /** Who is responsible at that time, largest share first. */
  readonly shares: readonly { readonly metric: string; readonly share: number }[];
}

/** What was found. */
export interface Findings {
  /** The rows looked at, with the metrics looked at. */
  readonly rows: readonly ScoredRow[];
  /** In order of time. */
  readonly exceptions: readonly Exception[];
  /** Values that would count, did they not lie in a mask. */
  readonly masked: number;
  /** Those that reach into the time looked at. */
  readonly incidents: readonly IncidentRecord[];
}

/** The row from which incidents are followed: one that is open when the time looked at begins is known. */
export function leadOf(
  { frame, from }: Pick<Material, 'frame' | 'from'>,
  policy: IncidentPolicy,
): number {
  const rows = Math.ceil(policy.memory / frame.step);
  return Math.max(0, from - Math.min(MOST_LEAD_ROWS, Math.max(policy.window, rows)));
}

/** Scores the rows, and makes exceptions and incidents of the scores. */
export function examine(material: Material, judges: Judges): Findings {
  const { frame, from } = material;
  const { policy } = judges;
  const lead = leadOf(material, policy);
  const judgedByLevel = new Set(
    [...material.metrics].filter((metric) => !isJudged(metric, judges)),
  );
  const rows = scoreRows(frame, lead, { ...judges, judgedByLevel }).map((row) =>
    asObserved(lookedAt(row, material), material.workload, judges.events),
  );
  const { changes } = trackIncidents(emptyTracker(), rows, policy);
  const latest = new Map(changes.map(({ incident }) => [incident.id, incident]));
  const start = addMs(frame.start, frame.step, from);
  const seen = rows.slice(from - lead);
  const exceptions = seen.flatMap((row, i) => exceptionsIn(row, from + i, policy));
  const isMasked = ({ row }: Exception) => seen[row - from]?.isMasked ?? false;
  return {
    rows: seen,
    exceptions: exceptions.filter((each) => !isMasked(each)),
    masked: exceptions.filter(isMasked).length,
    incidents: [...latest.values()].filter(({ end }) => end === null || end > start),
  };
}

function isJudged(metric: string, { trained, streaming }: Judges): boolean {
  const learned = trained?.residual?.toState().metrics ?? [];
  return streaming.has(metric) || learned.some((each) => each.metric === metric);
}

/** The row without metrics that nobody asked about. What all of them do together is then left out. */
function lookedAt(row: ScoredRow, { metrics, isWhole }: Material): ScoredRow {
  if (isWhole) return row;
  const asked = [...row.metrics].filter(([metric]) => metrics.has(metric));
  return { ...row, metrics: new Map(asked), service: undefined };
}

/** The values of a row that count: by themselves, or as the ones by which the metrics do not agree. */
function exceptionsIn(row: ScoredRow, index: number, policy: IncidentPolicy): Exception[] {
  const own: Pick<Exception, 'metric' | 'point'>[] = [];
  for (const [metric, point] of row.metrics) {
    if (isExceptional(metric, point, policy)) own.push({ metric, point });
  }
  const service = isServiceExceptional(row, policy) ? row.service : undefined;
  const together = service && mostResponsible(row, service);
  const found = together && own.every(({ metric }) => metric !== together.metric) ? [together] : [];
  if (own.length + found.length === 0) return [];
  const shares = service?.contributions ?? sharesOf(own);
  return [...own, ...found].map((each) => ({ ...each, row: index, at: row.at, shares }));
}

function isServiceExceptional(row: ScoredRow, policy: IncidentPolicy): boolean {
  if (!row.service || row.service.score < policy.threshold) return false;
  return signalsOf(row, policy).some(
    ({ name, isExceptional: counts }) => name === SERVICE_SIGNAL && counts,
  );
}

function mostResponsible(
  row: ScoredRow,
  { score, contributions }: NonNullable<ScoredRow['service']>,
) {
  for (const { metric } of contributions) {
    const point = row.metrics.get(metric);
    if (point) return { metric, point: { ...point, score, detector: SERVICE_DETECTOR } };
  }
  return undefined;
}

/** Scores are distances, and of these the squares add up. */
function sharesOf(own: readonly { metric: string; point: ScoredMetric }[]): Exception['shares'] {
  const total = own.reduce((sum, { point }) => sum + point.score ** 2, 0);
  return own
    .map(({ metric, point }) => ({ metric, share: point.score ** 2 / total }))
    .sort((a, b) => b.share - a.share);
}
