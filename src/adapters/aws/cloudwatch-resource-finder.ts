import { type CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetResourcesCommand,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { ListedMetric, Place, ResourceFinder } from '#app/ports/resource-finder.ts';
import type { ResourceKind } from '#contracts/config/discovery.ts';
import { DomainError } from '#core/errors.ts';
import { THROTTLING_NAMES } from './aws-errors.ts';

/** A page of ListMetrics holds 500 metrics: 100,000 of one name are more than anybody watches. */
const MAX_PAGES = 200;

/**
 * How the tagging service names the kinds. Auto Scaling groups are not among the resources that it
 * knows; services of Kubernetes have the tags of their cluster.
 */
const TAGGED_TYPES: Readonly<Record<ResourceKind, string | undefined>> = {
  'ecs-service': 'ecs:service',
  'auto-scaling-group': undefined,
  'lambda-function': 'lambda:function',
  'rds-instance': 'rds:db',
  'application-load-balancer': 'elasticloadbalancing:loadbalancer/app',
  'eks-service': 'eks:cluster',
};

/** Finds resources by ListMetrics of CloudWatch and GetResources of Resource Groups Tagging. */
export function cloudWatchResourceFinder(clients: {
  readonly cloudWatch: (place: Place) => CloudWatchClient;
  readonly tagging: (place: Place) => ResourceGroupsTaggingAPIClient;
}): ResourceFinder {
  return {
    async listMetrics(place, { namespace, metricName, recent }) {
      const client = clients.cloudWatch(place);
      const found: ListedMetric[] = [];
      await eachPage('ListMetrics', async (token) => {
        const page = await client.send(
          new ListMetricsCommand({
            Namespace: namespace,
            MetricName: metricName,
            ...(recent ? { RecentlyActive: 'PT3H' as const } : {}),
            ...(token === undefined ? {} : { NextToken: token }),
          }),
        );
        for (const { Dimensions = [] } of page.Metrics ?? []) {
          const dimensions = Object.fromEntries(
            Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]),
          );
          found.push({ namespace, metricName, dimensions });
        }
        return page.NextToken;
      });
      return found;
    },
    async tagged(place, kind, tags) {
      const type = TAGGED_TYPES[kind];
      if (type === undefined) return undefined;
      const client = clients.tagging(place);
      const arns: string[] = [];
      await eachPage('GetResources', async (token) => {
        const page = await client.send(
          new GetResourcesCommand({
            ResourceTypeFilters: [type],
            TagFilters: Object.entries(tags).map(([Key, Values]) => ({ Key, Values: [...Values] })),
            ResourcesPerPage: 100,
            ...(token === undefined ? {} : { PaginationToken: token }),
          }),
        );
        for (const { ResourceARN: arn } of page.ResourceTagMappingList ?? []) {
          if (arn !== undefined) arns.push(arn);
        }
        return page.PaginationToken;
      });
      return arns;
    },
  };
}

/**
 * Reads page after page of a listing until `read` gives no token.
 * @throws {DomainError} `THROTTLED`, `SOURCE_UNAVAILABLE`
 */
export async function eachPage(
  what: string,
  read: (token: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    try {
      // The tagging service ends with an empty token.
      token = (await read(token)) || undefined;
    } catch (error) {
      throw foreignError(what, error);
    }
    if (token === undefined) return;
  }
  throw new DomainError('SOURCE_UNAVAILABLE', `${what} gave more than ${MAX_PAGES} pages`, {
    pages: MAX_PAGES,
  });
}

function foreignError(what: string, cause: unknown): DomainError {
  const name = cause instanceof Error ? cause.name : 'unknown';
  // What the SDK itself refuses (no region, no credentials) is said by its message alone.
  const isOurs = cause instanceof Error && !('$metadata' in cause);
  const why = isOurs ? cause.message : name;
  return THROTTLING_NAMES.has(name)
    ? new DomainError('THROTTLED', `${what} is throttled`, { name }, cause)
    : new DomainError('SOURCE_UNAVAILABLE', `${what} did not answer: ${why}`, { name }, cause);
}
