import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Clock, DAY, MINUTE, SECOND } from '#core/time.ts';
import { evaluateMath, type Points } from './fake-cloudwatch-math.ts';

const StatSchema = z.object({
  Metric: z.object({
    Namespace: z.string(),
    MetricName: z.string(),
    Dimensions: z
      .array(z.object({ Name: z.string(), Value: z.string() }))
      .max(30)
      .default([]),
  }),
  Period: z.number(),
  Stat: z.string(),
});
const QuerySchema = z.object({
  Id: z.string(),
  MetricStat: StatSchema.optional(),
  Expression: z.string().optional(),
  Period: z.number().optional(),
  ReturnData: z.boolean().default(true),
});
const RequestSchema = z.object({
  MetricDataQueries: z.array(QuerySchema),
  StartTime: z.number(),
  EndTime: z.number(),
  NextToken: z.string().optional(),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).optional(),
  MaxDatapoints: z.number().optional(),
});
type Request = z.infer<typeof RequestSchema>;
type Query = Request['MetricDataQueries'][number];

/** What was measured, and what the service does wrong on the way. */
export interface FakeCloudWatchOptions {
  readonly clock: Clock;
  /** A statistic of one period once it is final; undefined: nothing was measured. */
  readonly truth: (metric: string, start: number, stat: string) => number | undefined;
  /** From the end of a period until its value is final; before, half of it is known. */
  readonly convergesMs?: number;
  /** Points on one page; 100,800 as the service unless given. */
  readonly pagePoints?: number;
  /** Whether a request, counted from 1, is throttled. */
  readonly throttles?: (request: number) => boolean;
  /** Whether the older half of a query's answer is missing at a moment, on all of its pages. */
  readonly isPartial?: (now: number, id: string) => boolean;
}

/** A service on this machine that speaks AWS JSON 1.0 as CloudWatch does to the SDK in use. */
export interface FakeCloudWatch {
  readonly endpoint: string;
  /** Requests that came in, throttled ones included. */
  requests(): number;
  /** Metrics that were asked for in requests it answered: what is billed. */
  requested(): number;
  /** Queries of each request that was answered. */
  readonly calls: readonly number[];
  close(): Promise<void>;
}

