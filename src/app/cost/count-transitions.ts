import * as z from 'zod';

/** State transitions of one execution, by what they grow with. */
export interface Transitions {
  readonly run: number;
  readonly batch: number;
  readonly workload: number;
  /** Items that a distributed map hands to one child; 1 where it does not batch them. */
  readonly workloadsPerBatch: number;
}

const StateSchema = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string() })).default([]),
  Branches: z.array(z.unknown()).default([]),
  ItemProcessor: z.unknown().optional(),
  ItemBatcher: z.looseObject({ MaxItemsPerBatch: z.int().positive() }).optional(),
});
const MachineSchema = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), StateSchema),
  ProcessorConfig: z.looseObject({ Mode: z.string() }).optional(),
});

type Counts = Omit<Transitions, 'workloadsPerBatch'>;
type Level = keyof Counts;
const NONE: Counts = { run: 0, batch: 0, workload: 0 };

/**
 * State transitions of an execution in which nothing fails and nothing is waited for: each state that is
 * entered, and the start of each execution, the children of a distributed map among them (AWS bills
 * both). Where a choice has several ways, the one with most states is taken, each state once.
 *
 * @param definition - in Amazon States Language; a map inside a batch runs over workloads
 * @throws {ZodError} when it is no state machine
 */
export function countTransitions(definition: unknown): Transitions {
  const batching = { size: 1 };
  const counts = machineCounts(definition, 'run', batching);
  return { ...counts, run: counts.run + 1, workloadsPerBatch: batching.size };
}

function machineCounts(definition: unknown, level: Level, batching: { size: number }): Counts {
  const { StartAt, States } = MachineSchema.parse(definition);
  const walk = (name: string, seen: ReadonlySet<string>): Counts => {
    const state = States[name];
    if (!state || seen.has(name)) return NONE;
    const next = [state.Next, state.Default, ...state.Choices.map(({ Next }) => Next)];
    const ways = next
      .filter((each) => each !== undefined)
      .map((each) => walk(each, new Set([...seen, name])));
    return sum([one(level), insideOf(state, level, batching), longest(ways)]);
  };
  return walk(StartAt, new Set());
}

function insideOf(
  state: z.infer<typeof StateSchema>,
  level: Level,
  batching: { size: number },
): Counts {
  if (state.Branches.length > 0) {
    return sum(state.Branches.map((branch) => machineCounts(branch, level, batching)));
  }
  if (state.ItemProcessor === undefined) return NONE;
  const { ProcessorConfig } = MachineSchema.parse(state.ItemProcessor);
  if (ProcessorConfig?.Mode !== 'DISTRIBUTED') {
    return machineCounts(state.ItemProcessor, 'workload', batching);
  }
  if (state.ItemBatcher) batching.size = state.ItemBatcher.MaxItemsPerBatch;
  const child = state.ItemBatcher ? 'batch' : 'workload';
  return sum([one(child), machineCounts(state.ItemProcessor, child, batching)]);
}

function one(level: Level): Counts {
  return { ...NONE, [level]: 1 };
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (left, right) => ({
      run: left.run + right.run,
      batch: left.batch + right.batch,
      workload: left.workload + right.workload,
    }),
    NONE,
  );
}

function longest(ways: readonly Counts[]): Counts {
  const size = ({ run, batch, workload }: Counts) => run + batch + workload;
  return ways.reduce((best, way) => (size(way) > size(best) ? way : best), NONE);
}
