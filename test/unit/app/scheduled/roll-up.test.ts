import { describe, expect, it } from '@jest/globals';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { addMs, DAY, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const DAY_START = at('2026-03-02T00:00:00Z');
const STEP = durationMs(5 * MINUTE);
const WEB = 'default#shop#web#*';
const hour = (count: number) => addMs(DAY_START, HOUR, count);

/** Five-minute values from so many minutes after the day's start, fed at 3:20. */
async function observed(minute: number, values: readonly (number | null)[]) {
  const services = memoryServices(addMs(DAY_START, MINUTE, 200));
  await feed(
    services,
    { temperature: values },
    { start: addMs(DAY_START, MINUTE, minute), step: STEP },
  );
  return services;
}

async function hoursOf(services: MemoryServices, days = 1) {
  const range = { from: DAY_START, to: addMs(DAY_START, DAY, days) };
  const hours = await services.observations.readHours(parseWorkloadKey(WEB), range);
  return hours.map(({ hour: start, count, sum, minimum, maximum }) => [
    (start - DAY_START) / HOUR,
    count,
    sum,
    minimum,
    maximum,
  ]);
}

describe('a roll-up', () => {
  it('counts, adds up and takes the ends of every hour', async () => {
    // 0:50, 0:55 | 1:00, 1:05, 1:15; 1:10 is missing.
    const services = await observed(50, [1, 3, 10, -4, null, 2]);
    expect(await rollUp(services, WEB, DAY_START)).toBe(2);
    expect(await hoursOf(services)).toEqual([
      [0, 2, 4, 1, 3],
      [1, 3, 8, -4, 10],
    ]);
  });

  it('may be asked for by any moment of the day', async () => {
    const services = await observed(0, [1]);
    await rollUp(services, WEB, addMs(DAY_START, MINUTE, 777));
    expect(await hoursOf(services)).toEqual([[0, 1, 1, 1, 1]]);
  });

  it('leaves out the hour that still runs', async () => {
    const services = await observed(170, [1, 2, 3, 4]);
    // 2:50 and 2:55 are of an hour that is over, 3:00 and 3:05 are not.
    expect(await rollUp(services, WEB, DAY_START)).toBe(1);
    expect(await hoursOf(services)).toEqual([[2, 2, 3, 1, 2]]);
    services.clock.set(hour(4));
    await rollUp(services, WEB, DAY_START);
    expect(await hoursOf(services)).toEqual([
      [2, 2, 3, 1, 2],
      [3, 2, 7, 3, 4],
    ]);
  });

  it('done again takes in what came late, and is the same otherwise', async () => {
    const services = await observed(0, [1, 2]);
    await rollUp(services, WEB, DAY_START);
    await rollUp(services, WEB, DAY_START);
    expect(await hoursOf(services)).toEqual([[0, 2, 3, 1, 2]]);
    await feed(services, { temperature: [6] }, { start: addMs(DAY_START, MINUTE, 10), step: STEP });
    await rollUp(services, WEB, DAY_START);
    expect(await hoursOf(services)).toEqual([[0, 3, 9, 1, 6]]);
  });

  it('holds counters as rates', async () => {
    const services = memoryServices(hour(2));
    // 300 and 600 more in five minutes: 1/s and 2/s. The first reading gives none.
    const columns = { requests: [100, 400, 1_000] };
    await feed(services, columns, { start: DAY_START, step: STEP, counters: ['requests'] });
    await rollUp(services, WEB, DAY_START);
    expect(await hoursOf(services)).toEqual([[0, 2, 3, 1, 2]]);
  });

  it('of one day leaves the others alone', async () => {
    const services = await observed(0, [1]);
    services.clock.set(addMs(DAY_START, DAY, 2));
    await feed(services, { temperature: [5] }, { start: addMs(DAY_START, DAY), step: STEP });
    await rollUp(services, WEB, DAY_START);
    await rollUp(services, WEB, addMs(DAY_START, DAY));
    expect(await hoursOf(services, 2)).toEqual([
      [0, 1, 1, 1, 1],
      [24, 1, 5, 5, 5],
    ]);
  });

  it.each([
    ['of a day to come', addMs(DAY_START, DAY), WEB],
    ['of a day before the first observation', addMs(DAY_START, DAY, -3), WEB],
    ['of an unknown workload', DAY_START, 'default#shop#nope#*'],
  ])('%s writes nothing', async (_, day, workload) => {
    const services = await observed(0, [1]);
    expect(await rollUp(services, workload, day)).toBe(0);
    expect(await hoursOf(services)).toEqual([]);
  });
});
