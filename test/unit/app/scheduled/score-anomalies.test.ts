import { describe, expect, it } from '@jest/globals';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { type AnomalyOutcome, scoreAnomalies } from '#app/scheduled/score-anomalies.ts';
import { DEFAULT_DETECTION } from '#contracts/config/detection.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, DAY, DEFAULT_STEP, MINUTE, toIso } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import {
  at,
  type MemoryServices,
  memoryServices,
  memoryStores,
} from '#test/helpers/memory-services.ts';
import { stubDetectors } from '#test/helpers/stub-detectors.ts';

const START = at('2026-03-02T00:00:00Z');
const KEY = 'default#shop#web#*';
const ID = parseWorkloadKey(KEY);
/** What is usual in these tests: a value scores its distance from it. */
const USUAL = 10;

type Column = readonly (number | null)[];

/** Time of a row. */
const timeOf = (row: number) => addMs(START, DEFAULT_STEP, row);
const usual = (rows: number): number[] => Array.from({ length: rows }, () => USUAL);

/** Stores rows from `from` on, whenever they were measured. */
async function store(services: MemoryServices, columns: Record<string, Column>, from = 0) {
  services.clock.set(addMs(START, DAY, 30));
  await feed(services, columns, { start: timeOf(from), step: DEFAULT_STEP });
}

/** Services with these columns stored, and detectors to whom `USUAL` is usual. */
async function watching(columns: Record<string, Column>, catalog?: CatalogStore) {
  const stores = memoryStores();
  const services = memoryServices(START, catalog ? { ...stores, catalog } : stores);
  await store(services, columns);
  return { ...services, detectorsOf: async () => stubDetectors(DEFAULT_STEP, USUAL) };
}
type Watching = Awaited<ReturnType<typeof watching>>;

/** Scores when so many rows have ended. */
async function scoreAt(services: Watching, row: number): Promise<AnomalyOutcome> {
  const now = timeOf(row);
  services.clock.set(now);
  const workload = await services.directory.get(ID);
  if (!workload) throw new Error('the workload is unknown');
  return scoreAnomalies(services, workload, now);
}

async function scoreFrom(services: Watching, first: number, last: number, by = 1) {
  const outcomes: AnomalyOutcome[] = [];
  for (let row = first; row <= last; row += by) outcomes.push(await scoreAt(services, row));
  return outcomes;
}

const incidentsOf = (services: Watching) => services.incidents.ofWorkload(KEY, START);
const stateOf = async (services: Watching) => (await services.detectionStates.get(KEY))?.state;

/** Twelve usual rows, four at 12.75 (they score 2.75), ten usual ones. */
const BUMP = [...usual(12), 12.75, 12.75, 12.75, 12.75, ...usual(10)];

