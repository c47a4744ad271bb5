/** Allows metrics to be requested, as far as the month's budget goes. */
export interface MetricsAllowance {
  /**
   * Counts metrics that are about to be requested, durably and before they are.
   * @returns false when the budget does not hold them: they must not be requested
   * @throws {DomainError} `STORE_UNAVAILABLE`
   */
  take(metrics: number): Promise<boolean>;
  /** Takes back what was counted for a call that the service refused, and so does not charge. */
  giveBack(metrics: number): Promise<void>;
}
