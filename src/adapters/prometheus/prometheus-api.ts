import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import { type DurationMs, type EpochMs, epochMs } from '#core/time.ts';
import { retryAfterMs } from '../http/retrying.ts';
import type { HttpAnswer } from '../http/send-http.ts';
import type { ServerConnection } from './connect.ts';

/** A series as the server answers it: `NaN` and infinities are values here. */
export interface PromSeries {
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: readonly { readonly at: EpochMs; readonly value: number }[];
}

export interface PromAnswer {
  readonly series: readonly PromSeries[];
  /** What the server says about its answer: a part of it is missing, a function was misused. */
  readonly warnings: readonly string[];
}

/** The times at which an expression is evaluated: `from`, and every `step` up to `to`, which is included. */
export interface EvaluationGrid {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly step: DurationMs;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The HTTP API of Prometheus, https://prometheus.io/docs/prometheus/latest/querying/api/, which Thanos,
 * Mimir, VictoriaMetrics and Amazon Managed Prometheus have too.
 *
 * Every call throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`, `DEADLINE_EXCEEDED`,
 * `CONFIG_INVALID` (what was asked, or who asks, is refused), `PAYLOAD_TOO_LARGE`.
 */
export interface PrometheusApi {
  readonly host: string;
  range(query: string, grid: EvaluationGrid, options?: CallOptions): Promise<PromAnswer>;
  instant(query: string, at: EpochMs, options?: CallOptions): Promise<PromAnswer>;
  /** Names of metrics that have had series since `from`. */
  metricNames(from: EpochMs, options?: CallOptions): Promise<readonly string[]>;
  /** Type and description by metric, of what is scraped now. Empty where the server keeps none. */
  metadata(
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, { readonly type: string; readonly help: string }>>;
}

const EnvelopeSchema = z.object({
  status: z.enum(['success', 'error']),
  data: z.unknown().optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).nullish(),
});
type Envelope = z.infer<typeof EnvelopeSchema>;

export function prometheusApi(
  connection: Pick<ServerConnection, 'url' | 'timeoutMs' | 'send'>,
  options: { readonly maxBytes: number; readonly clock: { now(): EpochMs } },
): PrometheusApi {
  const { url: base, timeoutMs, send } = connection;
  const call = async (
    path: string,
    parameters: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
    method: 'GET' | 'POST' = 'POST',
  ): Promise<Envelope> => {
    const form = new URLSearchParams(parameters).toString();
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v1/${path}`;
    if (method === 'GET') url.search = form;
    const answer = await send({
      method,
      url,
      headers: {
        accept: 'application/json',
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(method === 'POST' && { body: form }),
      timeoutMs,
      maxBytes: options.maxBytes,
      ...(signal && { signal }),
    });
    return read(answer);
  };
  const read = (answer: HttpAnswer): Envelope => {
    const envelope = parseEnvelope(answer.body);
    if (answer.status === 200 && envelope?.status === 'success') return envelope;
    throw refusal(base.host, answer, envelope, retryAfterMs(answer, options.clock));
  };

  return {
    host: base.host,
    async range(query, { from, to, step }, callOptions) {
      const parameters = {
        query,
        start: seconds(from),
        end: seconds(to),
        step: seconds(step),
        timeout: `${Math.ceil(timeoutMs / 1_000)}s`,
      };
      return answerOf(base.host, await call('query_range', parameters, callOptions));
    },
    async instant(query, at, callOptions) {
      return answerOf(base.host, await call('query', { query, time: seconds(at) }, callOptions));
    },
    async metricNames(from, callOptions) {
      const start = { start: seconds(from) };
      const { data } = await call('label/__name__/values', start, callOptions, 'GET');
      const names = z.array(z.string()).safeParse(data);
      if (!names.success) throw strange(base.host, 'the names of metrics');
      return names.data;
    },
    async metadata(callOptions) {
      const { data } = await call('metadata', { limit_per_metric: '1' }, callOptions, 'GET');
      const known = MetadataSchema.safeParse(data);
      if (!known.success) throw strange(base.host, 'the metadata');
      return new Map(
        Object.entries(known.data).flatMap(([name, [first]]) => (first ? [[name, first]] : [])),
      );
    },
  };
}

