import * as z from 'zod';
import type { MetricSource } from '#app/ports/metric-source.ts';
import type { DatadogSourceConfig } from '#contracts/config/sources/datadog.ts';
import { converted } from '#core/csv/read-rows.ts';
import { DomainError } from '#core/errors.ts';
import {
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  HOUR,
  MINUTE,
  SECOND,
} from '#core/time.ts';
import { type DatadogRequest, datadogRequests, identityOfTags } from './datadog-queries.ts';
import type { SourceDeps } from './define-source.ts';
import type { JsonApi } from './json-api.ts';
import { type QueryOutcome, readQueries } from './read-queries.ts';
import { seriesOwner } from './series-owner.ts';
import { type ReadSeries, type Window, windowedSource } from './windowed-source.ts';

/** Below the number of points from which on Datadog answers in longer periods than asked for. */
const POINTS_PER_REQUEST = 240;
/** Metrics that were reported within it are listed. */
const LISTED_WITHIN = 24 * HOUR;

const TimeseriesSchema = z.object({
  data: z.object({
    attributes: z.object({
      series: z
        .array(
          z.object({ group_tags: z.array(z.string()).nullish(), query_index: z.int().nullish() }),
        )
        .nullish(),
      times: z.array(z.number()).nullish(),
      values: z.array(z.array(z.number().nullable())).nullish(),
    }),
  }),
  errors: z.union([z.string(), z.array(z.string())]).nullish(),
});
type Attributes = z.infer<typeof TimeseriesSchema>['data']['attributes'];

const MetricListSchema = z.object({ metrics: z.array(z.string()).nullish() });

export interface DatadogSourceOptions {
  readonly api: JsonApi;
  /** E.g. https://api.datadoghq.com. */
  readonly endpoint: URL;
  readonly config: DatadogSourceConfig;
  readonly deps: Pick<SourceDeps, 'clock' | 'name' | 'workload'>;
}

/**
 * Datadog, by its timeseries query of version 2: a value is a period's, at the time the period begins.
 * Missing values are missing, not 0.
 *
 * @see https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-data-across-multiple-products
 */
export function datadogSource({ api, endpoint, config, deps }: DatadogSourceOptions): MetricSource {
  const requests = datadogRequests(config);
  const step = durationMs(config.period_seconds * SECOND);
  const url = new URL('/api/v2/query/timeseries', endpoint);

  const ask = async (request: DatadogRequest, { from, to, signal }: Window) => {
    const answer = await api.call({
      what: request.name,
      method: 'POST',
      url,
      body: {
        data: {
          type: 'timeseries_request',
          attributes: {
            formulas: request.formulas.map(({ formula }) => ({ formula })),
            queries: request.queries.map((query) => ({ data_source: 'metrics', ...query })),
            from,
            to,
            interval: step,
          },
        },
      },
      schema: TimeseriesSchema,
      signal,
    });
    const errors = [answer.errors ?? []].flat().filter((text) => text !== '');
    return { attributes: answer.data.attributes, errors };
  };

  const readOne = async (request: DatadogRequest, window: Window): Promise<QueryOutcome> => {
    const series: ReadSeries[] = [];
    let partial: string | undefined;
    for (const part of partsOf(window, step)) {
      const { attributes, errors } = await ask(request, part);
      if (errors.length > 0)
        partial = `datadog answered in part: ${errors.join('; ').slice(0, 200)}`;
      series.push(...seriesOf(request, attributes, step, deps));
    }
    return { series, partial };
  };

  return windowedSource({
    name: deps.name,
    clock: deps.clock,
    step,
    lookback: durationMs(config.lookback_minutes * MINUTE),
    async read(window) {
      const answer = await readQueries(
        requests,
        ({ name }) => name,
        (request) => readOne(request, window),
        window.signal,
      );
      return { ...answer, problems: [...answer.problems, ...quietOnes(requests, answer)] };
    },
    async listMetrics({ filter = '', limit, signal }) {
      const list = new URL('/api/v1/metrics', endpoint);
      const from = Math.floor((deps.clock.now() - LISTED_WITHIN) / SECOND);
      list.searchParams.set('from', String(from));
      const { metrics } = await api.call({
        what: 'the list of metrics',
        method: 'GET',
        url: list,
        schema: MetricListSchema,
        signal,
      });
      return (metrics ?? [])
        .filter((name) => name.includes(filter))
        .slice(0, limit)
        .map((name) => ({ name }));
    },
  });
}

function* partsOf({ from, to, signal }: Window, step: DurationMs): Generator<Window> {
  const length = POINTS_PER_REQUEST * step;
  for (let start: number = from; start < to; start += length) {
    yield { from: epochMs(start), to: epochMs(Math.min(start + length, to)), signal };
  }
}

/** @throws {DomainError} `SOURCE_UNAVAILABLE` for periods that were not asked for */
function seriesOf(
  { name, formulas }: DatadogRequest,
  { series, times, values }: Attributes,
  step: DurationMs,
  deps: DatadogSourceOptions['deps'],
): readonly ReadSeries[] {
  const starts = times ?? [];
  const stray = starts.find((time) => time % step !== 0);
  if (stray !== undefined) {
    throw new DomainError(
      'SOURCE_UNAVAILABLE',
      `datadog answered ${name} for ${new Date(stray).toISOString()}, which begins no period of ${step / SECOND} s`,
      { period_seconds: step / SECOND },
    );
  }
  return (series ?? []).flatMap(({ group_tags, query_index }, i): readonly ReadSeries[] => {
    const formula = formulas[query_index ?? 0];
    if (formula === undefined) return [];
    const tags = group_tags ?? [];
    const owner = seriesOwner(identityOfTags(tags), deps);
    const points = starts.flatMap((time, k): readonly (readonly [EpochMs, number])[] => {
      const value = values?.[i]?.[k];
      return value === null || value === undefined
        ? []
        : [[epochMs(time), converted(value, formula.conversion)]];
    });
    const id = JSON.stringify([formula.metric, name, [...tags].sort()]);
    return [{ id, metric: formula.metric, ...owner, points }];
  });
}

/** A wrong name looks just like a quiet metric, so what somebody asked for and is empty is mentioned. */
function quietOnes(
  requests: readonly DatadogRequest[],
  answer: {
    readonly series: readonly ReadSeries[];
    readonly problems: readonly { metric: string }[];
  },
): readonly { readonly metric: string; readonly reason: string }[] {
  const told = new Set(answer.problems.map(({ metric }) => metric));
  const found = new Set(answer.series.map(({ metric }) => metric));
  return requests
    .flatMap(({ formulas }) => formulas)
    .filter(({ metric, isConfigured }) => isConfigured && !found.has(metric) && !told.has(metric))
    .map(({ metric }) => ({ metric, reason: 'datadog has no values of it in this range' }));
}
