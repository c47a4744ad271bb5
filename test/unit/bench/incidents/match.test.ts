import { describe, expect, it } from '@jest/globals';
import type { Incident as HeliosIncident } from '#contracts/http/incidents.ts';
import type { Incident } from '#core/simulate/incident.ts';
import { addMs, epochMs, MINUTE, toIso } from '#core/time.ts';
import { matchIncidents } from '../../../../bench/incidents/match.ts';

const NOON = epochMs(Date.UTC(2026, 0, 5, 12));
const minute = (count: number) => addMs(NOON, MINUTE, count);

/** Wrong from noon for an hour. */
const LABEL: Incident = {
  id: 'stuck_job@noon',
  kind: 'stuck_job',
  start: NOON,
  end: minute(60),
  metrics: ['cpu_utilization', 'db_connections'],
  sizeInNoise: 4,
  size: 0.1,
};

function opened(at: number, peak: { at: number; metric: string } = { at, metric: 'db_cpu' }) {
  const incident: HeliosIncident = {
    id: `at ${at}`,
    workload: { cluster: 'c', namespace: 'n', deployment: 'd', container: '*' },
    simulated: true,
    start: toIso(minute(at)),
    end: null,
    opened_at: toIso(minute(at)),
    peak: { at: toIso(minute(peak.at)), score: 3, metric: peak.metric },
    severity: 'high',
    direction: 'above',
    state: 'open',
    ended_because: null,
    metrics: [],
    detectors: ['residual'],
    message: '',
    feedback: null,
  };
  return incident;
}

describe('a labelled incident', () => {
  it.each([
    // The slot of noon ends at 12:05.
    ['opens in its first slot', opened(0), 5],
    ['opens in its middle', opened(30), 35],
    ['opens just within a quarter of an hour after it', opened(70), 75],
    [
      'was open before and peaks in it because of it',
      opened(-30, { at: 10, metric: 'cpu_utilization' }),
      15,
    ],
  ])('is found by an incident that %s', (_, incident, delay) => {
    const { labels, unexplained } = matchIncidents([LABEL], [incident]);
    expect(labels).toEqual([{ label: LABEL, found: incident, delayMinutes: delay }]);
    expect(unexplained).toEqual([]);
  });

  it.each([
    ['opens before it', opened(-5)],
    ['opens a quarter of an hour after it', opened(75)],
    [
      'was open before and peaks in it because of something else',
      opened(-30, { at: 10, metric: 'memory_bytes' }),
    ],
    ['was open before and peaks after it', opened(-30, { at: 75, metric: 'cpu_utilization' })],
  ])('is not found by one that %s', (_, incident) => {
    const { labels, unexplained } = matchIncidents([LABEL], [incident]);
    expect(labels).toEqual([{ label: LABEL, found: undefined, delayMinutes: null }]);
    expect(unexplained).toEqual([incident]);
  });

  it('is found by the first of several, and none of them is false', () => {
    const incidents = [opened(40), opened(10), opened(55)];
    const { labels, unexplained } = matchIncidents([LABEL], incidents);
    expect(labels[0]?.found).toBe(incidents[1]);
    expect(unexplained).toEqual([]);
  });
});
