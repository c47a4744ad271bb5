import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import { seededRandom } from '#core/math/random.ts';
import { addMs, DAY, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

const STEP = durationMs(5 * MINUTE);
const START = epochMs(Date.UTC(2026, 2, 2));
const SHOP = workloadId({ deployment: 'checkout-service', namespace: 'production' });
const METRICS = [
  'memory_bytes',
  'cpu_utilization',
  'memory_utilization',
  'request_rate',
  'db_cpu',
  'db_memory',
  'db_connections',
];

/**
 * Bytes of an hour of observations and of a day of hourly summaries, as the store writes them: values
 * of seven digits, read from CloudWatch a few minutes after their time. DynamoDB counts names and
 * values, and 100 bytes more for each item it keeps.
 */
export async function measuredItems(
  metricCount: number,
): Promise<{ readonly raw: number; readonly hourly: number }> {
  const written: Record<string, unknown>[] = [];
  const store = createDynamoObservationStore({
    client: {
      async send(operation, input) {
        if (operation === 'PutItem') written.push(Object(input).Item);
        return (operation === 'BatchGetItem' ? { Responses: {} } : {}) as never;
      },
    },
    table: 'observations',
  });
  const random = seededRandom(7);
  const metrics = METRICS.slice(0, metricCount);
  const observations = metrics.flatMap((metric) =>
    Array.from({ length: 12 }, (_, slot) => {
      const at = addMs(START, STEP, slot);
      return { metric, at, value: random(), source: 'cloudwatch', asOf: addMs(at, MINUTE, 15) };
    }),
  );
  await store.merge(SHOP, STEP, observations, addMs(START, HOUR, 1));
  const hours = metrics.flatMap((metric) =>
    Array.from({ length: 24 }, (_, hour) => ({
      metric,
      hour: addMs(START, HOUR, hour),
      count: 12,
      sum: random() * 12,
      minimum: random(),
      maximum: random(),
    })),
  );
  await store.putHours(
    SHOP,
    epochMs(START + DAY),
    hours.map((each) => ({ ...each, hour: addMs(each.hour, DAY, 1) })),
  );
  const [raw, hourly] = written.map((item) => itemBytes(item) + 100);
  return { raw: raw ?? 0, hourly: hourly ?? 0 };
}

function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + bytesOf(value), 0);
}

/** Numbers take a byte for two digits, and one more. */
function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  return Buffer.byteLength(String(value));
}
