import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import type { Stores } from '#app/services.ts';
import { StoreEnvSchema } from '#contracts/env.ts';
import type { Clock } from '#core/time.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';

/** What every function that answers is made of. */
export interface Parts<Blocks> {
  readonly stores: Stores;
  readonly clock: Clock;
  /** What its answers depend on out of the configuration. */
  readonly blocks: Blocks;
}

/**
 * Opens the stores that the environment names and reads some blocks of the configuration. A function that
 * somebody waits for builds over them what its own answers need, and nothing else: the schemas of all
 * repositories and of the whole configuration take longer than all else at a cold start.
 *
 * @param schema - of these blocks; others are let through unread, because the file was checked when it was deployed
 */
export async function openParts<Blocks>(
  env: NodeJS.ProcessEnv,
  schema: z.ZodType<Blocks>,
): Promise<Parts<Blocks>> {
  const parsed = parseEnv(StoreEnvSchema, env);
  const path = parsed.CONFIG_PATH;
  const blocks = schema.parse(path === undefined ? {} : JSON.parse(readFileSync(path, 'utf8')));
  return { stores: await openStores(parsed), clock: systemClock, blocks };
}
