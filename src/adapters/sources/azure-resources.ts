import * as z from 'zod';
import type { AzureMonitorSourceConfig } from '#contracts/config/sources/azure-monitor.ts';
import { DomainError } from '#core/errors.ts';
import { type Clock, HOUR } from '#core/time.ts';
import { AZURE_TYPES } from './azure-metrics.ts';
import type { JsonApi } from './json-api.ts';

/** A resource whose metrics are read. */
export interface AzureResource {
  readonly id: string;
  /** In small letters. */
  readonly type: string;
  readonly region: string;
  readonly subscription: string;
  readonly group: string;
  readonly name: string;
}

/** Resources come and go; they are looked for again after this time. */
const KEPT_FOR = HOUR;
const API_VERSION = '2022-10-01';
/** A page holds 1,000: more are not read by one agent. */
const MOST_PAGES = 20;

const PageSchema = z.object({
  data: z.array(z.object({ id: z.string(), type: z.string(), location: z.string() })).default([]),
  $skipToken: z.string().optional(),
});

/**
 * The resources of a configuration: those it names, with the region that it says, else what Azure
 * Resource Graph knows, looked up once an hour.
 *
 * @see https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
 */
export function azureResources(options: {
  readonly api: JsonApi;
  readonly management: string;
  readonly config: AzureMonitorSourceConfig;
  readonly subscription: string | undefined;
  readonly clock: Clock;
}): (signal?: AbortSignal) => Promise<readonly AzureResource[]> {
  const { api, management, config, subscription, clock } = options;
  const named = config.resources;
  const { region } = config;
  if (region !== undefined && named.length > 0) {
    const resources = named.map((id) => resourceOf(id, region));
    return async () => resources;
  }
  const subscriptions = named.length > 0 ? subscriptionsOf(named) : [subscription ?? ''];
  const query = queryOf(config);
  let held: { readonly resources: readonly AzureResource[]; readonly until: number } | undefined;
  return async (signal) => {
    if (held && clock.now() < held.until) return held.resources;
    const resources: AzureResource[] = [];
    let skipToken: string | undefined;
    for (let page = 1; ; page++) {
      const answer = await api.call({
        what: 'resource graph',
        method: 'POST',
        url: new URL(
          `${management}/providers/Microsoft.ResourceGraph/resources?api-version=${API_VERSION}`,
        ),
        body: {
          subscriptions,
          query,
          options: {
            resultFormat: 'objectArray',
            $top: 1_000,
            ...(skipToken !== undefined && { $skipToken: skipToken }),
          },
        },
        schema: PageSchema,
        signal,
      });
      for (const { id, location } of answer.data) resources.push(resourceOf(id, location));
      skipToken = answer.$skipToken;
      if (skipToken === undefined) break;
      if (page >= MOST_PAGES) {
        const message = `more than ${MOST_PAGES * 1_000} resources are too many for one source`;
        throw new DomainError('CONFIG_INVALID', message, {
          narrow: 'resource_group, resource_types',
        });
      }
    }
    held = { resources, until: clock.now() + KEPT_FOR };
    return resources;
  };
}

/** In Kusto, of values that are checked to hold no quotes. */
function queryOf({
  resources,
  resource_group,
  namespaces,
  resource_types,
}: AzureMonitorSourceConfig): string {
  const list = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');
  const groups = [...namespaces, ...(resource_group === undefined ? [] : [resource_group])];
  const conditions =
    resources.length > 0
      ? [`id in~ (${list(resources)})`]
      : [`type in~ (${list(resource_types ?? AZURE_TYPES)})`];
  if (groups.length > 0) conditions.push(`resourceGroup in~ (${list(groups)})`);
  const where = conditions.map((condition) => `| where ${condition}`).join(' ');
  // Paging needs an order that two resources cannot share.
  return `Resources ${where} | project id, type, location | order by id asc`;
}

function subscriptionsOf(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.map((id) => id.split('/')[2]?.toLowerCase() ?? ''))];
}

/**
 * What an id says: `/subscriptions/s/resourceGroups/g/providers/Space.Name/type/name[/type/name]`.
 */
export function resourceOf(id: string, region: string): AzureResource {
  const [, , subscription = '', , group = '', , space = '', ...rest] = id.split('/');
  const types = rest.filter((_, i) => i % 2 === 0);
  const names = rest.filter((_, i) => i % 2 === 1);
  return {
    id,
    type: [space, ...types].join('/').toLowerCase(),
    region: region.toLowerCase().replaceAll(' ', ''),
    subscription: subscription.toLowerCase(),
    group: group.toLowerCase(),
    name: names.join('.'),
  };
}
