import * as z from 'zod';
import {
  type ActuationRun,
  ActuationRunSchema,
  type ActuationSwitch,
  ActuationSwitchSchema,
} from '#contracts/http/actuation.ts';
import type { RaiseMemory } from '#core/actuate/situation.ts';
import { readRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const PARTITION = 'actuation';
const SWITCH = { partition: PARTITION, id: 'switch' };
const LAST_RUN = { partition: PARTITION, id: 'last-run' };

const MemorySchema = z.strictObject({
  original: z.number().int(),
  raised_to: z.array(z.number().int()),
});

const NEVER_CHANGED: ActuationSwitch = {
  stopped: false,
  changed_at: null,
  changed_by: null,
  note: null,
};

/** What the actuation remembers: the switch, what each target had before, and its last run. */
export interface ActuationLog {
  switch(): Promise<ActuationSwitch>;
  setSwitch(next: ActuationSwitch): Promise<void>;
  /** @param target - `scalableTargetKey` */
  memory(target: string): Promise<RaiseMemory | undefined>;
  /** Kept until it is forgotten: it knows what a raised target goes back to. */
  remember(target: string, memory: RaiseMemory): Promise<void>;
  forget(target: string): Promise<void>;
  lastRun(): Promise<ActuationRun | undefined>;
  setLastRun(run: ActuationRun): Promise<void>;
}

/** An actuation log over the catalog. Only one run at a time writes memories. */
export function createActuationLog(catalog: CatalogStore): ActuationLog {
  const keyOf = (target: string) => ({ partition: `${PARTITION}-memory`, id: target });
  return {
    async switch() {
      return (await readRecord(catalog, ActuationSwitchSchema, SWITCH)) ?? NEVER_CHANGED;
    },
    async setSwitch(next) {
      await catalog.put(SWITCH, next);
    },
    async memory(target) {
      const stored = await readRecord(catalog, MemorySchema, keyOf(target));
      return stored && { original: stored.original, raisedTo: stored.raised_to };
    },
    async remember(target, { original, raisedTo }) {
      await catalog.put(keyOf(target), { original, raised_to: [...raisedTo] });
    },
    forget: (target) => catalog.delete(keyOf(target)),
    lastRun: () => readRecord(catalog, ActuationRunSchema, LAST_RUN),
    async setLastRun(run) {
      await catalog.put(LAST_RUN, run);
    },
  };
}
