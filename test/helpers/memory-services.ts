import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { createServices, type Services, type Stores } from '#app/services.ts';
import type { DetectorDeps } from '#app/training/fit-detectors.ts';
import type { RecurrentDeps } from '#app/training/fit-recurrent.ts';
import type { StatisticalDeps } from '#app/training/fit-statistical.ts';
import type { TrainingSettings } from '#app/training/stage-deps.ts';
import type { PoolDeps } from '#app/training/train-pools.ts';
import { type Clock, type EpochMs, epochMs } from '#core/time.ts';

import { TEST_ENGINES } from './engines.ts';

/** A clock that stands still until it is set. */
export interface SettableClock extends Clock {
  set(at: EpochMs): void;
}

/** Everything that use cases and task handlers need, over stores in memory. */
export type MemoryServices = Services &
  StatisticalDeps &
  PoolDeps &
  RecurrentDeps &
  DetectorDeps & { readonly clock: SettableClock };

/** A moment as tests write it: `at('2026-03-02T10:00:00Z')`. */
export function at(iso: string): EpochMs {
  return epochMs(Date.parse(iso));
}

export function settableClock(now: EpochMs): SettableClock {
  let current = now;
  return {
    now: () => current,
    set: (next) => {
      current = next;
    },
  };
}

/** Fresh stores in memory. */
export function memoryStores(): Stores {
  const objects = createMemoryObjectStore();
  return {
    observations: createMemoryObservationStore(),
    catalog: createMemoryCatalogStore(),
    objects,
    artifacts: createArtifactStore(objects),
  };
}

/**
 * Services over memory stores.
 *
 * @param stores - share one set between two services, or wrap them to make them fail
 */
export function memoryServices(
  now: EpochMs,
  stores: Stores = memoryStores(),
  settings: Partial<TrainingSettings> = {},
): MemoryServices {
  const clock = settableClock(now);
  return {
    ...createServices(stores, clock),
    ...TEST_ENGINES,
    clock,
    settings: {
      windowDays: 28,
      minimumImprovement: 0.05,
      recurrentNightly: false,
      codeVersion: 'test',
      ...settings,
    },
  };
}
