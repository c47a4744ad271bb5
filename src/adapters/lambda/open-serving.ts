import { createServices, type Services } from '#app/services.ts';
import { ServingConfigSchema } from '#contracts/config/serving-config.ts';
import { openParts } from './open-parts.ts';

/** All services, with what answers depend on out of the configuration. */
export async function openServing(env: NodeJS.ProcessEnv): Promise<Services> {
  const { stores, clock, blocks } = await openParts(env, ServingConfigSchema);
  return createServices(stores, clock, blocks);
}
