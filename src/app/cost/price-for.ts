import type { PriceEntry, PricingConfig } from '#contracts/config/pricing.ts';
import { instancePerHour, type PriceSource, pricesOf } from '#core/cost/price-table.ts';
import type { WorkloadId } from '#core/workload.ts';
import { appliesTo } from '../configured-events.ts';

/** What one replica of a workload costs, in US dollars. */
export interface ReplicaPrice {
  readonly perHour: number;
  /** On top of the time, for each request served; 0 where only time is paid. */
  readonly perRequest: number;
  /** What the price is of, as people say it. */
  readonly basis: string;
  /** Where it was read; null when it was configured. */
  readonly source: PriceSource | null;
}

/**
 * What one replica of a workload costs: by the first entry that applies, else by `fallback`.
 * @param fallback - a price an hour that is configured elsewhere
 * @returns undefined when none is known
 */
export function priceFor(
  { prices }: PricingConfig,
  workload: WorkloadId,
  fallback?: number,
): ReplicaPrice | undefined {
  const entry = prices.find((each) => appliesTo(each, workload));
  if (entry) return priceOf(entry);
  if (fallback === undefined) return undefined;
  return { perHour: fallback, perRequest: 0, basis: 'configured with the scaling', source: null };
}

function priceOf(entry: PriceEntry): ReplicaPrice | undefined {
  if (entry.unit === 'replica') {
    return { perHour: entry.per_replica_hour, perRequest: 0, basis: 'configured', source: null };
  }
  const region = pricesOf(entry.region);
  if (!region) return undefined;
  switch (entry.unit) {
    case 'ec2': {
      const { type, replicas_per_instance: shared } = entry;
      const perHour = instancePerHour(entry.region, type);
      const share = shared === 1 ? '' : `1/${shared} `;
      const basis = `${share}${type} on demand, ${entry.region}`;
      const { source } = region.ec2;
      if (perHour === undefined) return undefined;
      return { perHour: perHour / shared, perRequest: 0, basis, source };
    }
    case 'fargate': {
      const { vcpu, gigabyte } = region.fargate.perHour[entry.architecture];
      const size = `${entry.vcpu} vCPU, ${entry.memory_gb} GB`;
      return {
        perHour: entry.vcpu * vcpu + entry.memory_gb * gigabyte,
        perRequest: 0,
        basis: `Fargate ${entry.architecture} ${size}, ${entry.region}`,
        source: region.fargate.source,
      };
    }
    case 'lambda': {
      const perSecond = region.lambda.perGigabyteSecond[entry.architecture] * entry.memory_gb;
      return {
        perHour: perSecond * 3_600,
        perRequest: region.lambda.perRequest,
        basis: `Lambda ${entry.architecture} ${entry.memory_gb} GB, ${entry.region}`,
        source: region.lambda.source,
      };
    }
  }
}
