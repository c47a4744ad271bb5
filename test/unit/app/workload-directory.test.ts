import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import {
  createWorkloadDirectory,
  requireWorkload,
  type Sighting,
  seenMetrics,
} from '#app/workload-directory.ts';
import { type DurationMs, durationMs, epochMs, HOUR, MINUTE, SECOND } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';

const ID = workloadId({ deployment: 'web' });

function directory() {
  return createWorkloadDirectory(createMemoryCatalogStore());
}

/** One metric seen from `first` to `last`, in seconds after the epoch. */
function sighting(
  metric: string,
  first: number,
  last = first,
  more: Partial<Sighting> & { readonly counter?: boolean } = {},
): Sighting {
  const { counter = false, ...rest } = more;
  const seen = { counter, firstSeen: epochMs(first * 1_000), lastSeen: epochMs(last * 1_000) };
  return {
    source: 'agent',
    step: durationMs(15 * SECOND),
    metrics: new Map([[metric, seen]]),
    ...rest,
  };
}

describe('a workload', () => {
  it('is unknown until something was delivered', async () => {
    const known = directory();
    await known.note(ID, { ...sighting('cpu', 0), metrics: new Map() });
    expect(await known.get(ID)).toBeUndefined();
    expect(await known.list()).toEqual([]);
  });

  it('spans its oldest and newest observation, whatever the order', async () => {
    const known = directory();
    await known.note(ID, sighting('cpu', 600, 900));
    await known.note(ID, sighting('memory', 60, 120));
    const workload = await known.get(ID);
    expect([workload?.firstSeen, workload?.lastSeen]).toEqual([60_000, 900_000]);
    // A metric of its own time: memory was last seen at 120 s although cpu came later.
    expect([...(workload?.metrics ?? [])]).toEqual([
      ['cpu', { counter: false, lastSeen: 900_000 }],
      ['memory', { counter: false, lastSeen: 120_000 }],
    ]);
  });

  it.each<[string, DurationMs, DurationMs | undefined, number]>([
    ['five minutes for an agent', durationMs(15 * SECOND), undefined, 300_000],
    ['five minutes for a source of exactly that', durationMs(5 * MINUTE), undefined, 300_000],
    ['the step of a coarser source', HOUR, undefined, 3_600_000],
    ['what its plan says', durationMs(5 * SECOND), durationMs(5 * SECOND), 5_000],
  ])('has a grid of %s', async (_, step, gridStep, expected) => {
    const known = directory();
    const grid = gridStep === undefined ? {} : { gridStep };
    await known.note(ID, sighting('cpu', 0, 0, { step, ...grid }));
    expect((await known.get(ID))?.gridStep).toBe(expected);
  });

  it('keeps the grid and the label that it was introduced with', async () => {
    const known = directory();
    await known.note(ID, sighting('cpu', 0, 0, { simulated: true }));
    await known.note(ID, sighting('cpu', 99, 99, { step: HOUR, gridStep: HOUR, simulated: false }));
    expect(await known.get(ID)).toMatchObject({ simulated: true, gridStep: 300_000 });
  });

  it('has one entry a source and step, because each step is read', async () => {
    const known = directory();
    await known.note(ID, sighting('cpu', 0));
    await known.note(ID, sighting('cpu', 1, 1, { step: HOUR }));
    await known.note(ID, sighting('cpu', 2, 2, { source: 'cloudwatch' }));
    const steps = [...((await known.get(ID))?.sources ?? [])].map(([key, { step }]) => [key, step]);
    expect(steps).toEqual([
      ['agent/15000', 15_000],
      ['agent/3600000', 3_600_000],
      ['cloudwatch/15000', 15_000],
    ]);
  });

  it('has a counter once any delivery said so', async () => {
    const known = directory();
    await known.note(ID, sighting('requests', 0, 0, { counter: true }));
    await known.note(ID, sighting('requests', 99));
    expect((await known.get(ID))?.metrics.get('requests')?.counter).toBe(true);
  });

  it('with a metric of any allowed name is like any other', async () => {
    const known = directory();
    await known.note(ID, sighting('constructor', 7));
    expect([...((await known.get(ID))?.metrics ?? [])]).toEqual([
      ['constructor', { counter: false, lastSeen: 7_000 }],
    ]);
  });
});