describe('an incident', () => {
  it('opens with the third of five points, closes with the fifth usual one, and is told once', async () => {
    const services = await watching({ load: BUMP });
    const outcomes = await scoreFrom(services, 12, 26);
    const told = outcomes.flatMap(({ news }, i) => news.map(({ kind }) => [kind, 12 + i]));
    // Rows 12, 13 and 14 are anomalous, and row 14 has ended at 15. Rows 16 to 20 are usual again.
    expect(told).toEqual([
      ['opened', 15],
      ['closed', 21],
    ]);
    const [incident, ...others] = await incidentsOf(services);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      workload: ID,
      start: toIso(timeOf(12)),
      opened_at: toIso(timeOf(14)),
      end: toIso(timeOf(16)),
      state: 'closed',
      ended_because: 'recovered',
      severity: 'medium',
      metrics: [{ metric: 'load', value: 12.75, expected_value: 10, share: 1 }],
      detectors: ['residual'],
    });
    expect(outcomes.map(({ open }) => open?.state)).toEqual([
      ...Array.from({ length: 3 }, () => undefined),
      ...Array.from({ length: 6 }, () => 'open'),
      ...Array.from({ length: 6 }, () => undefined),
    ]);
    expect(outcomes.map(({ score }) => score)).toEqual([
      0,
      2.75,
      2.75,
      2.75,
      2.75,
      ...usual(10).map(() => 0),
    ]);
  });

  it.each([2, 5, 14])('is the same when %i rows are scored at a time', async (rows) => {
    const [one, other] = [await watching({ load: BUMP }), await watching({ load: BUMP })];
    await scoreFrom(one, 12, 26);
    await scoreFrom(other, 12, 26, rows);
    await scoreAt(other, 26);
    expect(await incidentsOf(other)).toEqual(await incidentsOf(one));
    const [state, otherState] = [await stateOf(one), await stateOf(other)];
    expect({ ...otherState, changed: [] }).toEqual({ ...state, changed: [] });
  });

  it('is not made of what comes later', async () => {
    const services = await watching({ load: BUMP.slice(0, 15) });
    await scoreFrom(services, 12, 14);
    expect(await incidentsOf(services)).toEqual([]);
    const known = await stateOf(services);
    const another = await watching({
      load: [...BUMP.slice(0, 14), ...usual(30).map(() => 1_000)],
      heap: [...usual(14).map(() => null), 1, 2, 3],
    });
    await scoreFrom(another, 12, 14);
    expect(await stateOf(another)).toEqual(known);
  });

  it('is masked after a deployment, and in a maintenance window', async () => {
    const deployed = await watching({ load: BUMP });
    await deployed.marks.add(ID, [timeOf(11)], timeOf(11));
    const outcomes = await scoreFrom(deployed, 12, 26);
    expect(await incidentsOf(deployed)).toEqual([]);
    expect(outcomes.map(({ score }) => score)).toEqual([
      // The deployment masks rows 11 to 16; the first scoring is of the hour up to row 11.
      0,
      ...Array.from({ length: 5 }, () => null),
      ...usual(9).map(() => 0),
    ]);
    const window = { name: 'upgrade', start: toIso(timeOf(10)), end: toIso(timeOf(20)) };
    const maintained = {
      ...(await watching({ load: BUMP })),
      detection: { ...DEFAULT_DETECTION, maintenance: [window] },
    };
    await scoreFrom(maintained, 12, 26);
    expect(await incidentsOf(maintained)).toEqual([]);
  });

  it('is none while a configured event explains it, and shows values as they were', async () => {
    const sale = { name: 'sale', start: toIso(timeOf(12)), end: toIso(timeOf(30)), factor: 2 };
    const explained = {
      ...(await watching({ requests: [...usual(12), ...usual(10).map((value) => 2 * value)] })),
      events: [sale],
    };
    await scoreFrom(explained, 12, 22);
    expect(await incidentsOf(explained)).toEqual([]);
    const beyond = {
      ...(await watching({ requests: [...usual(12), ...usual(10).map(() => 28)] })),
      events: [sale],
    };
    await scoreFrom(beyond, 12, 22);
    // 28 is 14 without the sale: 4 away from what is usual, which is 20 with it.
    expect((await incidentsOf(beyond))[0]?.metrics[0]).toMatchObject({
      value: 28,
      expected_value: 20,
    });
  });

  it('counts only in the direction that is configured', async () => {
    const services = {
      ...(await watching({ load: BUMP })),
      detection: { ...DEFAULT_DETECTION, metrics: { load: { direction: 'down' } } },
    } as const;
    await scoreFrom(services, 12, 26);
    expect(await incidentsOf(services)).toEqual([]);
  });
});

