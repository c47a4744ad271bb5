import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { AzureMonitorSourceConfig } from '#contracts/config/sources/azure-monitor.ts';
import { DomainError } from '#core/errors.ts';
import { type Clock, epochMs, SECOND } from '#core/time.ts';
import type { SendHttp } from '../http/send-http.ts';
import { type AccessToken, cachedToken } from './cached-token.ts';
import type { SourceDeps } from './define-source.ts';
import { type Authoriser, type JsonApi, jsonApi } from './json-api.ts';
import { isSilence, METADATA_TIMEOUT_MS } from './metadata-service.ts';

/** Addresses of one of Azure's clouds. */
export interface AzureCloud {
  readonly login: string;
  readonly management: string;
  /** Of a region. */
  readonly metrics: (region: string) => string;
  /** Whom tokens are for. */
  readonly managementAudience: string;
  readonly metricsAudience: string;
}

const CLOUDS: Readonly<Record<AzureMonitorSourceConfig['cloud'], AzureCloud>> = {
  public: cloud('login.microsoftonline.com', 'management.azure.com', 'metrics.monitor.azure.com'),
  usgovernment: cloud(
    ...(['login.microsoftonline.us', 'management.usgovcloudapi.net'] as const),
    'metrics.monitor.azure.us',
  ),
  china: cloud(
    ...(['login.chinacloudapi.cn', 'management.chinacloudapi.cn'] as const),
    'metrics.monitor.azure.cn',
  ),
};

function cloud(login: string, management: string, metrics: string): AzureCloud {
  return {
    login: `https://${login}`,
    management: `https://${management}`,
    managementAudience: `https://${management}`,
    metrics: (region) => `https://${region}.${metrics}`,
    metricsAudience: `https://${metrics}`,
  };
}

/** The addresses of a configuration. */
export function azureCloud(
  { cloud: name, endpoints }: Pick<AzureMonitorSourceConfig, 'cloud' | 'endpoints'>,
  env: SourceDeps['env'],
): AzureCloud {
  const { login, management, metrics } = endpoints;
  const known = CLOUDS[name];
  return {
    login: (login ?? env.AZURE_AUTHORITY_HOST ?? known.login).replace(/\/+$/, ''),
    management: (management ?? known.management).replace(/\/+$/, ''),
    metrics: metrics === undefined ? known.metrics : () => metrics.replace(/\/+$/, ''),
    managementAudience: known.managementAudience,
    metricsAudience: known.metricsAudience,
  };
}

export interface AzureCredentialOptions {
  readonly config: AzureMonitorSourceConfig;
  readonly cloud: AzureCloud;
  readonly send: SendHttp;
  readonly timeoutMs: number;
  readonly deps: { readonly clock: Clock; readonly env: SourceDeps['env']; readonly name: string };
}

/** Life and end of a token; managed identities write numbers as text. */
const TokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  expires_on: z.coerce.number().positive().optional(),
});

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const IMDS = 'http://169.254.169.254';

