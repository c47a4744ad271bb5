import { resolve } from 'node:path';
import { isDomainError } from '#core/errors.ts';
import { readApiKey } from './api-key.ts';
import { type ApiClient, type ApiClientOptions, createApiClient } from './client.ts';
import { type Credentials, credentialsFor } from './credentials.ts';
import type { Environment } from './environment.ts';
import type { Messages } from './messages.ts';
import type { Settings } from './settings.ts';

/** A connection to Helios for the time of one command. */
export interface Session {
  readonly client: ApiClient;
  /** The service runs in this process and ends with the command. */
  readonly isInProcess: boolean;
  close(): Promise<void>;
}

export interface SessionOptions extends Pick<ApiClientOptions, 'attempts' | 'retryUnreachable'> {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly messages: Messages;
}

/** A server on this machine answers /health in milliseconds. */
const PROBE_TIMEOUT_MS = 3_000;

/**
 * Connects to the configured endpoint. Where none was configured and no server runs on this machine,
 * the same application is started in this process, under the lock of its data directory, so that a
 * command and a server never share a store.
 *
 * A data directory that was named with a flag and that no server has marked as its own is not looked
 * for behind the default port: a server there has another one.
 *
 * @throws {DomainError} `STORE_LOCKED`, `CONFIG_INVALID`, `UNAUTHORIZED`
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { environment, settings, messages } = options;
  const { value: endpoint, origin } = settings.endpoint;
  if (origin === 'server' || origin === 'default') {
    const isForeign = origin === 'default' && settings.data_dir.origin === 'flag';
    if (isForeign || !(await isListening(environment, endpoint))) return startInProcess(options);
  }
  const credentials = await credentialsOf(endpoint, settings, environment, messages);
  const client = createApiClient(environment, clientOptions(options, endpoint, credentials));
  return { client, isInProcess: false, close: async () => {} };
}

function clientOptions(
  { attempts, retryUnreachable }: SessionOptions,
  endpoint: string,
  credentials: Credentials = {},
): ApiClientOptions {
  return {
    endpoint,
    ...credentials,
    ...(attempts !== undefined && { attempts }),
    ...(retryUnreachable !== undefined && { retryUnreachable }),
  };
}

async function startInProcess(options: SessionOptions): Promise<Session> {
  const { environment, settings, messages } = options;
  const application = await environment.startApplication({
    dataDir: settings.data_dir.value,
    host: '127.0.0.1',
    port: 0,
    sample: false,
    hostMetrics: false,
    schedule: false,
    onProgress: () => {},
    log: (event, fields) => messages.debug(`${event} ${JSON.stringify(fields)}`),
  });
  messages.note(`no server is running: answering from ${settings.data_dir.value}`);
  const client = createApiClient(environment, clientOptions(options, application.url));
  return { client, isInProcess: true, close: () => application.close() };
}

/** Whether Helios answers there. Anything else on that port is treated as if nobody listened. */
async function isListening(environment: Environment, endpoint: string): Promise<boolean> {
  const probe = { endpoint, attempts: 1, timeoutMs: PROBE_TIMEOUT_MS };
  try {
    await createApiClient(environment, probe).call('health');
    return true;
  } catch (error) {
    if (isDomainError(error, 'ENDPOINT_UNAVAILABLE')) return false;
    throw error;
  }
}

async function credentialsOf(
  endpoint: string,
  settings: Settings,
  environment: Environment,
  messages: Messages,
): Promise<Credentials> {
  const keyFile = settings.api_key_file.value;
  if (keyFile === null) return credentialsFor(endpoint, undefined, environment);
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'http:' && !isLoopback(hostname)) {
    messages.warn(`the key goes to ${hostname} unencrypted: use https`);
  }
  const key = await readApiKey(resolve(environment.workingDirectory, keyFile));
  return credentialsFor(endpoint, key, environment);
}

/**
 * Whether a host name stays on this machine.
 * @example
 * ```ts
 * isLoopback('127.0.0.1'); // => true
 * isLoopback('0.0.0.0'); // => false
 * ```
 */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
