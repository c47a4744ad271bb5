import * as z from 'zod';
import type { EpochMs } from '../time.ts';
import type { ScoredRow } from './assess.ts';
import { followed, hasRecovered, type Member, MemberSchema } from './incident-member.ts';
import { DEFAULT_INCIDENT_POLICY, type IncidentPolicy } from './incident-policy.ts';
import { type IncidentEnd, type IncidentRecord, recordOf } from './incident-record.ts';
import {
  CulpritSchema,
  culpritsOf,
  SERVICE_SIGNAL,
  type Signal,
  signalsOf,
} from './incident-signal.ts';
import { heard, mayOpen, SilencesSchema, silenced } from './incident-silence.ts';
import { advanced, triggered, WindowsSchema } from './incident-windows.ts';

const OpenSchema = z.strictObject({
  start: z.number(),
  openedAt: z.number(),
  members: z.record(z.string(), MemberSchema),
  /** What the service's own member does not hold; null while it is none. */
  service: z.strictObject({ smoothed: z.number(), culprits: z.array(CulpritSchema) }).nullable(),
});
type Open = z.infer<typeof OpenSchema>;

export const IncidentTrackerStateSchema = z.strictObject({
  kind: z.literal('incident-tracker'),
  version: z.literal(1),
  /** Time of the newest row; null before the first. */
  lastAt: z.number().nullable(),
  /** By signal, as everything here: metric names, and `*` for the service. */
  windows: WindowsSchema,
  silences: SilencesSchema,
  open: OpenSchema.nullable(),
});

/** What the tracker of one workload remembers between two rows. Some hundred bytes in health. */
export type IncidentTrackerState = z.infer<typeof IncidentTrackerStateSchema>;

/** Something to tell: `opened` is the alert, `updated` says that the record is another one. */
export interface IncidentChange {
  readonly kind: 'opened' | 'updated' | 'closed';
  readonly incident: IncidentRecord;
}

export interface TrackOptions {
  /** The metrics that may not open an incident at this time, because someone expects it. */
  readonly heldBack?: (at: EpochMs) => ReadonlySet<string>;
}

/** The tracker of a workload that nothing has been seen of. */
export function emptyTracker(): IncidentTrackerState {
  return {
    kind: 'incident-tracker',
    version: 1,
    lastAt: null,
    windows: {},
    silences: {},
    open: null,
  };
}

/**
 * Makes incidents of scored rows: one at a time, however many points and metrics it has.
 *
 * - **Opens** when a metric, or the service score, has 3 of its last 5 points at the threshold, or one
 *   at high, that are notable (`isNotable`). It starts at the first of these points.
 * - **Joined** by every other metric that does the same while it is open. All of them are its members.
 * - **Closes** as `recovered` when 5 points in a row of every member were unexceptional and back (see
 *   `followed`); it ended at the first of them. As `new_level` when a member is still away after 24
 *   hours, as `no_data` when none that has not recovered had a value for 24 hours.
 * - **Quiet** for 30 minutes after that are its members: they open no other incident unless they score
 *   higher than before. Their return to what was usual before it does not count for 6 hours (see
 *   `heard`), and a new level is quiet for as long as it is scored.
 *
 * A metric that is missing in a row neither triggers nor recovers there, and takes no place among the
 * 5. Masked rows do nothing at all. Rows up to the newest one seen are passed over, so rows may be
 * given again, and cutting them into batches changes nothing.
 *
 * @param rows - in order of time
 */
export function trackIncidents(
  state: IncidentTrackerState,
  rows: readonly ScoredRow[],
  policy: IncidentPolicy = DEFAULT_INCIDENT_POLICY,
  { heldBack = () => new Set() }: TrackOptions = {},
): { readonly state: IncidentTrackerState; readonly changes: readonly IncidentChange[] } {
  const changes: IncidentChange[] = [];
  let tracker = state;
  for (const row of rows) {
    if (tracker.lastAt !== null && row.at <= tracker.lastAt) continue;
    tracker = { ...tracker, lastAt: row.at };
    if (row.isMasked || (isAtRest(tracker) && isUneventful(row, policy))) continue;
    const { signals, silences } = heard(tracker.silences, signalsOf(row, policy), row.at, policy);
    const windows = advanced(tracker.windows, signals, row.at, policy);
    tracker = { ...tracker, silences, windows };
    const next =
      tracker.open === null
        ? opened(tracker, row, signals, policy, heldBack)
        : continued(tracker, tracker.open, row, signals, policy);
    tracker = next.tracker;
    if (next.change !== undefined) changes.push(next.change);
  }
  return { state: tracker, changes };
}

/** The incident that is open, if there is one. */
export function openIncident({ open }: IncidentTrackerState): IncidentRecord | undefined {
  return open === null ? undefined : record(open);
}

/** Nothing is remembered that an unremarkable row could change. */
function isAtRest({ open, windows, silences }: IncidentTrackerState): boolean {
  return open === null && Object.keys(windows).length === 0 && Object.keys(silences).length === 0;
}

