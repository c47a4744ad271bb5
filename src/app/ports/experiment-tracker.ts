import type { Fit } from '#contracts/http/fits.ts';

/** A place outside Helios where experiments are compared. */
export interface ExperimentTracker {
  /**
   * Records fits. Doing it twice is doing it once.
   * @throws {DomainError} `TRACKER_UNAVAILABLE`
   */
  record(fits: readonly Fit[]): Promise<void>;
}