const MetadataSchema = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), help: z.string() })),
);

function parseEnvelope(body: Buffer): Envelope | undefined {
  try {
    return EnvelopeSchema.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function refusal(
  host: string,
  { status }: HttpAnswer,
  envelope: Envelope | undefined,
  retryAfter: number | undefined,
): DomainError {
  const said = envelope?.error === undefined ? '' : `: ${envelope.error.slice(0, 500)}`;
  const details = {
    host,
    status,
    ...(envelope?.errorType !== undefined && { errorType: envelope.errorType }),
    ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter / 1_000 }),
  };
  if (status === 429)
    return new DomainError('THROTTLED', `${host} asks for a pause${said}`, details);
  if (status === 401 || status === 403) {
    return new DomainError(
      'CONFIG_INVALID',
      `${host} refuses these credentials (${status})${said}`,
      details,
    );
  }
  // A query that loads too many samples is executed in smaller parts.
  if (status === 422 && /too many samples/.test(said)) {
    return new DomainError('PAYLOAD_TOO_LARGE', `${host} loads no so many samples${said}`, details);
  }
  if ((status === 400 || status === 422) && envelope !== undefined) {
    return new DomainError('CONFIG_INVALID', `${host} cannot execute the query${said}`, details);
  }
  if (status === 503 && envelope?.errorType === 'timeout') {
    return new DomainError('DEADLINE_EXCEEDED', `${host} gave the query up${said}`, details);
  }
  if (status === 200) return strange(host, 'JSON of the Prometheus API');
  return new DomainError(
    'SOURCE_UNAVAILABLE',
    `${host} answered with status ${status}${said}`,
    details,
  );
}

function strange(host: string, expected: string): DomainError {
  return new DomainError('SOURCE_UNAVAILABLE', `${host} answered something else than ${expected}`, {
    host,
    expected,
  });
}

/**
 * Read by hand: a schema over a million samples would take as long as the network.
 * @throws {DomainError} `SOURCE_UNAVAILABLE` for any other form
 */
function answerOf(host: string, { data, warnings }: Envelope): PromAnswer {
  const type = fieldOf(data, 'resultType');
  const result = fieldOf(data, 'result');
  const series =
    type === 'scalar'
      ? [scalarOf(result)]
      : Array.isArray(result) && (type === 'matrix' || type === 'vector')
        ? result.map((each) => seriesOf(each, type))
        : [undefined];
  const whole = series.filter((each) => each !== undefined);
  if (whole.length < series.length) throw strange(host, 'a vector or a matrix');
  return { series: whole, warnings: warnings ?? [] };
}

function scalarOf(pair: unknown): PromSeries | undefined {
  const sample = sampleOf(pair);
  return sample && { labels: new Map(), samples: [sample] };
}

function seriesOf(each: unknown, type: 'matrix' | 'vector'): PromSeries | undefined {
  const metric = fieldOf(each, 'metric');
  const values = type === 'matrix' ? fieldOf(each, 'values') : [fieldOf(each, 'value')];
  // A series of native histograms has no values; it is not one of numbers.
  const pairs = values === undefined && fieldOf(each, 'histograms') !== undefined ? [] : values;
  if (typeof metric !== 'object' || metric === null || !Array.isArray(pairs)) return undefined;
  const samples = pairs.map(sampleOf);
  if (samples.some((sample) => sample === undefined)) return undefined;
  return {
    labels: new Map(Object.entries(metric).map(([name, value]) => [name, String(value)])),
    samples: samples.filter((sample) => sample !== undefined),
  };
}

function sampleOf(pair: unknown): PromSeries['samples'][number] | undefined {
  if (!Array.isArray(pair)) return undefined;
  const [at, text] = pair;
  if (typeof at !== 'number' || typeof text !== 'string') return undefined;
  const value = numberOf(text);
  return value === undefined ? undefined : { at: epochMs(Math.round(at * 1_000)), value };
}

function numberOf(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** As Prometheus reads times and lengths: seconds, with milliseconds behind a point. */
function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3).replace(/\.?0+$/, '');
}
