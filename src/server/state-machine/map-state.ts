import { runConcurrently } from './concurrency.ts';
import { copyPayload } from './json.ts';
import { type ItemResult, writeResults } from './result-writer.ts';
import type { Flow, MapState } from './schema.ts';
import { StateError } from './state-error.ts';
import {
  type ContextObject,
  countEvents,
  evaluateField,
  evaluateNumber,
  labelOf,
  type Visit,
} from './visit.ts';

/** Runs the states of one level to their end. Handed in, because levels hold maps and maps levels. */
export type RunFlow = (flow: Flow, input: unknown, visit: Visit) => Promise<unknown>;

const MAX_COUNT = 2_147_483_647;

/** One run of the processor: the items it got, and its input. */
interface Unit {
  readonly first: number;
  readonly items: readonly unknown[];
}

/**
 * Runs a Map state and answers the outputs in the order of the items. In DISTRIBUTED mode each run is
 * an execution of its own: it sees no variable of its parent, has its own context and history, and
 * may fail within the tolerance, which leaves its output out. With a `ResultWriter` the answer is where
 * the results were written.
 *
 * @throws {StateError} an item's own error (INLINE), `States.ExceedToleratedFailureThreshold`
 * (DISTRIBUTED), `States.ItemReaderFailed`, `States.ResultWriterFailed`, `States.QueryEvaluationError`, `States.DataLimitExceeded`
 */
export async function runMap(
  visit: Visit,
  state: MapState,
  input: unknown,
  runFlow: RunFlow,
): Promise<unknown> {
  const items = await readItems(visit, state, input);
  const units = await batches(visit, state, input, items);
  const tolerance = await readTolerance(visit, state, input, items.length);
  const wanted = await evaluateNumber(visit, 'MaxConcurrency', state.MaxConcurrency, input, {
    min: 0,
    max: MAX_COUNT,
    integer: true,
  });
  const { maxConcurrency, emit } = visit.engine;
  const isDistributed = state.ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED';
  const results: ItemResult[] = [];
  let finished = 0;
  let failed = 0;
  emit({ type: 'map-started', path: visit.path, items: items.length });

  const runUnit = async (unit: Unit, index: number, signal: AbortSignal) => {
    const itemInput = await inputOf(visit, state, input, unit);
    const report = (status: 'SUCCEEDED' | 'FAILED') => {
      finished += unit.items.length;
      if (status === 'FAILED') failed += unit.items.length;
      emit({
        type: 'item-finished',
        path: visit.path,
        index,
        status,
        finished,
        failed,
        items: items.length,
      });
    };
    const inner = isDistributed
      ? childExecution(visit, index, itemInput, signal)
      : iteration(visit, index, unit.items[0], signal);
    try {
      const output = await runFlow(state.ItemProcessor, itemInput, inner);
      results[index] = { status: 'SUCCEEDED', execution: inner.context.Execution, output };
      report('SUCCEEDED');
    } catch (error) {
      if (signal.aborted || !(error instanceof StateError)) throw error;
      results[index] = { status: 'FAILED', execution: inner.context.Execution, error };
      report('FAILED');
      if (!isDistributed) throw error;
      if (tolerance(failed)) return;
      throw new StateError(
        'States.ExceedToleratedFailureThreshold',
        `${failed} of ${items.length} items failed, more than tolerated; the last one: ${error.message}`,
      );
    }
  };

  await runConcurrently(
    {
      count: units.length,
      limit: wanted === 0 ? maxConcurrency : Math.min(wanted, maxConcurrency),
      parent: visit.signal,
    },
    async (index, signal) => {
      const unit = units[index];
      if (unit !== undefined) await runUnit(unit, index, signal);
    },
  );
  if (state.ResultWriter !== undefined) {
    return writeResults(visit, state.ResultWriter, input, results);
  }
  const values = results.flatMap((each) => (each.status === 'SUCCEEDED' ? [each.output] : []));
  return copyPayload(values, `the result of ${labelOf(visit)}`);
}

async function readItems(visit: Visit, state: MapState, input: unknown): Promise<unknown[]> {
  if (state.ItemReader !== undefined) return readObjectItems(visit, state.ItemReader, input);
  const items =
    state.Items === undefined ? input : await evaluateField(visit, 'Items', state.Items, { input });
  if (Array.isArray(items)) return items;
  throw new StateError(
    'States.QueryEvaluationError',
    `Items of ${labelOf(visit)} must be an array, got ${items === null ? 'null' : typeof items}`,
  );
}

