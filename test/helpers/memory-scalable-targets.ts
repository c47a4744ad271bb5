import type { ScalableTargetId, ScalableTargets } from '#app/ports/scalable-targets.ts';
import type { CapacityBounds, ScheduledChange } from '#core/actuate/situation.ts';
import type { EpochMs } from '#core/time.ts';

/** One registered target as the service has it. */
interface Registered {
  bounds: CapacityBounds;
  readonly actions: Map<string, ScheduledChange>;
}

/** Scalable targets in memory whose scheduled actions run when the time is moved past them. */
export interface MemoryScalableTargets extends ScalableTargets {
  register(resourceId: string, bounds: CapacityBounds): void;
  boundsOf(resourceId: string): CapacityBounds | undefined;
  actionsOf(resourceId: string): ReadonlyMap<string, ScheduledChange>;
  /** Runs what is due by then, in the order of its times; one-time actions are gone afterwards. */
  advanceTo(now: EpochMs): void;
  /** Everything that was written, in its order. */
  readonly writes: readonly string[];
  /** The next write after so many fails, and all after it. */
  failAfter(writes: number): void;
}

export function memoryScalableTargets(): MemoryScalableTargets {
  const registered = new Map<string, Registered>();
  const writes: string[] = [];
  let left = Infinity;
  const write = (what: string): void => {
    if (left-- <= 0) throw new Error(`the process ended before ${what}`);
    writes.push(what);
  };
  const found = ({ resource_id }: ScalableTargetId) => registered.get(resource_id);
  return {
    writes,
    failAfter: (count) => {
      left = count;
    },
    register: (id, bounds) => void registered.set(id, { bounds, actions: new Map() }),
    boundsOf: (id) => registered.get(id)?.bounds,
    actionsOf: (id) => registered.get(id)?.actions ?? new Map(),
    bounds: async (target) => found(target)?.bounds,
    actions: async (target, names) => {
      const actions = [...(found(target)?.actions ?? [])];
      return new Map(actions.filter(([name]) => names.includes(name)));
    },
    async put(target, { name, at, minimum }) {
      write(`put ${name} ${minimum}`);
      found(target)?.actions.set(name, { at, minimum });
    },
    async delete(target, name) {
      write(`delete ${name}`);
      found(target)?.actions.delete(name);
    },
    advanceTo(now) {
      for (const target of registered.values()) {
        const due = [...target.actions]
          .filter(([, { at }]) => at !== undefined && at <= now)
          .sort(([, a], [, b]) => (a.at ?? 0) - (b.at ?? 0));
        for (const [name, { minimum }] of due) {
          target.actions.delete(name);
          if (minimum !== undefined) target.bounds = { ...target.bounds, minimum };
        }
      }
    },
  };
}
