import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { type WorkloadItem, WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { addMs, HOUR } from '#core/time.ts';
import { copyStores, type ReadableStores, readableStores } from './copy-stores.ts';
import { dailyShape, feed } from './feed.ts';
import { at, type MemoryServices, memoryServices } from './memory-services.ts';
import { runPipeline, taskHandlers } from './run-pipeline.ts';

/** When the history of `shop/web` begins. */
export const START = at('2026-03-02T00:00:00Z');

/** Its hourly cpu: only looking back a day foresees it, so a model with a season beats naive by far. */
export const SHAPE: readonly number[] = dailyShape(96);

/** Hours after which it is trained first, and hours that are stored. */
export const TRAINED_HOURS = 60;
export const STORED_HOURS = 72;

export const WEB = 'default#shop#web#*';
export const CPU = { workload: WEB, metric: 'cpu_utilization' } as const;

interface FirstTraining {
  readonly stores: ReadableStores;
  /** What `register` was given: references to the outputs of all stages before it. */
  readonly item: WorkloadItem;
}

let trained: Promise<FirstTraining> | undefined;

/**
 * A copy of what a first training at hour 60 left, with the twelve hours that follow stored already.
 * A file of tests trains once.
 *
 * @param hour - hours after the start at which the clock stands
 */
export async function afterFirstTraining(hour = TRAINED_HOURS): Promise<MemoryServices> {
  trained ??= train();
  return observed(await copyStores((await trained).stores), hour);
}

/** A copy of the catalog and the objects alone, with the names of its partitions. */
export async function storesOfFirstTraining(): Promise<ReadableStores> {
  trained ??= train();
  return copyStores((await trained).stores);
}

/** The payload that `register` had in the first training. */
export async function itemOfFirstTraining(): Promise<WorkloadItem> {
  trained ??= train();
  return (await trained).item;
}

/** Services over these stores, with observations of their own. */
async function observed(stores: ReadableStores, hour: number): Promise<MemoryServices> {
  const observations = createMemoryObservationStore();
  const end = addMs(START, HOUR, STORED_HOURS);
  const services = memoryServices(end, { ...stores, observations });
  await feed(services, { cpu: SHAPE.slice(0, STORED_HOURS) }, { start: START });
  services.clock.set(addMs(START, HOUR, hour));
  return services;
}

async function train(): Promise<FirstTraining> {
  const stores = readableStores();
  const services = await observed(stores, TRAINED_HOURS);
  let item: WorkloadItem | undefined;
  const { register } = taskHandlers(services);
  const result = await runPipeline(services, {
    handlers: {
      register: (payload, options) => {
        item = WorkloadItemSchema.parse(payload);
        return register(payload, options);
      },
    },
  });
  if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  if (!item) throw new Error('the first training did not come to register');
  return { stores, item };
}
