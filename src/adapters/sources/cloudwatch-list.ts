import { type CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import type { AvailableMetric, ListMetricsRequest } from '#app/ports/metric-source.ts';
import { eachPage } from '../aws/cloudwatch-resource-finder.ts';

/**
 * The metrics of CloudWatch by the names they are configured by, `AWS/EC2/CPUUtilization`, each once,
 * with the dimensions they have. Those of the last three hours: what has ended is not to be watched.
 *
 * @param namespaces - only of these; of all unless given
 * @throws {DomainError} `THROTTLED`; `SOURCE_UNAVAILABLE`, also for more pages than anybody reads
 */
export async function listCloudWatchMetrics(
  client: CloudWatchClient,
  namespaces: readonly string[],
  { filter = '', limit, signal }: ListMetricsRequest,
): Promise<readonly AvailableMetric[]> {
  const wanted = filter.toLowerCase();
  const found = new Map<string, Set<string>>();
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
    await eachPage('ListMetrics', async (token) => {
      const page = await client.send(
        new ListMetricsCommand({
          RecentlyActive: 'PT3H',
          ...(namespace !== undefined && { Namespace: namespace }),
          ...(token !== undefined && { NextToken: token }),
        }),
        { ...(signal && { abortSignal: signal }) },
      );
      for (const { Namespace = '', MetricName = '', Dimensions = [] } of page.Metrics ?? []) {
        const name = `${Namespace}/${MetricName}`;
        if (!name.toLowerCase().includes(wanted)) continue;
        const sets = found.get(name) ?? new Set();
        found.set(name, sets.add(Dimensions.map(({ Name }) => Name).join(', ')));
      }
      return found.size < limit ? page.NextToken : undefined;
    });
    if (found.size >= limit) break;
  }
  return [...found]
    .map(([name, sets]) => ({ name, detail: detailOf(sets) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, limit);
}

/** The sets of dimensions that a metric is found by. */
function detailOf(sets: ReadonlySet<string>): string {
  return [...sets]
    .sort()
    .map((names) => (names === '' ? 'no dimensions' : `by ${names}`))
    .join('; ');
}
