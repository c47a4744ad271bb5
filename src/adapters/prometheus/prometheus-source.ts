import type {
  AvailableMetric,
  Collected,
  CollectRequest,
  ListMetricsRequest,
  MetricSource,
  Sweep,
  SweepRequest,
} from '#app/ports/metric-source.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import {
  addMs,
  type Clock,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  HOUR,
} from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { mapConcurrently } from '../concurrency.ts';
import { type ObservedWorkloads, observedWorkloads } from './observed-workloads.ts';
import type { NamedQuery } from './presets.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { readRange } from './read-range.ts';
import type { IdentityDefaults } from './series-identity.ts';

export interface PrometheusSourceOptions {
  readonly api: PrometheusApi;
  readonly queries: readonly NamedQuery[];
  readonly name: string;
  readonly clock: Clock;
  readonly step: DurationMs;
  /** A time is asked for when this long has passed since: scrapes arrive late. */
  readonly settle: DurationMs;
  readonly maxPoints: number;
  readonly maxConcurrent: number;
  readonly namespaces: readonly string[];
  readonly defaults: IdentityDefaults;
  readonly close?: () => void;
}

/** After so many observations a sweep ends, and the next one goes on: bounds memory. */
const ENOUGH = 500_000;
/** A range is read in slices: what a slice has brought is not lost when the next one fails. */
const SLICE: DurationMs = durationMs(6 * HOUR);
/** Metrics that had series within this time can be listed. */
const LISTED: DurationMs = durationMs(HOUR);

/**
 * A server with the HTTP API of Prometheus. A value at time t is the answer of the expression at t;
 * times are the multiples of the step, so that every read asks for the same ones.
 */
export function prometheusSource(options: PrometheusSourceOptions): MetricSource {
  const { api, queries, name, clock, settle } = options;

  const sweep = async (
    { range, signal }: SweepRequest,
    asked: readonly NamedQuery[] = queries,
  ): Promise<Sweep> => {
    const observed = observedWorkloads({ ...options, namespaces: options.namespaces });
    const problems = new Map<string, string>();
    const settled = epochMs(Math.min(range.to, clock.now() - settle));
    let through = range.from;
    while (through < settled && observed.observations < ENOUGH) {
      const to = epochMs(Math.min(settled, addMs(through, SLICE)));
      const outcomes = await readSlice(options, asked, { from: through, to }, observed, signal);
      const failed = outcomes.filter(({ error }) => error !== undefined);
      for (const { query, error, warnings } of outcomes) {
        if (error) problems.set(query.name, error.message);
        else if (warnings.length > 0) problems.set(query.name, warnings.join('; '));
      }
      // The first of all to fail altogether is no partial answer but none.
      if (failed.length === asked.length && through === range.from && failed[0]?.error) {
        throw failed[0].error;
      }
      if (outcomes.some(({ isWhole }) => !isWhole)) break;
      through = to;
    }
    return {
      workloads: observed.workloads(),
      problems: [
        ...[...problems].map(([metric, reason]) => ({ metric, reason })),
        ...observed.problems,
      ],
      through: epochMs(Math.max(through, range.from)),
    };
  };

  const collect = async (request: CollectRequest): Promise<Collected> => {
    const { workload, metrics, range, signal } = request;
    const asked = queries.filter(
      ({ name: metric }) => metrics.length === 0 || metrics.includes(metric),
    );
    const key = workloadKey(workload);
    const observations: Collected['observations'][number][] = [];
    const counters = new Set<string>();
    const problems = new Map<string, string>();
    let through = range.from;
    // A sweep may end early; what somebody waits for is read to its end.
    for (let end = -1; through > end && through < range.to; ) {
      end = through;
      const found = await sweep(
        { range: { from: through, to: range.to }, ...(signal && { signal }) },
        asked,
      );
      const own = found.workloads.find((each) => workloadKey(each.workload) === key)?.collected;
      for (const each of own?.observations ?? []) observations.push(each);
      for (const each of own?.counters ?? []) counters.add(each);
      for (const { metric, reason } of [...found.problems, ...(own?.problems ?? [])]) {
        problems.set(metric, reason);
      }
      through = found.through ?? range.to;
    }
    for (const metric of metrics) {
      if (!asked.some((query) => query.name === metric))
        problems.set(metric, 'no query is named so');
    }
    return {
      step: options.step,
      observations,
      counters: [...counters],
      problems: [...problems].map(([metric, reason]) => ({ metric, reason })),
      through: new Map(asked.map((query) => [query.name, through])),
    };
  };

  return {
    name,
    collect,
    sweep: (request) => sweep(request),
    async discover(request) {
      const at = epochMs(clock.now() - settle);
      const observed = observedWorkloads(options);
      await mapConcurrently(queries, options.maxConcurrent, async (query) => {
        const { series } = await api.instant(query.query, at, { signal: request?.signal });
        observed.add(query, series, at);
      });
      return observed
        .workloads()
        .map(({ workload, collected: { observations } }) => ({
          workload,
          metrics: [...new Set(observations.map(({ metric }) => metric))].sort(),
        }))
        .filter(({ metrics }) => metrics.length > 0)
        .sort((one, other) => compare(workloadKey(one.workload), workloadKey(other.workload)));
    },
    listMetrics: (request) => listMetrics(api, clock, request),
    async close() {
      options.close?.();
    },
  };
}

