import { addMs, HOUR } from '#core/time.ts';
import { copyStores, type ReadableStores, readableStores } from './copy-stores.ts';
import { dailyShape, feed } from './feed.ts';
import { at, type MemoryServices, memoryServices } from './memory-services.ts';
import { runPipeline } from './run-pipeline.ts';

/** When the history of `shop/web` begins. */
export const START = at('2026-03-02T00:00:00Z');

/** Its hourly cpu: only looking back a day foresees it, so a model with a season beats naive by far. */
export const SHAPE: readonly number[] = dailyShape(96);

/** Hours after which it is trained first, and hours that are stored. */
export const TRAINED_HOURS = 60;
export const STORED_HOURS = 72;

export const WEB = 'default#shop#web#*';
export const CPU = { workload: WEB, metric: 'cpu_utilization' } as const;

let trained: Promise<ReadableStores> | undefined;

/**
 * A copy of what a first training at hour 60 left, with the twelve hours that follow stored already.
 * A file of tests trains once.
 *
 * @param hour - hours after the start at which the clock stands
 */
export async function afterFirstTraining(hour = TRAINED_HOURS): Promise<MemoryServices> {
  trained ??= train();
  return memoryServices(addMs(START, HOUR, hour), await copyStores(await trained));
}

async function train(): Promise<ReadableStores> {
  const stores = readableStores();
  const services = memoryServices(addMs(START, HOUR, STORED_HOURS), stores);
  await feed(services, { cpu: SHAPE.slice(0, STORED_HOURS) }, { start: START });
  services.clock.set(addMs(START, HOUR, TRAINED_HOURS));
  const result = await runPipeline(services);
  if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  return stores;
}
