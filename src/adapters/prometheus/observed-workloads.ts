import type { Collected, SweptWorkload } from '#app/ports/metric-source.ts';
import type { Observation } from '#core/observations/observation.ts';
import type { DurationMs, EpochMs } from '#core/time.ts';
import { type WorkloadId, workloadKey } from '#core/workload.ts';
import type { NamedQuery } from './presets.ts';
import type { PromSeries } from './prometheus-api.ts';
import { finiteSamples } from './read-range.ts';
import { type IdentityDefaults, identityOfSeries, type SeriesIdentity } from './series-identity.ts';

/** Observations put together by workload as answers come in. */
export interface ObservedWorkloads {
  /** Takes the series that one query has over one part of the range. */
  add(query: NamedQuery, series: readonly PromSeries[], asOf: EpochMs): void;
  readonly observations: number;
  /** What is wrong with series that belong to no workload. */
  readonly problems: Collected['problems'];
  workloads(): readonly SweptWorkload[];
}

interface Gathered {
  readonly workload: WorkloadId;
  readonly observations: Observation[];
  readonly counters: Set<string>;
  /** By metric: why it is not delivered, or what was left out of it. */
  readonly refused: Map<string, string>;
  readonly infinite: Map<string, number>;
}

interface Mapped {
  readonly series: PromSeries;
  readonly identity: SeriesIdentity;
}

/** @param options.name - of the source: observations of instances are of `name@instance` */
export function observedWorkloads(options: {
  readonly name: string;
  readonly step: DurationMs;
  readonly defaults: IdentityDefaults;
  readonly namespaces: readonly string[];
}): ObservedWorkloads {
  const { name, step, defaults, namespaces } = options;
  const gathered = new Map<string, Gathered>();
  const problems = new Map<string, string>();
  let count = 0;

  const of = (workload: WorkloadId): Gathered => {
    const key = workloadKey(workload);
    const known = gathered.get(key);
    if (known) return known;
    const fresh: Gathered = {
      workload,
      observations: [],
      counters: new Set(),
      refused: new Map(),
      infinite: new Map(),
    };
    gathered.set(key, fresh);
    return fresh;
  };

  const take = (query: NamedQuery, mapped: readonly Mapped[], asOf: EpochMs): void => {
    const [first] = mapped;
    if (first === undefined) return;
    const { workload, instance } = first.identity;
    const own = of(workload);
    if (own.refused.has(query.name)) return;
    const clash = overlapping(mapped);
    if (clash !== undefined) {
      own.refused.set(query.name, clash);
      return;
    }
    const source = instance === undefined ? name : `${name}@${instance}`;
    if (query.counter) own.counters.add(query.name);
    for (const { series } of mapped) {
      const { samples, infinite } = finiteSamples(series);
      if (infinite > 0) {
        own.infinite.set(query.name, infinite + (own.infinite.get(query.name) ?? 0));
      }
      for (const { at, value } of samples) {
        own.observations.push({ metric: query.name, at, value: value * query.scale, source, asOf });
      }
      count += samples.length;
    }
  };

  return {
    get observations() {
      return count;
    },
    get problems() {
      return [...problems].map(([metric, reason]) => ({ metric, reason }));
    },
    add(query, series, asOf) {
      const groups = new Map<string, Mapped[]>();
      for (const each of series) {
        const identity = identityOfSeries(each.labels, query, defaults);
        if (identity === undefined) {
          problems.set(query.name, `no workload can be named after ${labelText(each)}`);
          continue;
        }
        if (namespaces.length > 0 && isElsewhere(identity, query, namespaces)) continue;
        const key = `${workloadKey(identity.workload)}@${identity.instance ?? ''}`;
        const group = groups.get(key);
        if (group) group.push({ series: each, identity });
        else groups.set(key, [{ series: each, identity }]);
      }
      for (const group of groups.values()) take(query, group, asOf);
    },
    workloads: () => [...gathered.values()].map((each) => swept(each, step)),
  };
}

function swept(
  { workload, observations, counters, refused, infinite }: Gathered,
  step: DurationMs,
) {
  const collected: Collected = {
    step,
    observations:
      refused.size === 0 ? observations : observations.filter(({ metric }) => !refused.has(metric)),
    counters: [...counters],
    problems: [
      ...[...refused].map(([metric, reason]) => ({ metric, reason })),
      ...[...infinite].map(([metric, values]) => ({
        metric,
        reason: `${values} infinite values were left out`,
      })),
    ],
  };
  return { workload, collected };
}

/** Nodes are in no namespace of Kubernetes. */
function isElsewhere(
  { workload }: SeriesIdentity,
  { fixed }: NamedQuery,
  namespaces: readonly string[],
): boolean {
  return fixed?.namespace === undefined && !namespaces.includes(workload.namespace);
}

/**
 * Series of one instance may follow one another (a target that came back under another label), but two
 * values of one moment would overwrite each other.
 *
 * @returns what tells the series apart, in words; undefined when they do not meet
 */
function overlapping(mapped: readonly Mapped[]): string | undefined {
  if (mapped.length === 1) return undefined;
  const seen = new Map<EpochMs, PromSeries>();
  for (const { series } of mapped) {
    for (const { at } of series.samples) {
      const other = seen.get(at);
      if (other !== undefined) {
        const labels = differing(series.labels, other.labels).join(', ');
        return `${mapped.length} series are of one instance and differ by ${labels}: sum or average them in the query`;
      }
      seen.set(at, series);
    }
  }
  return undefined;
}

function differing(one: PromSeries['labels'], other: PromSeries['labels']): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((label) => one.get(label) !== other.get(label))
    .sort();
}

function labelText({ labels }: PromSeries): string {
  const text = [...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
  return `{${text.slice(0, 300)}}`;
}