function isUneventful({ metrics, service }: ScoredRow, { threshold }: IncidentPolicy): boolean {
  for (const { score } of metrics.values()) if (score >= threshold) return false;
  return service === undefined || service.score < threshold;
}

interface Step {
  readonly tracker: IncidentTrackerState;
  readonly change?: IncidentChange;
}

function opened(
  tracker: IncidentTrackerState,
  row: ScoredRow,
  signals: readonly Signal[],
  policy: IncidentPolicy,
  heldBack: (at: EpochMs) => ReadonlySet<string>,
): Step {
  const joined = triggered(tracker.windows, signals, policy);
  if (joined.size === 0) return { tracker };
  const held = heldBack(row.at);
  const openers = signals.filter((signal) => {
    const { name } = signal;
    const responsible = name === SERVICE_SIGNAL ? (leaderOf(row) ?? name) : name;
    return joined.has(name) && !held.has(responsible) && mayOpen(tracker.silences, signal);
  });
  if (openers.length === 0) return { tracker };
  const start = Math.min(...[...joined.values()].map(({ onset }) => onset.at));
  const open = withService(
    { start, openedAt: row.at, members: Object.fromEntries(joined), service: null },
    row,
  );
  return { tracker: { ...tracker, open }, change: { kind: 'opened', incident: record(open) } };
}

function continued(
  tracker: IncidentTrackerState,
  before: Open,
  row: ScoredRow,
  signals: readonly Signal[],
  policy: IncidentPolicy,
): Step {
  const members = new Map(Object.entries(before.members));
  for (const signal of signals) {
    const member = members.get(signal.name);
    if (member !== undefined) members.set(signal.name, followed(member, signal));
  }
  for (const [name, member] of triggered(tracker.windows, signals, policy)) {
    if (!members.has(name)) members.set(name, member);
  }
  const open = withService({ ...before, members: Object.fromEntries(members) }, row);
  const ending = endingOf(before.start, [...members.values()], row.at, policy);
  if (ending !== undefined) {
    return {
      tracker: closed(tracker, open, ending, row.at, policy),
      change: { kind: 'closed', incident: record(open, ending) },
    };
  }
  const next = { ...tracker, open };
  if (hasSameContent(before, open)) return { tracker: next };
  const incident = record(open);
  const isSame = JSON.stringify(incident) === JSON.stringify(record(before));
  return isSame ? { tracker: next } : { tracker: next, change: { kind: 'updated', incident } };
}

/** Spares most rows the making of a record that would be the same: nobody joined, no new peak. */
function hasSameContent(before: Open, after: Open): boolean {
  const earlier = new Map(Object.entries(before.members));
  return (
    before.service?.smoothed === after.service?.smoothed &&
    Object.entries(after.members).every(([name, { peak, detectors }]) => {
      const member = earlier.get(name);
      return member?.peak === peak && member.detectors.length === detectors.length;
    })
  );
}

/** Keeps who was responsible at the service's peak, and its highest smoothed score since it joined. */
function withService(open: Open, row: ScoredRow): Open {
  const member = new Map(Object.entries(open.members)).get(SERVICE_SIGNAL);
  if (member === undefined) return open;
  const isPeak = open.service === null || member.peak.at === row.at;
  return {
    ...open,
    service: {
      smoothed: Math.max(open.service?.smoothed ?? 0, row.service?.smoothed || 0),
      culprits: isPeak ? culpritsOf(row) : (open.service?.culprits ?? []),
    },
  };
}

/** Whether and how an incident with these members is over at `at`. */
function endingOf(
  start: number,
  members: readonly Member[],
  at: EpochMs,
  policy: IncidentPolicy,
): IncidentEnd | undefined {
  const away = members.filter((member) => !hasRecovered(member, policy));
  if (away.length === 0) {
    return { end: Math.max(...members.map(({ calm }) => calm.since)), because: 'recovered' };
  }
  const isStill = away.some(({ lastSeen, calm }) => lastSeen === at && calm.count === 0);
  if (isStill && at - start >= policy.longest) return { end: at, because: 'new_level' };
  const lastSeen = Math.max(...away.map((member) => member.lastSeen));
  return at - lastSeen >= policy.longest ? { end: lastSeen, because: 'no_data' } : undefined;
}

/** Windows are emptied: what led to one incident does not lead to another. */
function closed(
  tracker: IncidentTrackerState,
  { members }: Open,
  { because }: IncidentEnd,
  at: EpochMs,
  policy: IncidentPolicy,
): IncidentTrackerState {
  const silences = silenced(tracker.silences, members, at, policy, because === 'new_level');
  return { ...tracker, silences, windows: {}, open: null };
}

function leaderOf(row: ScoredRow): string | undefined {
  return row.service?.contributions[0]?.metric;
}

function record({ members, ...facts }: Open, ending?: IncidentEnd): IncidentRecord {
  return recordOf({ ...facts, members: new Map(Object.entries(members)) }, ending);
}
