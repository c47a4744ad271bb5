import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ingest } from '#app/ingest/ingest.ts';
import { IngestRequestSchema } from '#contracts/http/ingest.ts';
import { addMs, DAY, durationMs, MINUTE, SECOND, toIso } from '#core/time.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-02T10:00:00Z');
const STEP_SECONDS = 15;

/** One sample as it arrived, at a time of its own. A few minutes, so that slots are hit often. */
const deliveries = fc.array(
  fc.record({
    arrival: fc.nat(4),
    sample: fc.record({
      name: fc.constantFrom('cpu', 'cpu_utilization', 'requests', 'Bad Name'),
      value: fc.oneof(fc.constantFrom(0, -0, 0.1, 1, null), fc.double({ noNaN: true })),
      type: fc.constantFrom('gauge', 'counter'),
      source: fc.constantFrom('agent', 'exporter'),
      timestamp: fc
        .nat(60)
        .map((seconds) => toIso(addMs(NOW, durationMs((seconds - 120) * SECOND)))),
      labels: fc.record(
        { deployment: fc.constantFrom('web', 'api'), pod: fc.constantFrom('p1', 'p2') },
        { requiredKeys: [] },
      ),
    }),
  }),
  { minLength: 1, maxLength: 25 },
);

type Delivery = typeof deliveries extends fc.Arbitrary<readonly (infer D)[]> ? D : never;

/** Sends deliveries in this order, those next to each other with one arrival time as one batch. */
async function sendAll(
  all: readonly Delivery[],
  isCut: (index: number) => boolean,
): Promise<MemoryServices> {
  const services = memoryServices(NOW);
  let batch: Delivery[] = [];
  const flush = async () => {
    const [first] = batch;
    if (!first) return;
    services.clock.set(addMs(NOW, MINUTE, first.arrival));
    const metrics = batch.map(({ sample }) => sample);
    await ingest(services, IngestRequestSchema.parse({ step_seconds: STEP_SECONDS, metrics }));
    batch = [];
  };
  for (const [index, delivery] of all.entries()) {
    if (isCut(index) || batch[0]?.arrival !== delivery.arrival) await flush();
    batch.push(delivery);
  }
  await flush();
  return services;
}

/** All raw slots of all workloads, with values, as-of and first-seen times. */
async function rawContents(services: MemoryServices): Promise<unknown> {
  const workloads = await services.directory.list();
  const range = { from: addMs(NOW, DAY, -1), to: addMs(NOW, DAY) };
  const step = durationMs(STEP_SECONDS * SECOND);
  return Promise.all(
    workloads.map(async ({ id, key, firstSeen, metrics }) => ({
      key,
      firstSeen,
      metrics: [...metrics].map(([name, { counter }]) => [name, counter]),
      columns: await services.observations.read(id, step, range),
    })),
  );
}

it('any order, any batches and any repeats of the same deliveries leave the same store', async () => {
  await fc.assert(
    fc.asyncProperty(
      deliveries,
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.infiniteStream(fc.nat()),
      async (all, repeated, numbers) => {
        const again = repeated.flatMap((index) => all[index % all.length] ?? []);
        const shuffled = [...all, ...again]
          .map((delivery) => ({ delivery, rank: numbers.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ delivery }) => delivery);
        const plain = await sendAll(all, () => false);
        const odd = await sendAll(shuffled, () => numbers.next().value % 3 === 0);
        expect(await rawContents(odd)).toEqual(await rawContents(plain));
      },
    ),
    { numRuns: 150 },
  );
});
