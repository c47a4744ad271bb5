import { createServices, type Services } from '#app/services.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { StoreEnvSchema } from '#contracts/env.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';
import { readConfig } from './read-config.ts';

/** The services over the stores that a function's environment names, and what is configured. */
export async function openServices(
  env: NodeJS.ProcessEnv,
): Promise<Services & { readonly config: HeliosConfig }> {
  const parsed = parseEnv(StoreEnvSchema, env);
  const config = readConfig(parsed.CONFIG_PATH);
  const { events, detection, scaling, pricing } = config;
  const services = createServices(await openStores(parsed), systemClock, {
    events,
    detection,
    scaling,
    pricing,
  });
  return { ...services, config };
}
