import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createDriftLog, type DriftLog } from '#app/drift-log.ts';
import type { LiveResult } from '#app/scheduled/learn-from-live.ts';
import { lookForDrift } from '#app/scheduled/look-for-drift.ts';
import { addMs, HOUR, MINUTE } from '#core/time.ts';
import { at } from '#test/helpers/memory-services.ts';

const START = at('2026-03-10T00:00:00Z');
const WORKLOAD = { key: 'default#shop#web#*' };

function live(driftRatio: number, more: Partial<LiveResult> = {}): LiveResult {
  return {
    metric: 'cpu_utilization',
    version: 'v1',
    member: 'auto',
    errors: [],
    buckets: [],
    skill: null,
    newest: null,
    trainedAt: START,
    driftRatio,
    ...more,
  };
}

/** Looks at these results an hour after each other, trains when told to. @returns what each found */
async function looks(drift: DriftLog, results: readonly (readonly LiveResult[])[], firstHour = 0) {
  const told: string[] = [];
  for (const [i, each] of results.entries()) {
    const now = addMs(START, HOUR, firstHour + i);
    const look = await lookForDrift({ drift }, WORKLOAD, each, now);
    const found = look?.found.map(({ metric, side }) => `${metric} ${side}`).join(', ');
    told.push(`${found}${look?.shouldTrain ? '!' : ''}`);
    await look?.keep(look.shouldTrain);
  }
  return told;
}
const log = () => createDriftLog(createMemoryCatalogStore());

describe('drift', () => {
  it('is found once, and trained for once', async () => {
    const worse = Array.from({ length: 6 }, () => [live(2)]);
    expect(await looks(log(), worse)).toEqual(['', '', 'cpu_utilization worse!', '', '', '']);
  });

  it('waits for a day to pass since the last training for drift', async () => {
    const drift = log();
    await looks(drift, [[live(2)], [live(2)], [live(2)]]);
    const memory = (ratio: number) => live(ratio, { metric: 'memory_bytes' });
    const both = [live(2), memory(0.5)];
    const told = await looks(drift, [both, both, both, both], 3);
    expect(told).toEqual(['', '', 'memory_bytes better', '']);
    // The training was at hour 2.
    expect(await looks(drift, [both, both], 25)).toEqual(['', '!']);
    expect(await looks(drift, [both, both], 60)).toEqual(['', '']);
  });

  it('of a new version or member begins anew', async () => {
    const drift = log();
    await looks(drift, [[live(2)], [live(2)]]);
    const next = live(2, { version: 'v2' });
    expect(await looks(drift, [[next], [next]], 2)).toEqual(['', '']);
    const other = live(2, { version: 'v2', member: 'naive' });
    expect(await looks(drift, [[other], [other], [other]], 4)).toEqual([
      '',
      '',
      'cpu_utilization worse!',
    ]);
  });

  it('is one look within half an hour, however often it is asked', async () => {
    const drift = log();
    const ask = async (minutes: number) =>
      lookForDrift({ drift }, WORKLOAD, [live(2)], addMs(START, MINUTE, minutes));
    await (await ask(0))?.keep(false);
    expect(await ask(29)).toBeUndefined();
    expect(await ask(30)).toBeDefined();
  });

  it('is looked at again when nobody kept the look', async () => {
    const drift = log();
    await looks(drift, [[live(2)], [live(2)]]);
    const third = () => lookForDrift({ drift }, WORKLOAD, [live(2)], addMs(START, HOUR, 2));
    expect((await third())?.shouldTrain).toBe(true);
    expect((await third())?.shouldTrain).toBe(true);
  });

  it('is kept by the first of two looks at the same time', async () => {
    const drift = log();
    const now = addMs(START, HOUR);
    const [one, other] = [
      await lookForDrift({ drift }, WORKLOAD, [live(2)], now),
      await lookForDrift({ drift }, WORKLOAD, [live(2)], now),
    ];
    await one?.keep(false);
    await other?.keep(true);
    const { record } = (await drift.get(WORKLOAD.key)) ?? {};
    expect(record).toMatchObject({
      trained_at: null,
      metrics: { cpu_utilization: { drift: { looks: 1 } } },
    });
  });

  it('is unknown without enough forecasts, and that changes nothing', async () => {
    const drift = log();
    await looks(drift, [[live(2)], [live(2)], [live(Number.NaN)]]);
    expect(await looks(drift, [[live(2)]], 3)).toEqual(['cpu_utilization worse!']);
  });
});
