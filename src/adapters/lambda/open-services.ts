import { createServices, type Services } from '#app/services.ts';
import { StoreEnvSchema } from '#contracts/env.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';
import { readConfig } from './read-config.ts';

/** The services over the stores that a function's environment names. */
export async function openServices(env: NodeJS.ProcessEnv): Promise<Services> {
  const parsed = parseEnv(StoreEnvSchema, env);
  const { events, detection, scaling, pricing } = readConfig(parsed.CONFIG_PATH);
  return createServices(await openStores(parsed), systemClock, {
    events,
    detection,
    scaling,
    pricing,
  });
}
