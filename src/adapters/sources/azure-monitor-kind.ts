import { AzureMonitorSourceSchema } from '#contracts/config/sources/azure-monitor.ts';
import { DomainError } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import { azureCloud, azureCredentials } from './azure-credentials.ts';
import { azureResources } from './azure-resources.ts';
import { azureSource } from './azure-source.ts';
import { defineSource } from './define-source.ts';
import { jsonApi } from './json-api.ts';
import { openHttp } from './open-http.ts';

/** Azure Monitor, as an agent's source. */
export const azureMonitorKind = defineSource({
  type: 'azure-monitor',
  summary: 'Azure Monitor: machines, Container Apps, AKS, App Service, databases',
  schema: AzureMonitorSourceSchema,
  open(config, deps) {
    const { env, name, clock } = deps;
    const subscription =
      config.subscription_id ?? config.credentials?.subscription_id ?? env.AZURE_SUBSCRIPTION_ID;
    if (subscription === undefined && config.resources.length === 0) {
      throw new DomainError(
        'CONFIG_INVALID',
        `the source ${name} needs subscription_id or resources`,
        {
          or: 'AZURE_SUBSCRIPTION_ID',
        },
      );
    }
    const cloud = azureCloud(config, env);
    const http = openHttp(deps);
    const timeoutMs = config.request_timeout * SECOND;
    const { send } = http;
    const authoriserOf = azureCredentials({ config, cloud, send, timeoutMs, deps });
    const apiOf = (what: string, audience: string) =>
      jsonApi({ name: what, send, timeoutMs, authoriser: authoriserOf(audience) });
    const management = {
      api: apiOf('azure', cloud.managementAudience),
      base: cloud.management,
    };
    const source = azureSource({
      metrics: { api: apiOf('azure monitor', cloud.metricsAudience), base: cloud.metrics },
      management,
      resources: azureResources({
        api: management.api,
        management: management.base,
        ...{ config, subscription, clock },
      }),
      config,
      deps,
    });
    return { ...source, close: async () => http.close() };
  },
});
