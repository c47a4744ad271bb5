import type { MapState } from './schema.ts';
import { StateError } from './state-error.ts';
import { type ContextObject, evaluateField, labelOf, type Visit } from './visit.ts';

/** How one child execution of a DISTRIBUTED Map ended. */
export type ItemResult = { readonly execution: ContextObject['Execution'] } & (
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: StateError }
);

const STATUSES = ['FAILED', 'PENDING', 'SUCCEEDED'] as const;

/**
 * Writes the results of a DISTRIBUTED Map as Step Functions does: a `manifest.json` and beside it one
 * file of the child executions that succeeded and one of those that failed. Where AWS puts a random id
 * into the keys, here the state's name stands, so that an execution that goes on after a kill writes
 * the same objects again; and nothing is written when the Map itself fails.
 *
 * @throws {StateError} `States.ResultWriterFailed`, `States.QueryEvaluationError`
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export async function writeResults(
  visit: Visit,
  writer: NonNullable<MapState['ResultWriter']>,
  input: unknown,
  results: readonly ItemResult[],
): Promise<unknown> {
  const { Bucket, Prefix } = writer.Arguments;
  const fields = [Bucket, Prefix];
  const place = (await evaluateField(visit, 'ResultWriter', fields, { input })) as unknown[];
  const [bucket, prefix] = place.map(String) as [string, string];
  const label = labelOf(visit);
  const folder = `${prefix}/${label}`;
  const mapRunArn = `${visit.context.Execution.Id}/${label}`;
  const write = async (key: string, content: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    await visit.engine.writeObject(bucket, key, bytes);
    return { Key: key, Size: bytes.length };
  };
  try {
    const files: Record<string, unknown> = {};
    for (const status of STATUSES) {
      const entries = results.filter((each) => each.status === status).map(entryOf);
      const key = `${folder}/${status}_0.json`;
      files[status] = entries.length === 0 ? [] : [await write(key, entries)];
    }
    const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files };
    const { Key } = await write(`${folder}/manifest.json`, manifest);
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StateError('States.ResultWriterFailed', `${label} writes ${folder}: ${why}`);
  }
}

/** As AWS lists an execution, without its dates; input and output are JSON texts. */
function entryOf(result: ItemResult): Readonly<Record<string, unknown>> {
  const { Id: id, Name: name, Input: input } = result.execution;
  const head = {
    ExecutionArn: id,
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: name,
    Status: result.status,
  };
  return result.status === 'SUCCEEDED'
    ? { ...head, Output: JSON.stringify(result.output), OutputDetails: { Included: true } }
    : { ...head, Error: result.error.name, Cause: result.error.cause };
}
