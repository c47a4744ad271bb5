import type * as z from 'zod';
import type { MetricSource } from '#app/ports/metric-source.ts';
import type { Revealed } from '#contracts/config/secret.ts';
import type { SourceType } from '#contracts/config/source-types.ts';
import type { Clock } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import { type RevealSecret, revealSecrets } from '../secrets/reveal-secrets.ts';

/** What every source is opened with beside its own configuration. */
export interface SourceDeps {
  readonly clock: Clock;
  /** Waits for `ms`, or less when `signal` aborts it; never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives the secrets that the configuration refers to. */
  readonly secrets: RevealSecret;
  /** Of this instance: `Observation.source` begins with it. */
  readonly name: string;
  /** Whose metrics those are that name no workload themselves. */
  readonly workload: WorkloadId;
  /** Static labels of the configuration. */
  readonly labels: Readonly<Record<string, string>>;
  /** This machine. */
  readonly host: string;
}

/** A kind of source as the registry knows it: it opens what `schema` has accepted. */
export interface SourceKind {
  readonly type: SourceType;
  /** What it reads, in a line. */
  readonly summary: string;
  readonly schema: z.ZodType;
  /** @throws {DomainError} `CONFIG_INVALID`, `SOURCE_UNAVAILABLE` */
  open(config: unknown, deps: SourceDeps): Promise<MetricSource>;
}

/** Describes a kind of source: its keys and how it is opened. */
export function defineSource<S extends z.ZodType>(kind: {
  readonly type: SourceType;
  readonly summary: string;
  readonly schema: S;
  /** With the secrets in the place of where they are kept. */
  open(config: Revealed<z.output<S>>, deps: SourceDeps): MetricSource | Promise<MetricSource>;
}): SourceKind {
  return {
    type: kind.type,
    summary: kind.summary,
    schema: kind.schema,
    open: async (config, deps) =>
      kind.open(await revealSecrets(kind.schema.parse(config), deps.secrets), deps),
  };
}
