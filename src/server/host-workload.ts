import { SYSTEM_STEP, systemSource } from '#adapters/sources/system-source.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import type { Services } from '#app/services.ts';
import { MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { every, type Repeated } from './every.ts';

/** This machine, as a workload. */
export const HOST_WORKLOAD = workloadId({ namespace: 'local', deployment: 'host' });

/** Reads this machine on its own grid, and has it scored every minute. */
export function collectHost(options: {
  readonly services: Services;
  readonly dataDir: string;
  readonly queue: WorkQueue;
  readonly onProgress: (message: string) => void;
  readonly onError: (error: unknown) => void;
}): Repeated {
  const { services, dataDir, queue, onProgress, onError } = options;
  const key = workloadKey(HOST_WORKLOAD);
  const plan: CollectPlan = {
    source: systemSource({ clock: services.clock, dataDir }),
    metrics: [],
    gridStep: SYSTEM_STEP,
  };
  let turns = 0;
  const turnsPerScore = MINUTE / SYSTEM_STEP;
  const seconds = SYSTEM_STEP / 1_000;
  return every(
    SYSTEM_STEP,
    async () => {
      const { observations } = await collect(services, key, plan);
      turns++;
      // The first turn has no rates yet: they are differences of two readings.
      if (turns === 2) {
        onProgress(
          `collecting this machine as local/host: ${observations} metrics every ${seconds} s`,
        );
      }
      if (turns % turnsPerScore === 0) await queue.send([{ kind: 'score', workload: key }]);
    },
    onError,
    () => services.clock.now(),
  );
}
