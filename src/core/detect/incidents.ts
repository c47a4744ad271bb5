import * as z from 'zod';
import type { EpochMs } from '../time.ts';
import type { ScoredRow } from './assess.ts';
import { followed, hasRecovered, type Member, MemberSchema } from './incident-member.ts';
import { DEFAULT_INCIDENT_POLICY, type IncidentPolicy } from './incident-policy.ts';
import {
  type IncidentEnd,
  type IncidentFacts,
  type IncidentRecord,
  recordOf,
} from './incident-record.ts';
import {
  CulpritSchema,
  culpritsOf,
  SERVICE_SIGNAL,
  type Signal,
  signalsOf,
} from './incident-signal.ts';
import { heard, mayOpen, type Silences, SilencesSchema, silenced } from './incident-silence.ts';
import { advanced, triggered, type Windows, WindowsSchema } from './incident-windows.ts';

const OpenSchema = z.strictObject({
  start: z.number(),
  openedAt: z.number(),
  members: z.record(z.string(), MemberSchema),
  /** What the service's own member does not hold; null while it is none. */
  service: z.strictObject({ smoothed: z.number(), culprits: z.array(CulpritSchema) }).nullable(),
});

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

/** The same between the rows of one call. */
interface Tracker {
  readonly lastAt: number | null;
  readonly windows: Windows;
  readonly silences: Silences;
  readonly open: IncidentFacts | null;
}

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
  let tracker = trackerOf(state);
  for (const row of rows) {
    if (tracker.lastAt !== null && row.at <= tracker.lastAt) continue;
    tracker = { ...tracker, lastAt: row.at };
    if (row.isMasked || (isAtRest(tracker, row.at) && isUneventful(row, policy))) continue;
    const seen = signalsOf(row, policy, (name) => isFollowed(tracker, name));
    const { signals, silences } = heard(tracker.silences, seen, row.at, policy);
    const windows = advanced(tracker.windows, signals, row.at, policy);
    tracker = { ...tracker, silences, windows };
    const next =
      tracker.open === null
        ? opened(tracker, row, signals, policy, heldBack)
        : continued(tracker, tracker.open, row, signals, policy);
    tracker = next.tracker;
    if (next.change !== undefined) changes.push(next.change);
  }
  return { state: stateOf(tracker), changes };
}

/** The incident that is open, if there is one. */
export function openIncident({ open }: IncidentTrackerState): IncidentRecord | undefined {
  return open === null ? undefined : recordOf(factsOf(open));
}

function trackerOf({ lastAt, windows, silences, open }: IncidentTrackerState): Tracker {
  return {
    lastAt,
    windows: new Map(Object.entries(windows)),
    silences: new Map(Object.entries(silences)),
    open: open === null ? null : factsOf(open),
  };
}

function factsOf({ members, ...rest }: z.infer<typeof OpenSchema>): IncidentFacts {
  return { ...rest, members: new Map(Object.entries(members)) };
}

function stateOf({ lastAt, windows, silences, open }: Tracker): IncidentTrackerState {
  return {
    kind: 'incident-tracker',
    version: 1,
    lastAt,
    windows: Object.fromEntries(windows),
    silences: Object.fromEntries(silences),
    open: open && {
      ...open,
      members: Object.fromEntries(open.members),
      service: open.service && { ...open.service, culprits: [...open.service.culprits] },
    },
  };
}

/** Nothing is remembered that an unremarkable row could change. */
function isAtRest({ open, windows, silences }: Tracker, at: EpochMs): boolean {
  if (open !== null || windows.size > 0) return false;
  for (const { rememberedUntil } of silences.values()) if (at >= rememberedUntil) return false;
  return true;
}

/** Only of these does a point matter that does not count. */
function isFollowed({ open, windows }: Tracker, name: string): boolean {
  return windows.has(name) || (open?.members.has(name) ?? false);
}

function isUneventful({ metrics, service }: ScoredRow, { threshold }: IncidentPolicy): boolean {
  for (const { score } of metrics.values()) if (score >= threshold) return false;
  return service === undefined || service.score < threshold;
}

interface Step {
  readonly tracker: Tracker;
  readonly change?: IncidentChange;
}

function opened(
  tracker: Tracker,
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
  const open = withService({ start, openedAt: row.at, members: joined, service: null }, row);
  return { tracker: { ...tracker, open }, change: { kind: 'opened', incident: recordOf(open) } };
}

function continued(
  tracker: Tracker,
  before: IncidentFacts,
  row: ScoredRow,
  signals: readonly Signal[],
  policy: IncidentPolicy,
): Step {
  const members = new Map(before.members);
  const others: Signal[] = [];
  for (const signal of signals) {
    const member = members.get(signal.name);
    if (member === undefined) others.push(signal);
    else members.set(signal.name, followed(member, signal));
  }
  for (const [name, member] of triggered(tracker.windows, others, policy)) {
    members.set(name, member);
  }
  const open = withService({ ...before, members }, row);
  const ending = endingOf(before.start, [...members.values()], row.at, policy);
  if (ending !== undefined) {
    return {
      tracker: closed(tracker, open, ending, row.at, policy),
      change: { kind: 'closed', incident: recordOf(open, ending) },
    };
  }
  const next = { ...tracker, open };
  if (hasSameContent(before, open)) return { tracker: next };
  const incident = recordOf(open);
  const isSame = JSON.stringify(incident) === JSON.stringify(recordOf(before));
  return isSame ? { tracker: next } : { tracker: next, change: { kind: 'updated', incident } };
}

/** Spares most rows the making of a record that would be the same: nobody joined, no new peak. */
function hasSameContent(before: IncidentFacts, after: IncidentFacts): boolean {
  if (before.service?.smoothed !== after.service?.smoothed) return false;
  for (const [name, { peak, detectors }] of after.members) {
    const member = before.members.get(name);
    if (member?.peak !== peak || member.detectors.length !== detectors.length) return false;
  }
  return true;
}

/** Keeps who was responsible at the service's peak, and its highest smoothed score since it joined. */
function withService(open: IncidentFacts, row: ScoredRow): IncidentFacts {
  const member = open.members.get(SERVICE_SIGNAL);
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
  tracker: Tracker,
  { members }: IncidentFacts,
  { because }: IncidentEnd,
  at: EpochMs,
  policy: IncidentPolicy,
): Tracker {
  const silences = silenced(tracker.silences, members, at, policy, because === 'new_level');
  return { ...tracker, silences, windows: new Map(), open: null };
}

function leaderOf(row: ScoredRow): string | undefined {
  return row.service?.contributions[0]?.metric;
}