interface SliceOutcome {
  readonly query: NamedQuery;
  readonly error?: DomainError;
  readonly warnings: readonly string[];
  /** The whole slice was read, or never will be: the next sweep need not come back. */
  readonly isWhole: boolean;
}

/** Asks every query over one slice; what is wrong with one query is its own outcome. */
async function readSlice(
  { api, step, maxPoints, maxConcurrent, clock }: PrometheusSourceOptions,
  queries: readonly NamedQuery[],
  range: { readonly from: EpochMs; readonly to: EpochMs },
  observed: ObservedWorkloads,
  signal: AbortSignal | undefined,
): Promise<readonly SliceOutcome[]> {
  return mapConcurrently(queries, maxConcurrent, async (query): Promise<SliceOutcome> => {
    const warnings = new Set<string>();
    try {
      for await (const part of readRange(api, query.query, range, { step, maxPoints, signal })) {
        observed.add(query, part.series, clock.now());
        for (const warning of part.warnings) warnings.add(warning);
      }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { query, error, warnings: [], isWhole: !isPassing(error) };
    }
    const said = [...warnings];
    return { query, warnings: said, isWhole: said.every(isRemark) };
  });
}

/** What may go better next time. A query that is wrong stays wrong, and holds nobody up. */
function isPassing(error: DomainError): boolean {
  const isRefused = error.details.status === 401 || error.details.status === 403;
  return isRefused || isDomainError(error, 'SOURCE_UNAVAILABLE', 'THROTTLED', 'DEADLINE_EXCEEDED');
}

/** A remark on the expression, as opposed to a part of the data that did not answer. */
function isRemark(warning: string): boolean {
  return /^PromQL (warning|info):/.test(warning);
}

async function listMetrics(
  api: PrometheusApi,
  clock: Clock,
  { filter = '', limit, signal }: ListMetricsRequest,
): Promise<readonly AvailableMetric[]> {
  const names = await api.metricNames(addMs(clock.now(), LISTED, -1), { signal });
  const known = await describedMetrics(api, signal);
  return names
    .filter((name) => name.includes(filter))
    .slice(0, limit)
    .map((name) => {
      const described = known.get(name);
      return described ? { name, detail: `${described.type}: ${described.help}` } : { name };
    });
}

/** Several servers of this API keep no metadata: then there are names only. */
async function describedMetrics(api: PrometheusApi, signal: AbortSignal | undefined) {
  try {
    return await api.metadata({ signal });
  } catch (error) {
    if (isDomainError(error, 'SOURCE_UNAVAILABLE', 'CONFIG_INVALID')) return new Map();
    throw error;
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
