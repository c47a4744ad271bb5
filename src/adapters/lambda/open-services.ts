import { createServices, type Services } from '#app/services.ts';
import { StoreEnvSchema } from '#contracts/env.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';

/** The services over the stores that a function's environment names. */
export async function openServices(env: NodeJS.ProcessEnv): Promise<Services> {
  return createServices(await openStores(parseEnv(StoreEnvSchema, env)), systemClock);
}
