import { type CloudWatchMapping, CloudWatchMappingSchema } from '#contracts/config/cloudwatch.ts';
import type { DiscoveryConfig, ResourceKind } from '#contracts/config/discovery.ts';
import { NAME_PART, workloadId, workloadKey } from '#core/workload.ts';
import type { ListedMetric, Place, ResourceFinder } from '../ports/resource-finder.ts';
import type { FoundWorkload } from './found-workload.ts';
import { arnName, nameMatcher, resourceName } from './resource-names.ts';
import {
  candidatesOf,
  type MetricTemplate,
  RESOURCE_TEMPLATES,
  type ResourceTemplate,
} from './resource-templates.ts';

/** A resource that was found and is not watched, or a kind that could not be looked for. */
export interface Skipped {
  readonly kind: ResourceKind;
  readonly resource: string;
  readonly reason: string;
}

/** What discovery has found, in the order of their keys. */
export interface Discovery {
  readonly workloads: readonly FoundWorkload[];
  readonly skipped: readonly Skipped[];
}

/**
 * Finds the resources that are configured to be watched: those that CloudWatch has metrics of, with
 * the names and the tags that are asked for. Reads names only.
 *
 * A resource is a workload of these names, so that it keeps its history wherever it is found again:
 * the cluster is the ECS or EKS cluster, else `default`, after the account's name and the region
 * where these are configured; the namespace is that of Kubernetes, else the kind's (`ecs`, `ec2`,
 * `lambda`, `rds`, `alb`); the deployment is the resource's own name.
 *
 * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`: half a discovery is none
 */
export async function discover(
  finder: ResourceFinder,
  config: DiscoveryConfig,
): Promise<Discovery> {
  const workloads = new Map<string, FoundWorkload>();
  const skipped: Skipped[] = [];
  for (const place of config.places) {
    for (const kind of config.kinds) {
      const found = await findKind(finder, { config, place, kind });
      skipped.push(...found.skipped);
      for (const workload of found.workloads) {
        const { key, resource } = workload;
        const reason = workloads.has(key)
          ? `another resource is ${key} already`
          : workloads.size >= config.max_workloads
            ? `more than ${config.max_workloads} workloads (discovery.max_workloads)`
            : undefined;
        if (reason === undefined) workloads.set(key, workload);
        else skipped.push({ kind, resource, reason });
      }
    }
  }
  return { workloads: [...workloads.values()].sort(byKey), skipped };
}

interface Search {
  readonly config: DiscoveryConfig;
  readonly place: Place;
  readonly kind: ResourceKind;
}

async function findKind(finder: ResourceFinder, search: Search): Promise<Discovery> {
  const { config, place, kind } = search;
  const template = RESOURCE_TEMPLATES[kind];
  const tagged = await taggedNames(finder, search);
  if (tagged === 'unknown') {
    const reason = 'the tagging service does not know this kind: use discovery.names for it';
    return { workloads: [], skipped: [{ kind, resource: '*', reason }] };
  }
  const published = new Map<string, Set<string>>();
  const dimensionsOf = new Map<string, Readonly<Record<string, string>>>();
  for (const candidate of candidatesOf(template)) {
    for (const metric of await finder.listMetrics(place, candidate)) {
      const id = idOf(template, metric);
      if (id === undefined) continue;
      const names = published.get(id) ?? new Set();
      published.set(id, names.add(`${metric.namespace}/${metric.metricName}`));
      dimensionsOf.set(id, metric.dimensions);
    }
  }
  const isWanted = nameMatcher(config.names);
  const workloads: FoundWorkload[] = [];
  const skipped: Skipped[] = [];
  for (const [id, names] of published) {
    if (!names.has(`${template.found.namespace}/${template.found.metricName}`)) continue;
    const dimensions = dimensionsOf.get(id) ?? {};
    const resource = resourceName(kind, dimensions);
    if (!isWanted(resource) || (tagged && !tagged.has(tagKeyOf(kind, dimensions)))) continue;
    const found = toWorkload(search, { dimensions, resource, names });
    if (found === undefined) {
      const reason = 'its name cannot be a workload’s: 128 letters, digits, . _ - at most';
      skipped.push({ kind, resource, reason });
    } else {
      workloads.push(found);
    }
  }
  return { workloads: await livingFirst(finder, search, workloads.sort(byKey)), skipped };
}