/**
 * Tokens of Microsoft Entra ID, by audience: for a client secret, for the token file of a workload
 * identity, or of the machine's managed identity (App Service, else the instance metadata service).
 *
 * @throws {DomainError} `CONFIG_INVALID` when a way is asked for that is not configured
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function azureCredentials(
  options: AzureCredentialOptions,
): (audience: string) => Authoriser {
  const { send, timeoutMs, deps } = options;
  const api = jsonApi({ name: 'azure credentials', send, timeoutMs });
  const fetchToken = way(options, api);
  return (audience) => cachedToken((signal) => fetchToken(audience, signal), deps.clock);
}

type FetchToken = (audience: string, signal?: AbortSignal) => Promise<AccessToken>;

function way({ config, cloud, deps }: AzureCredentialOptions, api: JsonApi): FetchToken {
  const { env, clock } = deps;
  const tenant = config.tenant_id ?? config.credentials?.tenant_id ?? env.AZURE_TENANT_ID;
  const client = config.client_id ?? config.credentials?.client_id ?? env.AZURE_CLIENT_ID;
  const secret =
    config.client_secret ?? config.credentials?.client_secret ?? env.AZURE_CLIENT_SECRET;
  const file = env.AZURE_FEDERATED_TOKEN_FILE;
  const { auth } = config;
  const isNamed = tenant !== undefined && client !== undefined;
  if ((auth === 'auto' || auth === 'client-secret') && isNamed && secret !== undefined) {
    const proof = async () => ({ client_secret: secret });
    return entra(api, { cloud, tenant, client, clock, proof });
  }
  if ((auth === 'auto' || auth === 'workload-identity') && isNamed && file !== undefined) {
    // Kubernetes replaces the file's content before it ends.
    const proof = async () => ({
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: (await readToken(file)).trim(),
    });
    return entra(api, { cloud, tenant, client, clock, proof });
  }
  if (auth === 'auto' || auth === 'managed-identity')
    return managedIdentity(api, { client, env, clock });
  const needed = auth === 'client-secret' ? 'client_secret' : 'AZURE_FEDERATED_TOKEN_FILE';
  throw new DomainError(
    'CONFIG_INVALID',
    `the source ${deps.name} needs tenant_id, client_id and ${needed} for auth ${auth}`,
    { auth },
  );
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DomainError('CONFIG_INVALID', `${file} cannot be read`, { file }, error);
  }
}

function entra(
  api: JsonApi,
  by: {
    readonly cloud: AzureCloud;
    readonly tenant: string;
    readonly client: string;
    readonly clock: Clock;
    readonly proof: () => Promise<Readonly<Record<string, string>>>;
  },
): FetchToken {
  const url = new URL(`${by.cloud.login}/${by.tenant}/oauth2/v2.0/token`);
  return async (audience, signal) => {
    const askedAt = by.clock.now();
    const answer = await api.call({
      what: 'the token',
      method: 'POST',
      url,
      form: {
        grant_type: 'client_credentials',
        client_id: by.client,
        scope: `${audience}/.default`,
        ...(await by.proof()),
      },
      schema: TokenSchema,
      signal,
    });
    return toToken(answer, askedAt);
  };
}

function managedIdentity(
  api: JsonApi,
  {
    client,
    env,
    clock,
  }: {
    readonly client: string | undefined;
    readonly env: SourceDeps['env'];
    readonly clock: Clock;
  },
): FetchToken {
  const { IDENTITY_ENDPOINT: service, IDENTITY_HEADER: header } = env;
  const isService = service !== undefined && header !== undefined;
  return async (audience, signal) => {
    const host = env.AZURE_POD_IDENTITY_AUTHORITY_HOST ?? IMDS;
    const url = new URL(isService ? service : `${host}/metadata/identity/oauth2/token`);
    url.searchParams.set('api-version', isService ? '2019-08-01' : '2018-02-01');
    url.searchParams.set('resource', audience);
    if (client !== undefined) url.searchParams.set('client_id', client);
    const askedAt = clock.now();
    try {
      const answer = await api.call({
        what: 'the managed identity',
        method: 'GET',
        url,
        ...(isService
          ? { secretHeaders: { 'x-identity-header': header } }
          : { headers: { metadata: 'true' } }),
        timeoutMs: METADATA_TIMEOUT_MS,
        schema: TokenSchema,
        signal,
      });
      return toToken(answer, askedAt);
    } catch (error) {
      if (signal?.aborted || !isSilence(error)) throw error;
      throw new DomainError(
        'CONFIG_INVALID',
        'there are no Azure credentials: neither a secret, nor a token file, nor a managed identity',
        { set: 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET' },
        error,
      );
    }
  };
}

function toToken(answer: z.infer<typeof TokenSchema>, askedAt: number): AccessToken {
  const { access_token: token, expires_in: life, expires_on: end } = answer;
  const until = life === undefined ? (end ?? 0) * SECOND : askedAt + life * SECOND;
  return { token, expiresAt: epochMs(until) };
}