/** Refused as the service refuses: a code of its query protocol in the header, and a shape's name. */
class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts it. Made from the documented model of GetMetricData: 500 queries a call, 100,800 points a
 * page, ids, ranges, which periods are kept how long, metric math, ReturnData, StatusCode.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export async function startFakeCloudWatch(options: FakeCloudWatchOptions): Promise<FakeCloudWatch> {
  let requests = 0;
  let requested = 0;
  const calls: number[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      requests++;
      try {
        if (message.headers['x-amz-target'] !== 'GraniteServiceVersion20100801.GetMetricData') {
          throw new Refusal('InvalidAction', 'only GetMetricData is known here');
        }
        if (options.throttles?.(requests)) throw new Refusal('Throttling', 'Rate exceeded');
        const request = RequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        check(request, options.clock.now());
        const answer = answerTo(request, options);
        requested += request.MetricDataQueries.filter(({ MetricStat }) => MetricStat).length;
        calls.push(request.MetricDataQueries.length);
        send(response, 200, answer);
      } catch (error) {
        refuse(response, error);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    requested: () => requested,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A metric as `truth` is asked for it: `AWS/ECS CPUUtilization ClusterName=prod`. */
function nameOf({ Metric }: z.infer<typeof StatSchema>): string {
  const dimensions = Metric.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return [Metric.Namespace, Metric.MetricName, ...dimensions].join(' ');
}

function check(request: Request, now: number): void {
  const { MetricDataQueries: queries, StartTime, EndTime, MaxDatapoints = 0 } = request;
  const invalid = (message: string) => new Refusal('ValidationError', message);
  if (queries.length === 0) throw invalid('MetricDataQueries must not be empty');
  if (queries.length > 500) throw invalid('MetricDataQueries must not exceed 500');
  if (MaxDatapoints > 100_800) throw invalid('MaxDatapoints must not exceed 100800');
  if (EndTime <= StartTime) throw invalid('StartTime must be less than EndTime');
  const ids = queries.map(({ Id }) => Id);
  if (new Set(ids).size < ids.length) throw invalid('the values of Id must be unique');
  const badId = ids.find((id) => !/^[a-z]\w{0,254}$/.test(id));
  if (badId !== undefined) throw invalid(`Id ${badId} must match ^[a-z][a-zA-Z0-9_]*$`);
  if (!queries.some(({ ReturnData }) => ReturnData)) throw invalid('nothing has ReturnData');
  const age = now - StartTime * SECOND;
  const least = age > 63 * DAY ? 3_600 : age > 15 * DAY ? 300 : 60;
  for (const { Id, MetricStat, Expression } of queries) {
    if ((MetricStat === undefined) === (Expression === undefined)) {
      throw invalid(`${Id} must have one of MetricStat and Expression`);
    }
    if (MetricStat && (MetricStat.Period < least || MetricStat.Period % least !== 0)) {
      throw invalid(`Period must be a multiple of ${least} for data that old`);
    }
  }
}

interface Result {
  readonly Id: string;
  readonly Label: string;
  readonly StatusCode: string;
  readonly Timestamps: readonly number[];
  readonly Values: readonly number[];
}

function answerTo(request: Request, options: FakeCloudWatchOptions) {
  const now = options.clock.now();
  const series = new Map<string, Points>();
  for (const query of request.MetricDataQueries) {
    if (query.MetricStat) series.set(query.Id, pointsOf(query.MetricStat, request, options));
  }
  const answers = request.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
    const points = [...resultOf(query, series)].sort(([a], [b]) => a - b);
    const isPartial = options.isPartial?.(now, query.Id) ?? false;
    return { query, points: isPartial ? points.slice(Math.ceil(points.length / 2)) : points };
  });
  const size = options.pagePoints ?? 100_800;
  const all = answers.flatMap(({ query, points }) =>
    points.map(([at, value]) => ({ id: query.Id, at, value })),
  );
  const from = Number(request.NextToken ?? 0);
  if (!Number.isInteger(from) || from < 0 || from > all.length) {
    throw new Refusal('InvalidNextToken', 'the token is not one of mine');
  }
  const page = all.slice(from, from + size);
  const isLast = from + size >= all.length;
  const results = answers.map(({ query: { Id } }): Result => {
    const own = page.filter(({ id }) => id === Id);
    const partial = options.isPartial?.(now, Id) ?? false;
    return {
      Id,
      Label: Id,
      StatusCode: partial || !isLast ? 'PartialData' : 'Complete',
      Timestamps: own.map(({ at }) => at / SECOND),
      Values: own.map(({ value }) => value),
    };
  });
  return {
    MetricDataResults: results,
    Messages: [],
    ...(isLast ? {} : { NextToken: String(from + size) }),
  };
}

function resultOf(query: Query, series: ReadonlyMap<string, Points>): Points {
  if (query.Expression === undefined) return series.get(query.Id) ?? new Map();
  try {
    return evaluateMath(query.Expression, series);
  } catch (error) {
    throw new Refusal('ValidationError', error instanceof Error ? error.message : 'unreadable');
  }
}

/** What is known at this moment: of a period that is not final half, of one not over a part. */
function pointsOf(
  stat: z.infer<typeof StatSchema>,
  { StartTime, EndTime }: Request,
  { clock, truth, convergesMs = 3 * MINUTE }: FakeCloudWatchOptions,
): Points {
  const period = stat.Period * SECOND;
  const now = clock.now();
  const points = new Map<number, number>();
  const first = Math.floor((StartTime * SECOND) / period) * period;
  for (let start = first; start < Math.min(EndTime * SECOND, now); start += period) {
    const value = truth(nameOf(stat), start, stat.Stat);
    if (value === undefined) continue;
    const isFinal = now >= start + period + convergesMs;
    points.set(start, isFinal ? value : value / 2);
  }
  return points;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof Refusal ? error : new Refusal('InternalServiceFault', String(error));
  const status = error instanceof Refusal ? 400 : 500;
  response.setHeader(
    'x-amzn-query-error',
    `${refusal.code};${status === 400 ? 'Sender' : 'Receiver'}`,
  );
  send(response, status, {
    __type: `com.amazonaws.cloudwatch#${refusal.code}`,
    message: refusal.message,
  });
}