/**
 * A load balancer that is created again has a new id, and the metrics of the one before are listed for
 * two weeks more: of resources with one name, those that have data now come first.
 */
async function livingFirst(
  finder: ResourceFinder,
  { place, kind }: Search,
  sorted: readonly FoundWorkload[],
): Promise<readonly FoundWorkload[]> {
  const isTwice = sorted.some(({ key }, i) => key === sorted[i + 1]?.key);
  if (!isTwice) return sorted;
  const template = RESOURCE_TEMPLATES[kind];
  const recent = await finder.listMetrics(place, { ...template.found, recent: true });
  const living = new Set(recent.map((metric) => idOf(template, metric)));
  const isLiving = ({ metrics }: FoundWorkload): boolean =>
    Object.values(metrics).some(
      (source) =>
        'dimensions' in source && living.has(idOf(template, { ...template.found, ...source })),
    );
  return [...sorted].sort((a, b) => byKey(a, b) || Number(isLiving(b)) - Number(isLiving(a)));
}

/** The names of resources with the tags asked for; undefined when none are asked for. */
async function taggedNames(
  finder: ResourceFinder,
  { config, place, kind }: Search,
): Promise<ReadonlySet<string> | 'unknown' | undefined> {
  if (Object.keys(config.tags).length === 0) return undefined;
  const arns = await finder.tagged(place, kind, config.tags);
  return arns === undefined ? 'unknown' : new Set(arns.map((arn) => arnName(kind, arn)));
}

/** What a resource's ARN and its metrics have in common: of a Kubernetes service, its cluster. */
function tagKeyOf(kind: ResourceKind, dimensions: Readonly<Record<string, string>>): string {
  return kind === 'eks-service' ? (dimensions.ClusterName ?? '') : resourceName(kind, dimensions);
}

/** Which resource a metric is of; undefined when it is of something else. */
function idOf(template: ResourceTemplate, { dimensions }: ListedMetric): string | undefined {
  const values = template.dimensions.map((name) => dimensions[name]);
  const isExact = Object.keys(dimensions).length === template.dimensions.length;
  return isExact && values.every((value) => value !== undefined)
    ? JSON.stringify(values)
    : undefined;
}

function toWorkload(
  { config, place, kind }: Search,
  found: {
    readonly dimensions: Readonly<Record<string, string>>;
    readonly resource: string;
    readonly names: ReadonlySet<string>;
  },
): FoundWorkload | undefined {
  const template = RESOURCE_TEMPLATES[kind];
  const { dimensions, resource, names } = found;
  const { ClusterName: cluster, Namespace: namespace = template.workloadNamespace } = dimensions;
  const where = [place.account, place.region, cluster].filter((part) => part !== undefined);
  const id = workloadId({
    cluster: where.length === 0 ? undefined : where.join('.'),
    namespace,
    deployment: resource.split('/').at(-1) ?? resource,
  });
  if (![id.cluster, id.namespace, id.deployment].every((part) => NAME_PART.test(part))) {
    return undefined;
  }
  return {
    key: workloadKey(id),
    kind,
    resource,
    ...place,
    metrics: mappingOf(template, dimensions, names, config.period_seconds),
  };
}

/** The mapping that a person would write for this resource: of each metric the first way published. */
function mappingOf(
  template: ResourceTemplate,
  dimensions: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
  period_seconds: number,
): CloudWatchMapping {
  const isPublished = (way: MetricTemplate): boolean =>
    ('inputs' in way ? Object.values(way.inputs) : [way]).every((statistic) =>
      names.has(`${statistic.namespace ?? template.namespace}/${statistic.metric_name}`),
    );
  const full = <S extends { readonly namespace?: string }>(statistic: S) => ({
    ...statistic,
    namespace: statistic.namespace ?? template.namespace,
    dimensions,
  });
  const entries = Object.entries(template.metrics).flatMap(([metric, ways]) => {
    const way = ways.find(isPublished);
    if (way === undefined) return [];
    const source =
      'inputs' in way
        ? {
            ...way,
            inputs: Object.fromEntries(
              Object.entries(way.inputs).map(([name, input]) => [name, full(input)]),
            ),
          }
        : full(way);
    return [[metric, { ...source, period_seconds }]];
  });
  return CloudWatchMappingSchema.parse(Object.fromEntries(entries));
}

function byKey(a: FoundWorkload, b: FoundWorkload): number {
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}
