import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { TimeRange } from '#app/ports/observation-store.ts';
import { DomainError } from '#core/errors.ts';

/** GetMetricData takes no more queries in one call. */
const QUERIES_PER_CALL = 500;

/** A page holds 100,800 values, so this is beyond any range; it ends a service that never does. */
const PAGES_PER_BATCH = 200;

/** What the codes of a throttled call are, in CloudWatch's two protocols. */
const THROTTLING = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'LimitExceededException',
]);

/** What all pages together gave for one query. */
export interface QueryAnswer {
  /** By the start of the period in epoch milliseconds. */
  readonly values: ReadonlyMap<number, number>;
  /** Why values are missing, or undefined when the answer is complete. */
  readonly problem: string | undefined;
}

/**
 * Asks all queries over the range, page by page and at most 500 a call, and puts together what
 * belongs together. A query that ends without `Complete` keeps the values it got and says so.
 *
 * @returns by query id; a query that CloudWatch did not mention is absent
 * @throws {DomainError} `THROTTLED` when the client's own retries were not enough,
 *   `SOURCE_UNAVAILABLE` for every other failure
 */
export async function readAllPages(
  client: CloudWatchClient,
  queries: readonly MetricDataQuery[],
  range: TimeRange,
): Promise<ReadonlyMap<string, QueryAnswer>> {
  const answers = new Map<string, Answer>();
  for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
    const batch = queries.slice(from, from + QUERIES_PER_CALL);
    let token: string | undefined;
    let pages = 0;
    do {
      const page = await send(client, batch, range, token);
      for (const result of page.MetricDataResults ?? []) addResult(answers, result);
      token = page.NextToken;
      pages++;
    } while (token !== undefined && pages < PAGES_PER_BATCH);
    if (token !== undefined) {
      throw new DomainError(
        'SOURCE_UNAVAILABLE',
        `cloudwatch gave more than ${PAGES_PER_BATCH} pages`,
        { pages },
      );
    }
  }
  return answers;
}

interface Answer {
  readonly values: Map<number, number>;
  problem: string | undefined;
}

async function send(
  client: CloudWatchClient,
  batch: readonly MetricDataQuery[],
  range: TimeRange,
  token: string | undefined,
): Promise<GetMetricDataOutput> {
  const command = new GetMetricDataCommand({
    MetricDataQueries: [...batch],
    StartTime: new Date(range.from),
    EndTime: new Date(range.to),
    ScanBy: 'TimestampAscending',
    ...(token === undefined ? {} : { NextToken: token }),
  });
  try {
    return await client.send(command);
  } catch (cause) {
    throw sourceError(cause);
  }
}

/** Pages may repeat a time; the later page knows better. */
function addResult(answers: Map<string, Answer>, result: MetricDataResult): void {
  const { Id: id, Timestamps: times = [], Values: values = [], StatusCode: status } = result;
  if (id === undefined) return;
  const answer = answers.get(id) ?? { values: new Map<number, number>(), problem: undefined };
  answers.set(id, answer);
  for (const [i, time] of times.entries()) {
    const value = values[i];
    if (value !== undefined && Number.isFinite(value)) answer.values.set(time.getTime(), value);
  }
  // The status is of this page: PartialData now and Complete on the next one is all there is.
  const messages = (result.Messages ?? []).map(({ Code, Value }) => `${Code}: ${Value}`);
  answer.problem =
    status === undefined || status === 'Complete'
      ? undefined
      : [`cloudwatch answered ${status}`, ...messages].join('; ');
}

function sourceError(cause: unknown): DomainError {
  const name = cause instanceof Error ? cause.name : 'unknown';
  if (THROTTLING.has(name)) {
    return new DomainError('THROTTLED', 'cloudwatch throttles GetMetricData', { name }, cause);
  }
  return new DomainError(
    'SOURCE_UNAVAILABLE',
    `cloudwatch did not answer GetMetricData: ${name}`,
    { name },
    cause,
  );
}
