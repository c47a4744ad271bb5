import { describe, expect, it } from '@jest/globals';
import { readFrame } from '#app/read-frame.ts';
import { readHourly } from '#app/read-hourly.ts';
import { addMs, DAY, DEFAULT_STEP, type EpochMs, floorTo, HOUR, MINUTE } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T00:00:00Z');
const ID = parseWorkloadKey('default#shop#web#*');
const hour = (count: number) => addMs(START, HOUR, count);

/** Hours of five-minute values, each hour its own number. */
const hours = (...values: readonly number[]) =>
  values.flatMap((value) => new Array<number>(12).fill(value));

async function observed(values: readonly (number | null)[], start = START) {
  const services = memoryServices(addMs(start, DEFAULT_STEP, values.length));
  await feed(services, { queue: values }, { start, step: DEFAULT_STEP });
  return services;
}

/** What is read of the queue: the frame from `from` to `to`, the hours from `reach` on. */
async function read(services: MemoryServices, from: EpochMs, to: EpochMs, reach: EpochMs) {
  const workload = await services.directory.get(ID);
  const frame = workload && (await readFrame(services.observations, workload, { from, to }));
  if (!frame) throw new Error('nothing was observed');
  const series = (await readHourly(services.observations, workload, frame, reach)).get('queue');
  return series && { start: series.start, values: [...series.values] };
}

/** Summaries of hours of one day, of one value each. */
async function summarised(services: MemoryServices, values: Readonly<Record<number, number>>) {
  const summaries = Object.entries(values).map(([count, value]) => ({
    metric: 'queue',
    hour: hour(Number(count)),
    count: 1,
    sum: value,
    minimum: value,
    maximum: value,
  }));
  const day = floorTo(summaries[0]?.hour ?? START, DAY);
  await services.observations.putHours(ID, day, summaries);
}

describe('the hourly series of a workload', () => {
  it('are the means of what a frame holds', async () => {
    const services = await observed([...hours(1, 2), ...[6, null, 9]]);
    expect(await read(services, hour(0), hour(2), hour(0))).toEqual({
      start: START,
      values: [1, 2],
    });
  });

  it('leave out the hour that still runs', async () => {
    const services = await observed([...hours(1, 2), 7, 7, 7]);
    const end = addMs(hour(2), MINUTE, 15);
    expect((await read(services, hour(0), end, hour(0)))?.values).toEqual([1, 2]);
  });

  it('begin with summaries where the frame does not reach', async () => {
    const services = await observed(hours(3, 4), hour(3));
    await summarised(services, { 0: 10, 2: 12 });
    expect(await read(services, hour(3), hour(5), hour(0))).toEqual({
      start: START,
      values: [10, Number.NaN, 12, 3, 4],
    });
  });

  it('take an hour that the frame has a part of from its summary', async () => {
    const services = await observed(hours(1, 2, 3));
    await summarised(services, { 0: 10, 1: 11 });
    const half = addMs(hour(1), MINUTE, 30);
    expect(await read(services, half, hour(3), half)).toEqual({ start: hour(1), values: [11, 3] });
  });

  it('believe the observations where there are both', async () => {
    const services = await observed(hours(1, 2));
    await summarised(services, { 0: 10, 1: 11 });
    expect((await read(services, hour(0), hour(2), hour(0)))?.values).toEqual([1, 2]);
  });

  it('are none of a metric without a whole hour', async () => {
    const services = await observed([1, 2, 3]);
    const end = addMs(START, MINUTE, 15);
    expect(await read(services, START, end, START)).toBeUndefined();
  });
});
