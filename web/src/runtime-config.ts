import type { RuntimeConfig } from '#contracts/dashboard-page.ts';

/** How people sign in, as `config.json` says it. */
export type SignInConfig = RuntimeConfig['sign_in'];

/**
 * Reads `config.json`, which lies beside the page.
 * @throws {Error} when it cannot be read or says something else
 */
export async function loadRuntimeConfig(fetcher: typeof fetch): Promise<RuntimeConfig> {
  const response = await fetcher('/config.json');
  if (!response.ok) throw new Error(`config.json answered ${response.status}`);
  const config: unknown = await response.json();
  if (!isRuntimeConfig(config)) throw new Error('config.json is of another version than this page');
  return config;
}

/** As far as the page depends on it: the server writes it by the schema. */
function isRuntimeConfig(value: unknown): value is RuntimeConfig {
  const { api_base, sign_in } = Object(value);
  const { kind, issuer, client_id, scopes } = Object(sign_in);
  if (typeof api_base !== 'string') return false;
  if (kind !== 'oidc') return kind === 'none' || kind === 'key';
  return typeof issuer === 'string' && typeof client_id === 'string' && Array.isArray(scopes);
}
