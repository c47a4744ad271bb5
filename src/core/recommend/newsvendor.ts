/** What it costs to have too much, and to have too little; in the same currency. */
export interface CapacityPrices {
  /** One replica for one hour. */
  readonly unitHour: number;
  /** One minute in which one replica is missing. */
  readonly minuteShort: number;
}

/** Beyond it the errors of a backtest are too few to know the quantile. */
export const HIGHEST_QUANTILE = 0.99;
/** Below it, planning would be for less than what nearly always comes. */
export const LOWEST_QUANTILE = 0.05;

/**
 * The quantile of demand that is cheapest to plan for: cₛ / (cₛ + cᵤ), with cₛ the price of a minute
 * short and cᵤ that of a replica for a minute; the critical fractile of the newsvendor (Arrow, Harris
 * & Marschak 1951). It is moved into [0.05, 0.99], where bands can be measured.
 *
 * @throws {RangeError} when a price is negative or not finite, or both are 0
 * @example
 * ```ts
 * newsvendorQuantile({ unitHour: 0.6, minuteShort: 0.09 }); // => 0.9
 * newsvendorQuantile({ unitHour: 0.06, minuteShort: 100 }); // => 0.99
 * ```
 */
export function newsvendorQuantile({ unitHour, minuteShort }: CapacityPrices): number {
  const unitMinute = unitHour / 60;
  const total = minuteShort + unitMinute;
  if (!(unitHour >= 0 && minuteShort >= 0 && total > 0 && Number.isFinite(total))) {
    throw new RangeError(`prices are 0 or more and not both 0, got ${unitHour}, ${minuteShort}`);
  }
  return Math.min(HIGHEST_QUANTILE, Math.max(LOWEST_QUANTILE, minuteShort / total));
}