describe('feedback', () => {
  const twice = [...BUMP, ...BUMP];

  it('on an open incident stays, whatever is scored', async () => {
    const services = await watching({ load: BUMP });
    await scoreFrom(services, 12, 15);
    const [incident] = await incidentsOf(services);
    const feedback = { label: 'expected', by: 'ada', at: toIso(timeOf(15)), note: null } as const;
    await services.incidents.giveFeedback(incident?.id ?? '', feedback);
    const [next] = await scoreFrom(services, 16, 16);
    expect(next?.open?.feedback).toEqual(feedback);
    await scoreFrom(services, 17, 26);
    expect((await incidentsOf(services))[0]).toMatchObject({ state: 'closed', feedback });
  });

  it('of two that were expected at this time of day makes the third one expected', async () => {
    const services = await watching({ load: twice });
    await scoreFrom(services, 12, 26);
    const [first] = await incidentsOf(services);
    if (!first) throw new Error('no incident');
    for (const days of [7, 14]) {
      const earlier = (iso: string | null) => toIso(addMs(at(iso ?? ''), DAY, -days));
      const start = earlier(first.start);
      await services.incidents.save({
        ...first,
        id: first.id.replace(/[^~]+$/, start.replace(/[-:]|\.\d+/g, '')),
        start,
        end: earlier(first.end),
        opened_at: earlier(first.opened_at),
        feedback: { label: 'expected', by: 'ada', at: start, note: null },
      });
    }
    // The second bump begins 26 rows after the first, 2 h 10 min later.
    await scoreFrom(services, 27, 52);
    const [second] = await incidentsOf(services);
    expect(second).toMatchObject({ start: toIso(timeOf(38)), feedback: null });
    const again = await watching({ load: BUMP });
    for (const past of await services.incidents.ofWorkload(KEY, addMs(START, DAY, -30))) {
      if (past.feedback) await again.incidents.save(past);
    }
    await scoreFrom(again, 12, 26);
    expect((await incidentsOf(again))[0]?.feedback).toMatchObject({
      label: 'expected',
      by: 'helios',
    });
  });
});

describe('a kill', () => {
  /** A catalog whose `n`th write from now on fails: before it is done, or after. */
  function failing(catalog: CatalogStore, when: 'before' | 'after') {
    let left = Infinity;
    const guarded = <A extends unknown[], R>(write: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        left -= 1;
        if (left !== 0) return write(...args);
        if (when === 'after') await write(...args);
        throw new DomainError('STORE_UNAVAILABLE', 'killed');
      };
    };
    return {
      catalog: { ...catalog, put: guarded(catalog.put), delete: guarded(catalog.delete) },
      failAt: (n: number) => {
        left = n;
      },
      hasFailed: () => left <= 0,
    };
  }

  /** Scores row by row, once more where it was killed. @returns whether it was */
  async function scoreWithKill(n: number, when: 'before' | 'after') {
    const { catalog, failAt, hasFailed } = failing(memoryStores().catalog, when);
    const services = await watching({ load: BUMP }, catalog);
    failAt(n);
    const told: string[] = [];
    for (let row = 12; row <= 26; row++) {
      const score = () => scoreAt(services, row);
      const outcome = await score().catch(score);
      told.push(...outcome.news.map(({ kind }) => kind));
    }
    const wasKilled = hasFailed();
    failAt(Infinity);
    return { services, told, wasKilled };
  }

  it.each(['before', 'after'] as const)('%s any write loses and doubles nothing', async (when) => {
    const whole = await watching({ load: BUMP });
    await scoreFrom(whole, 12, 26);
    const [incidents, state] = [await incidentsOf(whole), await stateOf(whole)];
    let kills = 0;
    for (let n = 1; ; n++) {
      const { services, told, wasKilled } = await scoreWithKill(n, when);
      expect(await incidentsOf(services)).toEqual(incidents);
      expect({ ...(await stateOf(services)), changed: [] }).toEqual({ ...state, changed: [] });
      expect(new Set(told).size).toBe(told.length);
      if (!wasKilled) break;
      kills++;
    }
    // A state for each of fifteen scorings, and some writes for the opening and the closing.
    expect(kills).toBeGreaterThan(18);
  });

  it('is not outrun by another scoring of the same rows', async () => {
    const services = await watching({ load: BUMP });
    await scoreFrom(services, 12, 14);
    const both = await Promise.all([scoreAt(services, 15), scoreAt(services, 15)]);
    expect(both.map(({ rows }) => rows).sort()).toEqual([0, 1]);
    expect(both.flatMap(({ news }) => news)).toHaveLength(1);
    expect(await incidentsOf(services)).toHaveLength(1);
  });
});

