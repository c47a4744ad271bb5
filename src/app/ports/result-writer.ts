import type { EpochMs } from '#core/time.ts';

/** One value of one series, named and labelled as `GET /metrics` does. */
export interface ResultSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: EpochMs;
  /** Finite. */
  readonly value: number;
}

/** Where results go that somebody else stores. */
export interface ResultWriter {
  /** @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`, `DEADLINE_EXCEEDED`, `CONFIG_INVALID` */
  write(samples: readonly ResultSample[]): Promise<void>;
}
