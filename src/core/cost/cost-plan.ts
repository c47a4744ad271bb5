import { AWS_PRICES, type PricedItem, priceOf } from './aws-prices.ts';

/** A quantity of one kind of use a month, and how it came about. */
export interface PlannedUse {
  readonly item: PricedItem;
  /** What uses it, e.g. `score` or `observations`. */
  readonly by: string;
  /** In the item's unit; 0 or more. */
  readonly quantity: number;
  /** The numbers it was computed from. */
  readonly formula: string;
  /** What is taken for granted. */
  readonly assumption: string;
}

/** One line of a plan. */
export interface CostLine extends PlannedUse {
  readonly service: string;
  readonly unit: string;
  /** US dollars a month. */
  readonly usd: number;
}

/** What running Helios costs a month. */
export interface CostPlan {
  readonly workloads: number;
  /** Most expensive first. */
  readonly lines: readonly CostLine[];
  readonly services: readonly { readonly service: string; readonly usd: number }[];
  readonly totalUsd: number;
  /** Divided among the workloads; null when there are none. */
  readonly perWorkloadUsd: number | null;
  readonly isFreeTierDeducted: boolean;
}

/**
 * Prices what is used. An item's tiers and its free part are those of an account, so that the lines of
 * one item share its price in proportion to their quantities.
 *
 * @throws {RangeError} when a quantity is negative or not finite
 */
export function costPlan(
  uses: readonly PlannedUse[],
  workloads: number,
  options: { readonly freeTier?: boolean } = {},
): CostPlan {
  const quantities = new Map<PricedItem, number>();
  for (const { item, quantity } of uses) {
    quantities.set(item, (quantities.get(item) ?? 0) + quantity);
  }
  const lines = uses.map((use): CostLine => {
    const total = quantities.get(use.item) ?? 0;
    const { service, unit } = AWS_PRICES[use.item];
    const usd = total > 0 ? (priceOf(use.item, total, options) / total) * use.quantity : 0;
    return { ...use, service, unit, usd };
  });
  const totalUsd = sumOf(lines);
  return {
    workloads,
    lines: [...lines].sort((a, b) => b.usd - a.usd),
    services: servicesOf(lines),
    totalUsd,
    perWorkloadUsd: workloads > 0 ? totalUsd / workloads : null,
    isFreeTierDeducted: options.freeTier ?? false,
  };
}

function servicesOf(lines: readonly CostLine[]): CostPlan['services'] {
  const names = [...new Set(lines.map(({ service }) => service))];
  return names
    .map((service) => ({ service, usd: sumOf(lines.filter((line) => line.service === service)) }))
    .sort((a, b) => b.usd - a.usd);
}

function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}