describe('a scoring', () => {
  it('of a new workload learns from its past, and opens nothing in it', async () => {
    // The bump lies more than an hour back.
    const services = await watching({ load: [...BUMP, ...usual(12)] });
    const { rows } = await scoreAt(services, 38);
    expect(rows).toBe(12);
    expect(await incidentsOf(services)).toEqual([]);
    expect((await stateOf(services))?.streaming.load?.seen).toBe(38);
  });

  it('of nothing new does nothing', async () => {
    const services = await watching({ load: BUMP });
    await scoreFrom(services, 12, 26);
    const before = await services.detectionStates.get(KEY);
    expect(await scoreAt(services, 26)).toMatchObject({ rows: 0, score: null, news: [] });
    expect(await services.detectionStates.get(KEY)).toEqual(before);
  });

  it('waits for a late value up to three slots, and scores no row twice', async () => {
    const services = await watching({ load: usual(20), heap: usual(13) });
    expect((await scoreAt(services, 13)).rows).toBe(12);
    expect((await scoreAt(services, 14)).rows).toBe(0);
    await store(services, { heap: [USUAL] }, 13);
    expect((await scoreAt(services, 15)).rows).toBe(1);
    expect((await scoreAt(services, 16)).rows).toBe(0);
    // Row 14 ended at 15: three slots later it is scored without its heap.
    expect((await scoreAt(services, 18)).rows).toBe(1);
    await store(services, { heap: [99] }, 14);
    await scoreAt(services, 19);
    expect(await incidentsOf(services)).toEqual([]);
  });

  it('takes up a week at most, and passes over silence', async () => {
    const long = await watching({ load: usual(12) });
    await scoreAt(long, 12);
    await store(long, { load: usual(2_016) }, 12);
    await store(long, { load: usual(100) }, 2_028);
    expect((await scoreAt(long, 2_128)).rows).toBe(2_016);
    expect((await scoreAt(long, 2_128)).rows).toBe(100);
    const silent = await watching({ load: usual(12) });
    await scoreAt(silent, 12);
    await store(silent, { load: [13] }, 2_100);
    await scoreAt(silent, 2_101);
    expect((await stateOf(silent))?.scored_to).toBe(timeOf(2_101));
    expect((await stateOf(silent))?.streaming.load?.seen).toBe(2_101);
  });

  it('goes on without detectors that cannot be read, and says so', async () => {
    const broken = {
      ...(await watching({ load: BUMP })),
      detectorsOf: () => Promise.reject(new DomainError('ARTIFACT_CORRUPT', 'not what it was')),
    };
    expect(await scoreAt(broken, 12)).toMatchObject({ rows: 12, undetected: 'ARTIFACT_CORRUPT' });
    const gone = {
      ...(await watching({ load: BUMP })),
      detectorsOf: () => Promise.reject(new DomainError('STORE_UNAVAILABLE', 'gone')),
    };
    expect(await rejectionOf(scoreAt(gone, 12))).toBe('STORE_UNAVAILABLE');
  });

  it('does not ask detectors of another grid', async () => {
    const services = {
      ...(await watching({ load: BUMP })),
      detectorsOf: async () => stubDetectors(MINUTE, USUAL),
    };
    await scoreFrom(services, 12, 26);
    expect(await incidentsOf(services)).toEqual([]);
  });

  it('of metrics that come and go moves each detector over every row since its first value', async () => {
    const heap = [...usual(14).map(() => null), USUAL, USUAL];
    const services = await watching({ load: usual(23), heap });
    await scoreFrom(services, 12, 23);
    // The heap ends at row 15, so the rows after it wait: row 19 for three slots by now.
    const { streaming, scored_to } = (await stateOf(services)) ?? {};
    expect(scored_to).toBe(timeOf(20));
    expect(streaming?.load?.seen).toBe(20);
    expect(streaming?.heap?.seen).toBe(6);
  });
});

/** The state is one item of the catalog, which holds 400 kB. */
it('keeps a metric of some weeks in 7 kB', async () => {
  const wiggles = Array.from({ length: 1_100 }, (_, i) => USUAL + ((i * 7) % 13) / 13);
  const services = await watching({ load: wiggles });
  await scoreAt(services, wiggles.length);
  expect((await stateOf(services))?.streaming.load?.scale).not.toBeNull();
  expect(JSON.stringify(await stateOf(services)).length).toBeLessThan(7_000);
});