describe('a known source that goes on delivering', () => {
  it('is written down every 30 seconds, not each time', async () => {
    const known = directory();
    await known.note(ID, sighting('cpu', 0));
    await known.note(ID, sighting('cpu', 29));
    expect((await known.get(ID))?.lastSeen).toBe(0);
    await known.note(ID, sighting('cpu', 30));
    expect((await known.get(ID))?.lastSeen).toBe(30_000);
  });

  it('does not let the metrics fall behind that arrive just after others', async () => {
    const known = directory();
    await known.note(ID, sighting('cpu', 0));
    await known.note(ID, sighting('memory', 5));
    for (let minute = 1; minute <= 10; minute++) {
      await known.note(ID, sighting('cpu', minute * 60));
      await known.note(ID, sighting('memory', minute * 60 + 5));
    }
    expect((await known.get(ID))?.metrics.get('memory')?.lastSeen).toBe(605_000);
  });

  it('ends in the same record in any order, but for less than 30 seconds', async () => {
    const deliveries = fc.array(
      fc.record({
        metric: fc.constantFrom('cpu', 'memory', 'requests'),
        first: fc.nat(600),
        length: fc.nat(100),
        counter: fc.boolean(),
        source: fc.constantFrom('agent', 'cloudwatch'),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(deliveries, fc.infiniteStream(fc.nat()), async (all, order) => {
        const shuffled = all
          .map((delivery) => ({ delivery, rank: order.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ delivery }) => delivery);
        const [one, other] = [directory(), directory()];
        for (const [known, list] of [
          [one, all],
          [other, shuffled],
        ] as const) {
          for (const { metric, first, length, ...more } of list) {
            await known.note(ID, sighting(metric, first, first + length, more));
          }
        }
        const [a, b] = [await one.get(ID), await other.get(ID)];
        if (!a || !b) throw new Error('not noted');
        expect(b.firstSeen).toBe(a.firstSeen);
        expect([...b.sources.keys()].sort()).toEqual([...a.sources.keys()].sort());
        expect(Math.abs(b.lastSeen - a.lastSeen)).toBeLessThan(30_000);
        expect([...b.metrics.keys()]).toEqual([...a.metrics.keys()]);
        for (const [name, metric] of a.metrics) {
          expect(b.metrics.get(name)?.counter).toBe(metric.counter);
          const lag = (b.metrics.get(name)?.lastSeen ?? 0) - metric.lastSeen;
          expect(Math.abs(lag)).toBeLessThan(30_000);
        }
      }),
      { numRuns: 60 },
    );
  });
});

it('refuses an unknown workload with the names of the known ones', async () => {
  const known = directory();
  await known.note(ID, sighting('cpu', 0));
  const asked = requireWorkload(known, workloadId({ deployment: 'wbe' }));
  await expect(asked).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { workload: 'default#default#wbe#*', known: ['default#default#web#*'] },
  });
  expect(await rejectionOf(requireWorkload(known, ID))).toBeUndefined();
});

it('sums up a delivery by metric', () => {
  const seen = seenMetrics([
    { metric: 'cpu', at: epochMs(20) },
    { metric: 'requests', at: epochMs(5), counter: true },
    { metric: 'cpu', at: epochMs(10) },
    { metric: 'requests', at: epochMs(30) },
  ]);
  expect([...seen]).toEqual([
    ['cpu', { counter: false, firstSeen: 10, lastSeen: 20 }],
    ['requests', { counter: true, firstSeen: 5, lastSeen: 30 }],
  ]);
});
