import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ScoredRow } from '#core/detect/assess.ts';
import { DEFAULT_INCIDENT_POLICY, type IncidentPolicy } from '#core/detect/incident-policy.ts';
import {
  emptyTracker,
  type IncidentChange,
  type IncidentTrackerState,
  IncidentTrackerStateSchema,
  trackIncidents,
} from '#core/detect/incidents.ts';
import { durationMs, HOUR } from '#core/time.ts';
import { scoredRow, serviceScore } from '../helpers/scored-rows.ts';

/** Shorter times than real ones, so that short lives see every ending. */
const POLICY: IncidentPolicy = {
  ...DEFAULT_INCIDENT_POLICY,
  window: 3,
  needed: 2,
  memory: durationMs(HOUR),
  longest: durationMs(2 * HOUR),
};

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });
const numbers = fc.constantFrom(-0, 0, 90, 100, 104, 150, 300, 1e308, -1e308);
const points = fc.record({
  score: fc.constantFrom(0, 1, 2.4, 2.5, 3, 4, 7, 1000),
  value: numbers,
  expected: fc.oneof(numbers, fc.constant(Number.NaN)),
  tolerance: fc.constantFrom(0, 5, 50, Number.NaN),
  usual: fc.constantFrom(0, 0.5, 1, 2, Number.NaN),
  detector: fc.constantFrom('residual', 'streaming'),
});
const services = fc
  .tuple(fc.constantFrom(0, 2.6, 5), fc.constantFrom(0, 2, 3.5, Number.NaN), fc.boolean())
  .map(([score, smoothed, isKnown]) =>
    serviceScore(score, smoothed, isKnown ? { cpu: 0.7, disk: 0.3 } : {}),
  );

/** A row is repeated: what lasts is what makes incidents. */
const stretches = fc.record({
  times: fc.integer({ min: 1, max: 12 }),
  cpu: maybe(points),
  memory: maybe(points),
  service: maybe(services),
  isMasked: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
});
const lives = fc
  .array(stretches, { maxLength: 12 })
  .map((parts): readonly ScoredRow[] =>
    parts
      .flatMap((part) => new Array<typeof part>(part.times).fill(part))
      .map(({ cpu, memory, service, isMasked }, i) =>
        scoredRow(
          i,
          { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) },
          { service, isMasked },
        ),
      ),
  );
const cuts = fc.array(fc.nat(150), { maxLength: 8 });

/** Tracks batches of rows, with the state through JSON between them. */
function trackInBatches(batches: readonly (readonly ScoredRow[])[]) {
  let state: IncidentTrackerState = emptyTracker();
  const changes: IncidentChange[] = [];
  for (const batch of batches) {
    const next = trackIncidents(state, batch, POLICY);
    state = IncidentTrackerStateSchema.parse(JSON.parse(JSON.stringify(next.state)));
    changes.push(...next.changes);
  }
  return { state, changes };
}

describe('incidents', () => {
  it('are the same however rows are cut into batches, and when they are given again', () => {
    fc.assert(
      fc.property(lives, cuts, (rows, at) => {
        const whole = trackIncidents(emptyTracker(), rows, POLICY);
        const ends = [...at, rows.length].sort((a, b) => a - b);
        // Each batch begins up to three rows before the end of the last one.
        const batches = ends.map((end, i) =>
          rows.slice(Math.max(0, (ends[i - 1] ?? 0) - (i % 4)), end),
        );
        expect(trackInBatches(batches)).toEqual(whole);
        expect(trackIncidents(whole.state, rows, POLICY)).toEqual({
          state: whole.state,
          changes: [],
        });
      }),
    );
  });

  it('of the first rows do not depend on later ones', () => {
    fc.assert(
      fc.property(lives, fc.nat(100), (rows, count) => {
        const { changes } = trackIncidents(emptyTracker(), rows.slice(0, count), POLICY);
        const all = trackIncidents(emptyTracker(), rows, POLICY).changes;
        expect(all.slice(0, changes.length)).toEqual(changes);
      }),
    );
  });

  it('come one after another, never overlap, and are what they say', () => {
    fc.assert(
      fc.property(lives, (rows) => {
        const { changes } = trackIncidents(emptyTracker(), rows, POLICY);
        let previous: IncidentChange | undefined;
        for (const change of changes) {
          const { incident } = change;
          const isFirst = previous === undefined || previous.kind === 'closed';
          expect(change.kind === 'opened').toBe(isFirst);
          expect(change.kind === 'closed').toBe(incident.state === 'closed');
          expect(incident.end === null).toBe(incident.state === 'open');
          if (!isFirst) expect(incident.id).toBe(previous?.incident.id);
          else if (previous !== undefined) {
            expect(incident.start).toBeGreaterThan(previous.incident.end ?? Infinity);
          }
          expect(incident.end ?? Infinity).toBeGreaterThanOrEqual(incident.start);
          expect(incident.openedAt).toBeGreaterThanOrEqual(incident.start);
          const total = incident.metrics.reduce((sum, { share }) => sum + share, 0);
          expect(total).toBeCloseTo(incident.metrics.length === 0 ? 0 : 1, 9);
          previous = change;
        }
      }),
    );
  });
});
