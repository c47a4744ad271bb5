import type { Collection } from '#app/collection/create-collection.ts';
import type { KeyCrypto } from '#app/ports/key-crypto.ts';
import type { Stores } from '#app/services.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { Clock, EpochMs } from '#core/time.ts';

/** What the catalog's resources are built over: each makes the repositories that it reads. */
export interface CatalogDeps extends Stores {
  readonly clock: Clock;
  readonly startedAt: EpochMs;
  readonly codeVersion: string;
  readonly keyCrypto: KeyCrypto;
  /** What few resources depend on: read when the first of them is asked for. */
  readonly configured: () => Promise<CatalogConfig>;
}

/** What the catalog answers by out of the configuration. */
export interface CatalogConfig {
  readonly events: readonly ConfiguredEvent[];
  readonly pricing: PricingConfig;
  readonly scaling: ScalingConfig;
  readonly collection: Collection;
  /** Whether anything here lets a key in. */
  readonly acceptsKeys: boolean;
}
