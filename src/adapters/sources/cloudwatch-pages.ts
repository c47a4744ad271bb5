import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { MetricsAllowance } from '#app/ports/metrics-allowance.ts';
import type { TimeRange } from '#app/ports/observation-store.ts';
import { DomainError } from '#core/errors.ts';
import { THROTTLING_NAMES } from '../aws/aws-errors.ts';
import type { Backoff } from '../backoff.ts';

/** A page holds 100,800 values, so this is beyond any range; it ends a service that never does. */
const PAGES_PER_CALL = 200;

/** Tries of one page, the first included. */
export const MAX_ATTEMPTS = 5;
const BASE_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** What all pages together gave for one query. */
export interface QueryAnswer {
  /** By the start of the period in epoch milliseconds. */
  readonly values: ReadonlyMap<number, number>;
  /** Why values are missing, or undefined when the answer is complete. */
  readonly problem: string | undefined;
}

/** What calls are made with. The client's own retries are off: each try is counted here. */
export interface CallDeps {
  readonly client: CloudWatchClient;
  readonly allowance: MetricsAllowance;
  readonly backoff: Backoff;
}

/** One call: its queries, and how many metrics it is billed as. */
export interface MetricCall {
  readonly queries: readonly MetricDataQuery[];
  readonly billed: number;
  readonly range: TimeRange;
}

/**
 * Makes one call, page by page, and puts together what belongs together. A query that ends without
 * `Complete` keeps the values it got and says so.
 *
 * Every page and every try is taken from the allowance before it is sent; only a try that CloudWatch
 * refused to do (throttled, not allowed) is given back. So what is counted is what may have been billed.
 *
 * @param call.queries - 500 at most
 * @returns by query id; a query that CloudWatch did not mention is absent. `refused` when the budget
 *   does not hold the call, or a later page of it
 * @throws {DomainError} `THROTTLED` when no try was answered for lack of capacity,
 *   `SOURCE_UNAVAILABLE` for every other failure
 */
export async function readCall(
  deps: CallDeps,
  call: MetricCall,
): Promise<ReadonlyMap<string, QueryAnswer> | 'refused'> {
  const answers = new Map<string, Answer>();
  let token: string | undefined;
  let pages = 0;
  do {
    const page = await send(deps, call, token);
    if (page === 'refused') return page;
    for (const result of page.MetricDataResults ?? []) addResult(answers, result);
    token = page.NextToken;
    pages++;
  } while (token !== undefined && pages < PAGES_PER_CALL);
  if (token === undefined) return answers;
  throw new DomainError('SOURCE_UNAVAILABLE', `cloudwatch gave more than ${PAGES_PER_CALL} pages`, {
    pages,
  });
}

interface Answer {
  readonly values: Map<number, number>;
  problem: string | undefined;
}

async function send(
  { client, allowance, backoff }: CallDeps,
  { queries, billed, range }: MetricCall,
  token: string | undefined,
): Promise<GetMetricDataOutput | 'refused'> {
  const command = new GetMetricDataCommand({
    MetricDataQueries: [...queries],
    StartTime: new Date(range.from),
    EndTime: new Date(range.to),
    ScanBy: 'TimestampAscending',
    ...(token === undefined ? {} : { NextToken: token }),
  });
  let isPaid = false;
  for (let attempt = 1; ; attempt++) {
    if (!isPaid && !(await allowance.take(billed))) return 'refused';
    try {
      return await client.send(command);
    } catch (cause) {
      const failure = failureOf(cause);
      isPaid = failure.isRefusal;
      if (!failure.isTransient || attempt >= MAX_ATTEMPTS) {
        if (isPaid) await allowance.giveBack(billed);
        throw failure.error;
      }
      // Full jitter (Brooker, "Exponential Backoff and Jitter", AWS 2015).
      const longest = Math.min(LONGEST_WAIT_MS, BASE_WAIT_MS * 2 ** attempt);
      await backoff.sleep(backoff.random() * longest);
    }
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

/** CloudWatch's own, beside those that all services share. */
const THROTTLING: ReadonlySet<string> = new Set([...THROTTLING_NAMES, 'LimitExceededException']);

/** A call that never left, because nobody could sign it. */
const UNSIGNED = 'CredentialsProviderError';

interface Failure {
  readonly error: DomainError;
  /** Worth another try. */
  readonly isTransient: boolean;
  /** Surely not done, and so not billed. */
  readonly isRefusal: boolean;
}

function failureOf(cause: unknown): Failure {
  const name = cause instanceof Error ? cause.name : 'unknown';
  if (THROTTLING.has(name)) {
    const message = 'cloudwatch throttles GetMetricData';
    const error = new DomainError('THROTTLED', message, { name }, cause);
    return { error, isTransient: true, isRefusal: true };
  }
  const message = `cloudwatch did not answer GetMetricData: ${name}`;
  const error = new DomainError('SOURCE_UNAVAILABLE', message, { name }, cause);
  // Without a status the network failed; a 4xx would fail again.
  const status = statusOf(cause);
  const isRefusal = name === UNSIGNED || (status !== undefined && status < 500);
  return { error, isTransient: !isRefusal, isRefusal };
}

function statusOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('$metadata' in cause)) return undefined;
  const { $metadata: metadata } = cause;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
