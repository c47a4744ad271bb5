import * as z from 'zod';
import type { EpochMs } from '../time.ts';
import { type Member, memberOf } from './incident-member.ts';
import type { IncidentPolicy } from './incident-policy.ts';
import { ObservationSchema, type Signal } from './incident-signal.ts';

/**
 * The last points of each signal, oldest first: what was seen in those that count, null in others.
 * They begin with one that counts; a signal without any is absent.
 */
export const WindowsSchema = z.record(
  z.string(),
  z.array(z.strictObject({ at: z.number(), sighting: ObservationSchema.nullable() })),
);
export type Windows = ReadonlyMap<string, z.infer<typeof WindowsSchema>[string]>;

/** The windows with the points of another row, without what has left them. */
export function advanced(
  windows: Windows,
  signals: readonly Signal[],
  at: EpochMs,
  { window, memory }: IncidentPolicy,
): Windows {
  const next = new Map(windows);
  for (const { name, observation, isExceptional } of signals) {
    const points = next.get(name);
    if (points === undefined && !isExceptional) continue;
    const sighting = isExceptional ? observation : null;
    next.set(name, [...(points ?? []), { at, sighting }].slice(-window));
  }
  for (const [name, points] of next) {
    const first = points.findIndex((p) => p.sighting !== null && at - p.at <= memory);
    if (first < 0) next.delete(name);
    else if (first > 0) next.set(name, points.slice(first));
  }
  return next;
}

/**
 * The signals that have become part of an incident with the newest row: it counts for them, and it is
 * high or there are enough such points in their window.
 */
export function triggered(
  windows: Windows,
  signals: readonly Signal[],
  { alone, needed }: IncidentPolicy,
): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const { name, observation, isExceptional } of signals) {
    if (!isExceptional) continue;
    const [first, ...others] = (windows.get(name) ?? []).flatMap(({ sighting }) => sighting ?? []);
    const isEnough = observation.score >= alone || others.length + 1 >= needed;
    if (first !== undefined && isEnough) members.set(name, memberOf([first, ...others]));
  }
  return members;
}
