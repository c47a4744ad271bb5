import { beforeEach, describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { incidentId, monthsBack, parseIncidentId } from '#app/incident-keys.ts';
import { createIncidentLog, type IncidentLog } from '#app/incident-log.ts';
import type { CatalogKey, CatalogStore } from '#app/ports/catalog-store.ts';
import type { Feedback } from '#contracts/http/incidents.ts';
import { addMs, DAY, type EpochMs, epochMs, HOUR } from '#core/time.ts';
import { closedAt, openIncidentAt } from '#test/helpers/incidents.ts';
import { at } from '#test/helpers/memory-services.ts';

const WEB = 'default#shop#web#*';
const API = 'default#shop#api#*';
const NOON = at('2026-03-05T12:00:00Z');
const NOW = at('2026-04-10T00:00:00Z');
const EXPECTED: Feedback = {
  label: 'expected',
  by: 'ada',
  at: '2026-03-06T00:00:00.000Z',
  note: null,
};
const ALL = { before: NOW, limit: 100 };

let catalog: CatalogStore;
let log: IncidentLog;
/** When each record expires, undefined for never. */
let expiries: Map<string, EpochMs | undefined>;
let queries: string[];

beforeEach(() => {
  const memory = createMemoryCatalogStore();
  expiries = new Map();
  queries = [];
  catalog = {
    ...memory,
    async put(key, data, options) {
      const written = await memory.put(key, data, options);
      if (written) expiries.set(`${key.partition} ${key.id}`, options?.expiresAt);
      return written;
    },
    list(partition, options) {
      queries.push(partition);
      return memory.list(partition, options);
    },
  };
  log = createIncidentLog(catalog);
});

describe('the id of an incident', () => {
  it('names workload and start, and is read back', () => {
    const id = incidentId({ workload: WEB, start: NOON });
    expect(id).toBe('default~shop~web~*~20260305T120000Z');
    expect(parseIncidentId(id)).toEqual({ workload: WEB, start: NOON });
  });

  it.each([
    '',
    'default~shop~web~*',
    'default~shop~web~*~20260305T120000Z~x',
    'default~shop~web~*~20260305',
    'default~shop~web~*~20261305T120000Z',
    'default~shop~web~*~2026-03-05T12:00:00Z',
    'default~sh op~web~*~20260305T120000Z',
    'default~a#b~web~*~20260305T120000Z',
  ])('%p is none', (id) => {
    expect(() => parseIncidentId(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

it('months are counted back over the turn of a year', () => {
  expect(monthsBack(at('2025-11-30T23:59:59Z'), at('2026-02-01T00:00:00Z'))).toEqual([
    '2026-02',
    '2026-01',
    '2025-12',
    '2025-11',
  ]);
  expect(monthsBack(NOW, NOON)).toEqual([]);
});

describe('save', () => {
  it('keeps an incident as it goes on, and answers it by its id', async () => {
    const opened = openIncidentAt(NOON);
    await log.save(opened);
    const worse = { ...opened, severity: 'critical' as const };
    expect(await log.save(worse)).toEqual(worse);
    expect(await log.get(opened.id)).toEqual(worse);
    expect(await log.list(ALL)).toEqual([worse]);
  });

  it('twice is once: nothing is written the second time but the reference', async () => {
    const opened = openIncidentAt(NOON);
    await log.save(opened);
    expiries.clear();
    await log.save(opened);
    expect([...expiries.keys()]).toEqual([`open-incidents 2026-03-05T12:00:00.000Z#${WEB}`]);
  });

  it('keeps what somebody has said', async () => {
    const opened = openIncidentAt(NOON);
    await log.save(opened);
    await log.giveFeedback(opened.id, EXPECTED);
    const closed = closedAt(opened, addMs(NOON, HOUR));
    expect(await log.save(closed)).toEqual({ ...closed, feedback: EXPECTED });
  });

  it('lets an incident live 400 days after its end, an open one for ever', async () => {
    const opened = openIncidentAt(NOON);
    const end = addMs(NOON, HOUR);
    await log.save(opened);
    expect([...expiries.values()]).toEqual([undefined, undefined, undefined]);
    await log.save(closedAt(opened, end));
    const later = addMs(end, DAY, 400);
    expect(expiries).toEqual(
      new Map([
        [`open-incidents 2026-03-05T12:00:00.000Z#${WEB}`, end],
        [`incident#${WEB} 2026-03-05T12:00:00.000Z`, later],
        [`incidents#2026-03 2026-03-05T12:00:00.000Z#${WEB}`, later],
      ]),
    );
  });

  it('puts right what a process that ended in between has left behind', async () => {
    const opened = openIncidentAt(NOON);
    const isCopy = ({ partition }: CatalogKey) => partition === 'incidents#2026-03';
    const failing: CatalogStore = {
      ...catalog,
      put: async (key, data, options) => {
        if (isCopy(key)) throw new Error('ended here');
        return catalog.put(key, data, options);
      },
    };
    await expect(createIncidentLog(failing).save(opened)).rejects.toThrow('ended here');
    expect(await log.list(ALL)).toEqual([]);
    await log.save(opened);
    expect(await log.list(ALL)).toEqual([opened]);
  });

  it('does not let a copy that comes late overwrite a newer one', async () => {
    const opened = openIncidentAt(NOON);
    await log.save(opened);
    const closed = closedAt(opened, addMs(NOON, HOUR));
    // Feedback is written to the record; before its copy, the scoring closes the incident.
    let isFirst = true;
    const overtaken: CatalogStore = {
      ...catalog,
      async get(key) {
        if (key.partition === 'incidents#2026-03' && isFirst) {
          isFirst = false;
          await log.save(closed);
        }
        return catalog.get(key);
      },
    };
    await createIncidentLog(overtaken).giveFeedback(opened.id, EXPECTED);
    expect(await log.list(ALL)).toEqual([{ ...closed, feedback: EXPECTED }]);
  });
});

describe('giveFeedback', () => {
  it('the same again keeps the first time; something else replaces it', async () => {
    const { id } = await log.save(openIncidentAt(NOON));
    await log.giveFeedback(id, EXPECTED);
    const again = { ...EXPECTED, at: '2026-03-07T00:00:00.000Z' };
    expect((await log.giveFeedback(id, again)).feedback).toEqual(EXPECTED);
    const otherwise = { ...again, label: 'anomaly' as const };
    expect((await log.giveFeedback(id, otherwise)).feedback).toEqual(otherwise);
    expect((await log.get(id)).feedback).toEqual(otherwise);
  });

  it('of an unknown incident is refused', async () => {
    const unknown = openIncidentAt(NOON).id;
    const refused = expect.objectContaining({ code: 'NOT_FOUND' });
    await expect(log.giveFeedback(unknown, EXPECTED)).rejects.toEqual(refused);
    await expect(log.get(unknown)).rejects.toEqual(refused);
    await expect(log.giveFeedback('x', EXPECTED)).rejects.toEqual(refused);
  });
});

describe('list', () => {
  const first = closedAt(openIncidentAt(at('2026-01-31T23:00:00Z')), at('2026-02-01T01:00:00Z'));
  const second = openIncidentAt(at('2026-02-01T00:00:00Z'), { key: API, severity: 'low' });
  const third = openIncidentAt(at('2026-03-05T12:00:00Z'), { severity: 'critical' });

  beforeEach(async () => {
    for (const incident of [second, third, first]) await log.save(incident);
    queries = [];
  });

  it('of all workloads is newest first, over months, as many as asked', async () => {
    expect(await log.list(ALL)).toEqual([third, second, first]);
    expect(await log.list({ ...ALL, limit: 2 })).toEqual([third, second]);
  });

  it('of one workload takes one query', async () => {
    expect(await log.list({ ...ALL, workload: WEB })).toEqual([third, first]);
    expect(queries).toEqual([`incident#${WEB}`]);
  });

  it('of open ones finds them without their months, however old', async () => {
    const later = addMs(NOW, DAY, 1_000);
    expect(await log.list({ ...ALL, before: later, state: 'open' })).toEqual([third, second]);
    expect(new Set(queries)).toEqual(new Set(['open-incidents']));
    expect(await log.list({ ...ALL, state: 'open', workload: WEB })).toEqual([third]);
  });

  it('passes over references to incidents that have ended', async () => {
    await log.save(closedAt(third, addMs(NOON, HOUR)));
    expect(await log.list({ ...ALL, state: 'open' })).toEqual([second]);
    expect((await log.list({ ...ALL, state: 'closed' })).map(({ id }) => id)).toEqual([
      third.id,
      first.id,
    ]);
  });

  it('from belongs to the range, before does not', async () => {
    const from = epochMs(Date.parse(second.start));
    const before = epochMs(Date.parse(third.start));
    for (const state of [undefined, 'open'] as const) {
      const filter = { ...ALL, from, before, ...(state ? { state } : {}) };
      expect(await log.list(filter)).toEqual([second]);
    }
    expect(await log.list({ ...ALL, workload: WEB, from: before, before: NOW })).toEqual([third]);
  });

  it('by severity and by the workload’s name', async () => {
    expect(await log.list({ ...ALL, severity: 'high' })).toEqual([third, first]);
    const matches = ({ deployment }: { deployment: string }) => deployment === 'api';
    expect(await log.list({ ...ALL, matches })).toEqual([second]);
  });

  it('reads on until it has found enough', async () => {
    for (let i = 0; i < 450; i++) {
      await log.save(openIncidentAt(addMs(NOON, HOUR, i), { key: API, severity: 'low' }));
    }
    expect(await log.list({ ...ALL, severity: 'high', limit: 2 })).toEqual([third, first]);
    expect(await log.list({ ...ALL, state: 'open', severity: 'high' })).toEqual([third]);
  });

  it('ofWorkload gives those since a time, newest first', async () => {
    const since = epochMs(Date.parse(first.start));
    expect(await log.ofWorkload(WEB, since)).toEqual([third, first]);
    expect(await log.ofWorkload(WEB, epochMs(since + 1))).toEqual([third]);
  });
});
