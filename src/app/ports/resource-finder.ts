import type { ResourceKind } from '#contracts/config/discovery.ts';

/** Where is looked: a configured account by its name, and a region; the own ones unless given. */
export interface Place {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** A metric that CloudWatch has had data of in the last two weeks. */
export interface ListedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Looks for resources, and reads nothing but their names. */
export interface ResourceFinder {
  /**
   * Every metric of a name, whatever its dimensions.
   * @param metric.recent - only those with data in the last three hours
   * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`
   */
  listMetrics(
    place: Place,
    metric: {
      readonly namespace: string;
      readonly metricName: string;
      readonly recent?: boolean;
    },
  ): Promise<readonly ListedMetric[]>;
  /**
   * The ARNs of resources of a kind that have all of these tags.
   * @returns undefined for a kind that the tagging service does not know
   * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`
   */
  tagged(
    place: Place,
    kind: ResourceKind,
    tags: Readonly<Record<string, readonly string[]>>,
  ): Promise<readonly string[] | undefined>;
}