async function readObjectItems(
  visit: Visit,
  reader: NonNullable<MapState['ItemReader']>,
  input: unknown,
): Promise<unknown[]> {
  const { Bucket: bucket, Key: key } = reader.Arguments;
  const place = await evaluateField(visit, 'ItemReader', [bucket, key], { input });
  const fail = (why: string) =>
    new StateError('States.ItemReaderFailed', `${labelOf(visit)} reads ${place}: ${why}`);
  let items: unknown;
  try {
    const [bucketName, objectKey] = place as unknown[];
    const bytes = await visit.engine.readObject(String(bucketName), String(objectKey));
    if (bytes === undefined) throw new Error('there is no such object');
    items = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  if (!Array.isArray(items)) throw fail('it is not a JSON array');
  return items;
}

async function batches(
  visit: Visit,
  state: MapState,
  input: unknown,
  items: readonly unknown[],
): Promise<readonly Unit[]> {
  const size =
    state.ItemBatcher === undefined
      ? 1
      : await evaluateNumber(visit, 'ItemBatcher', state.ItemBatcher.MaxItemsPerBatch, input, {
          min: 1,
          max: MAX_COUNT,
          integer: true,
        });
  const units: Unit[] = [];
  for (let first = 0; first < items.length; first += size) {
    units.push({ first, items: items.slice(first, first + size) });
  }
  return units;
}

async function inputOf(
  visit: Visit,
  state: MapState,
  input: unknown,
  unit: Unit,
): Promise<unknown> {
  const selected: unknown[] = [];
  for (const [offset, item] of unit.items.entries()) {
    const at = { ...visit, context: withItem(visit.context, unit.first + offset, item) };
    selected.push(
      state.ItemSelector === undefined
        ? item
        : await evaluateField(at, 'ItemSelector', state.ItemSelector, { input }),
    );
  }
  const what = `the input of an item of ${labelOf(visit)}`;
  if (state.ItemBatcher === undefined) return copyPayload(selected[0], what);
  const { BatchInput: batchInput } = state.ItemBatcher;
  const shared =
    batchInput === undefined
      ? {}
      : { BatchInput: await evaluateField(visit, 'BatchInput', batchInput, { input }) };
  return copyPayload({ ...shared, Items: selected }, what);
}

async function readTolerance(
  visit: Visit,
  state: MapState,
  input: unknown,
  total: number,
): Promise<(failed: number) => boolean> {
  const count =
    state.ToleratedFailureCount === undefined
      ? undefined
      : await evaluateNumber(visit, 'ToleratedFailureCount', state.ToleratedFailureCount, input, {
          min: 0,
          max: MAX_COUNT,
          integer: true,
        });
  const percentage =
    state.ToleratedFailurePercentage === undefined
      ? undefined
      : await evaluateNumber(
          visit,
          'ToleratedFailurePercentage',
          state.ToleratedFailurePercentage,
          input,
          { min: 0, max: 100, integer: false },
        );
  if (count === undefined && percentage === undefined) return (failed) => failed === 0;
  return (failed) =>
    (count === undefined || failed <= count) &&
    (percentage === undefined || failed * 100 <= percentage * total);
}

function iteration(visit: Visit, index: number, item: unknown, signal: AbortSignal): Visit {
  // MapIterationStarted and MapIterationSucceeded or -Failed.
  countEvents(visit.history, 2);
  return {
    ...visit,
    path: [...visit.path, String(index)],
    context: withItem(visit.context, index, item),
    signal,
  };
}

function childExecution(visit: Visit, index: number, input: unknown, signal: AbortSignal): Visit {
  const { Id: id, Name: name, StartTime: startTime } = visit.context.Execution;
  const suffix = `${visit.path.join('/')}:${index}`;
  return {
    ...visit,
    path: [...visit.path, String(index)],
    context: {
      Execution: {
        Id: `${id}/${suffix}`,
        Input: input,
        Name: `${name}/${suffix}`,
        StartTime: startTime,
      },
    },
    variables: {},
    signal,
    history: { events: 0 },
  };
}

function withItem(context: ContextObject, index: number, value: unknown): ContextObject {
  return { ...context, Map: { Item: { Index: index, Value: value } } };
}
