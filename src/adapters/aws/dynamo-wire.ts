import { marshall, type marshallOptions, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

/** Numbers are doubles on both sides: the default refuses what is over 2^53, or reads a bigint. */
const TO_ATTRIBUTES: marshallOptions = { removeUndefinedValues: true, allowImpreciseNumbers: true };
const FROM_ATTRIBUTES = { wrapNumbers: Number };

/** Members that hold attributes by name; everything else of an input is sent as it is. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'Attributes',
  'ExclusiveStartKey',
  'ExpressionAttributeValues',
  'Item',
  'Key',
  'LastEvaluatedKey',
]);

const RequestItemsSchema = z.record(
  z.string(),
  z.looseObject({ Keys: z.array(z.record(z.string(), z.unknown())) }),
);

/**
 * The input of an operation as DynamoDB's JSON protocol has it.
 *
 * @throws {TypeError} for a value that DynamoDB does not hold, such as NaN, an infinity or a date
 * @example
 * ```ts
 * toWire({ Key: { pk: 'a', at: 1, gone: undefined } }); // => '{"Key":{"pk":{"S":"a"},"at":{"N":"1"}}}'
 * toWire({ Item: { data: Uint8Array.of(255) } }); // => '{"Item":{"data":{"B":"/w=="}}}'
 * ```
 */
export function toWire(input: object): string {
  const typed = mapMembers(input, (name, value) => {
    if (ATTRIBUTES.has(name)) return toAttributes(value);
    return name === 'RequestItems' ? mapKeys(value, toAttributes) : value;
  });
  return JSON.stringify(typed, bytesToBase64);
}

/**
 * The output of an operation with plain values, binary as bytes.
 *
 * @example
 * ```ts
 * fromWire('{"Items":[{"at":{"N":"1.5"},"tags":{"L":[{"S":"x"},{"NULL":true}]}}]}'); // => { Items: [{ at: 1.5, tags: ['x', null] }] }
 * ```
 */
export function fromWire(text: string): Readonly<Record<string, unknown>> {
  const output = OutputSchema.parse(text === '' ? {} : JSON.parse(text, base64ToBytes));
  return mapMembers(output, (name, value) => {
    if (ATTRIBUTES.has(name)) return fromAttributes(value);
    if (name === 'Items') return ItemsSchema.parse(value).map(fromAttributes);
    if (name === 'UnprocessedKeys') return mapKeys(value, fromAttributes);
    if (name !== 'Responses') return value;
    return mapMembers(ResponsesSchema.parse(value), (_, items) => items.map(fromAttributes));
  });
}

const OutputSchema = z.record(z.string(), z.unknown());
const ItemsSchema = z.array(z.unknown());
const ResponsesSchema = z.record(z.string(), ItemsSchema);

function toAttributes(values: unknown): unknown {
  try {
    return marshall(values, TO_ATTRIBUTES);
  } catch (error) {
    // A fault of ours, which must not look like one of the service.
    throw new TypeError('DynamoDB holds no such value', { cause: error });
  }
}

function fromAttributes(item: unknown): unknown {
  return unmarshall(Object(item), FROM_ATTRIBUTES);
}

/** The library leaves the text of binary values to the SDK's protocol, which is not here. */
function bytesToBase64(this: Readonly<Record<string, unknown>>, name: string, value: unknown) {
  // Not `value`, which is what `toJSON` of a buffer says.
  const actual = this[name];
  return actual instanceof Uint8Array ? Buffer.from(actual).toString('base64') : value;
}

/** An attribute may be called B too, but its value is an object. */
function base64ToBytes(name: string, value: unknown): unknown {
  return name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

/** The keys of a batch, by table. */
function mapKeys(tables: unknown, map: (key: unknown) => unknown): unknown {
  return mapMembers(RequestItemsSchema.parse(tables), (_, { Keys, ...rest }) => ({
    ...rest,
    Keys: Keys.map(map),
  }));
}

function mapMembers<T>(
  of: Readonly<Record<string, T>> | object,
  map: (name: string, value: T) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(of)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, map(name, value)]),
  );
}
