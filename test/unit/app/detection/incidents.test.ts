import { beforeEach, describe, expect, it } from '@jest/globals';
import { concludeFeedback, HELIOS } from '#app/detection/conclude-feedback.ts';
import { giveFeedback } from '#app/detection/give-feedback.ts';
import { getIncident, listIncidents } from '#app/detection/incident-queries.ts';
import { toIncident } from '#app/detection/to-incident.ts';
import type { Feedback } from '#contracts/http/incidents.ts';
import {
  IncidentDetailSchema,
  IncidentListSchema,
  IncidentQuerySchema,
  IncidentSchema,
} from '#contracts/http/incidents.ts';
import { addMs, DAY, HOUR, toIso } from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { closedAt, openIncidentAt } from '#test/helpers/incidents.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-05T12:00:00Z');
const API = 'default#shop#api#*';
const STAGE = 'eu#stage#web#app';

let services: MemoryServices;
beforeEach(async () => {
  services = memoryServices(NOW);
});

describe('listIncidents', () => {
  const web = openIncidentAt(addMs(NOW, HOUR, -1), { severity: 'low' });
  const api = closedAt(openIncidentAt(addMs(NOW, HOUR, -2), { key: API }), addMs(NOW, HOUR, -1));
  const stage = openIncidentAt(addMs(NOW, HOUR, -3), { key: STAGE });

  beforeEach(async () => {
    for (const incident of [web, api, stage]) await services.incidents.save(incident);
    await feed(services, { cpu: [0.5] }, { start: addMs(NOW, HOUR, -1) });
  });

  async function ids(query: Record<string, string>) {
    const answer = await listIncidents(services, IncidentQuerySchema.parse(query));
    return IncidentListSchema.parse(answer).incidents.map(({ id }) => id);
  }

  it.each([
    [{}, [web, api, stage]],
    [{ state: 'open' }, [web, stage]],
    [{ state: 'closed' }, [api]],
    [{ severity: 'high' }, [api, stage]],
    [{ namespace: 'shop' }, [web, api]],
    [{ cluster: 'eu', state: 'open' }, [stage]],
    [{ container_name: 'app' }, [stage]],
    [{ limit: '1' }, [web]],
    [{ deployment: 'web', namespace: 'shop' }, [web]],
    [{ workload: 'web', namespace: 'shop', state: 'closed' }, []],
    [{ from: '2026-03-05T10:00:00Z' }, [web, api]],
    [{ to: '2026-03-05T10:00:00+00:00' }, [stage]],
    [{ from: '0001-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' }, [web, api, stage]],
    [{ to: '0001-01-01T00:00:00Z' }, []],
  ])('%j', async (query, expected) => {
    expect(await ids(query)).toEqual(expected.map(({ id }) => id));
  });

  it('lists what has started this very moment', async () => {
    await services.incidents.save(openIncidentAt(NOW));
    expect(await ids({})).toHaveLength(4);
  });

  it('refuses a workload that is not known', async () => {
    await expect(ids({ deployment: 'db' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('giveFeedback', () => {
  it('is attributed to who signed the request, or to who says so', async () => {
    const { id } = await services.incidents.save(openIncidentAt(NOW));
    const give = (by: string | undefined, caller: string | undefined) =>
      giveFeedback(services, id, { label: 'expected', ...(by ? { by } : {}) }, caller);
    const given = await give('ada', undefined);
    expect(IncidentSchema.parse(given).feedback).toEqual({
      label: 'expected',
      by: 'ada',
      at: toIso(NOW),
      note: null,
    });
    expect((await give(undefined, undefined)).feedback?.by).toBe('unknown');
    expect((await give('ada', 'arn:aws:iam::1:user/eve')).feedback?.by).toBe(
      'arn:aws:iam::1:user/eve',
    );
  });

  it('is taken back, also from a scoring that still knows it', async () => {
    const opened = openIncidentAt(NOW);
    await services.incidents.save(opened);
    const marked = await giveFeedback(services, opened.id, { label: 'expected' }, 'ada');
    const given = await giveFeedback(services, opened.id, { label: 'none' }, 'ada');
    expect(given).toEqual(opened);
    expect(await services.incidents.save(marked)).toEqual(opened);
  });
});

describe('getIncident', () => {
  it('knows what went live in the six hours before it and while it lasted', async () => {
    const incident = closedAt(openIncidentAt(addMs(NOW, HOUR, -2)), addMs(NOW, HOUR, -1));
    await services.incidents.save(incident);
    // Its six hours begin at 04:00; what comes at its end or later did not cause it.
    const deployments = ['03:59:59', '04:00:00', '10:30:00', '11:00:00'];
    const moments = deployments.map((time) => at(`2026-03-05T${time}Z`));
    await services.marks.add(incident.workload, moments, NOW);
    expect(IncidentDetailSchema.parse(await getIncident(services, incident.id))).toEqual({
      incident,
      deployments: {
        from: '2026-03-05T04:00:00.000Z',
        to: '2026-03-05T11:00:00.000Z',
        at: ['2026-03-05T04:00:00.000Z', '2026-03-05T10:30:00.000Z'],
      },
    });
  });

  it('looks until now while it is open', async () => {
    const { id } = await services.incidents.save(openIncidentAt(addMs(NOW, HOUR, -1)));
    expect((await getIncident(services, id)).deployments).toMatchObject({ to: toIso(NOW) });
  });
});

describe('concludeFeedback', () => {
  const opening = openIncidentAt(NOW);
  const marked = (days: number, by = 'ada') => {
    const feedback: Feedback = { label: 'expected', by, at: toIso(NOW), note: null };
    const start = addMs(NOW, DAY, -days);
    return closedAt({ ...openIncidentAt(start), feedback }, addMs(start, HOUR));
  };

  it('says what it concludes from', () => {
    const past = [marked(1), marked(3)];
    expect(concludeFeedback(opening, past, NOW)).toEqual({
      label: 'expected',
      by: HELIOS,
      at: toIso(NOW),
      note: `like 2 at this time of day that were marked expected, the last of them ${past[0]?.id}`,
    });
  });

  it('concludes nothing from its own conclusions', () => {
    expect(concludeFeedback(opening, [marked(1), marked(3, HELIOS)], NOW)).toBeNull();
  });
});

it('toIncident gives a record of the detectors the words of the wire', () => {
  const key = 'default#shop#web#*';
  const id = { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' };
  const metric = { metric: 'cpu_utilization', score: 3, share: 1, direction: 'above' as const };
  const incident = toIncident(
    { id, key, simulated: true },
    {
      id: '20260305T120000Z',
      start: NOW,
      end: addMs(NOW, HOUR),
      openedAt: addMs(NOW, HOUR, 0.5),
      state: 'closed',
      endedBecause: 'no_data',
      peak: { at: NOW, score: 3, metric: 'cpu_utilization' },
      severity: 'high',
      direction: 'mixed',
      metrics: [{ ...metric, value: 0.9, expected: 0.5, lower: 0.4, upper: null }],
      detectors: ['service'],
      message: 'a sentence',
    },
  );
  expect(IncidentSchema.parse(incident)).toEqual({
    id: 'default~shop~web~*~20260305T120000Z',
    workload: id,
    simulated: true,
    start: '2026-03-05T12:00:00.000Z',
    end: '2026-03-05T13:00:00.000Z',
    opened_at: '2026-03-05T12:30:00.000Z',
    state: 'closed',
    ended_because: 'no_data',
    peak: { at: '2026-03-05T12:00:00.000Z', score: 3, metric: 'cpu_utilization' },
    severity: 'high',
    direction: 'mixed',
    metrics: [{ ...metric, value: 0.9, expected_value: 0.5, lower_bound: 0.4, upper_bound: null }],
    detectors: ['service'],
    message: 'a sentence',
    feedback: null,
  });
});
