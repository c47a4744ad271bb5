import { describe, expect, it } from '@jest/globals';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { addMs, DAY, DEFAULT_STEP, durationMs, MINUTE, SECOND } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const DAY_START = at('2026-03-02T00:00:00Z');
const FINE = durationMs(15 * SECOND);
const WEB = 'default#shop#web#*';
const PER_SLOT = 20;

/** What is stored at the grid's own step: minutes from the day's start, and values. */
async function keptOf(services: MemoryServices) {
  const range = { from: DAY_START, to: addMs(DAY_START, DAY) };
  const columns = await services.observations.read(parseWorkloadKey(WEB), DEFAULT_STEP, range);
  return Object.fromEntries(
    columns.map(({ metric, slots }) => [
      metric,
      slots.map(({ start, value }) => [(start - DAY_START) / MINUTE, value]),
    ]),
  );
}

/** Two slots of readings every 15 s from 0:00, looked at when the hour is over. */
async function fineReadings(values: readonly (number | null)[], counters: readonly string[] = []) {
  const services = memoryServices(addMs(DAY_START, MINUTE, 90));
  const columns = { request_rate: values };
  await feed(services, columns, { start: DAY_START, step: FINE, counters });
  return services;
}

const slot = (value: number) => Array.from({ length: PER_SLOT }, () => value);

describe('readings of a fine step', () => {
  it('are kept at the grid by the rule of their metric', async () => {
    // The second slot is 10 in its first half and 20 in its second: 15 on average.
    const services = await fineReadings([...slot(4), ...slot(10).fill(20, PER_SLOT / 2)]);
    await rollUp(services, WEB, DAY_START);
    expect(await keptOf(services)).toEqual({
      request_rate: [
        [0, 4],
        [5, 15],
      ],
    });
  });

  it('of a running total leave the last total of each slot', async () => {
    // 15 more every 15 s: 0, 15 … 285 in the first slot, 300 … 585 in the second.
    const totals = Array.from({ length: 2 * PER_SLOT }, (_, i) => i * 15);
    const services = await fineReadings(totals, ['request_rate']);
    await rollUp(services, WEB, DAY_START);
    expect(await keptOf(services)).toEqual({
      request_rate: [
        [0, 285],
        [5, 585],
      ],
    });
  });

  it('are kept once however often that is done, and again when one comes in late', async () => {
    const services = await fineReadings([...slot(10).slice(1), null, ...slot(1)]);
    await rollUp(services, WEB, DAY_START);
    const before = await keptOf(services);
    services.clock.set(addMs(DAY_START, MINUTE, 100));
    await rollUp(services, WEB, DAY_START);
    expect(await keptOf(services)).toEqual(before);

    // The first slot had 19 readings of 10; the late one is 30: (190 + 30) / 20 = 11.
    await feed(
      services,
      { request_rate: [30] },
      { start: addMs(DAY_START, FINE, PER_SLOT - 1), step: FINE },
    );
    await rollUp(services, WEB, DAY_START);
    expect((await keptOf(services)).request_rate?.[0]).toEqual([0, 11]);
  });

  it('on a grid as fine as themselves are left alone', async () => {
    const services = memoryServices(addMs(DAY_START, MINUTE, 90));
    await services.directory.note(parseWorkloadKey(WEB), {
      source: 'agent',
      step: FINE,
      gridStep: FINE,
      metrics: new Map([
        ['request_rate', { counter: false, firstSeen: DAY_START, lastSeen: DAY_START }],
      ]),
    });
    await feed(services, { request_rate: slot(1) }, { start: DAY_START, step: FINE });
    await rollUp(services, WEB, DAY_START);
    expect(await keptOf(services)).toEqual({});
  });
});
