import { DATADOG_SITES, DatadogSourceSchema } from '#contracts/config/sources/datadog.ts';
import { DomainError } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import type { HttpAnswer, SendHttp } from '../http/send-http.ts';
import { datadogSource } from './datadog-source.ts';
import { defineSource } from './define-source.ts';
import { jsonApi } from './json-api.ts';
import { openHttp } from './open-http.ts';

/** Datadog, as an agent's source. */
export const datadogKind = defineSource({
  type: 'datadog',
  summary: 'Datadog: hosts, Kubernetes, and any query',
  schema: DatadogSourceSchema,
  open(config, deps) {
    const { env } = deps;
    const other = config.credentials;
    const apiKey = config.api_key ?? other?.api_key ?? env.DD_API_KEY ?? env.DATADOG_API_KEY;
    const appKey =
      config.app_key ??
      config.application_key ??
      other?.app_key ??
      other?.application_key ??
      env.DD_APP_KEY ??
      env.DATADOG_APP_KEY;
    if (apiKey === undefined || appKey === undefined) {
      throw new DomainError('CONFIG_INVALID', `the source ${deps.name} needs api_key and app_key`, {
        or: 'DD_API_KEY and DD_APP_KEY',
      });
    }
    const site = config.site ?? env.DD_SITE ?? 'us1';
    const endpoint = new URL(config.endpoint ?? `https://api.${DATADOG_SITES[site] ?? site}`);
    const http = openHttp(deps, sayingWhen);
    const source = datadogSource({
      api: jsonApi({
        name: 'datadog',
        send: http.send,
        authoriser: {
          headers: async () => ({ 'dd-api-key': apiKey, 'dd-application-key': appKey }),
        },
        timeoutMs: config.request_timeout * SECOND,
      }),
      endpoint,
      config,
      deps,
    });
    return { ...source, close: async () => http.close() };
  },
});

/** Datadog says by a header of its own in how many seconds it takes requests again. */
function sayingWhen(send: SendHttp): SendHttp {
  return async (request): Promise<HttpAnswer> => {
    const answer = await send(request);
    if (answer.status !== 429) return answer;
    const header = (name: string) =>
      answer.header(name) ??
      (name === 'retry-after' ? answer.header('x-ratelimit-reset') : undefined);
    return { ...answer, header };
  };
}
