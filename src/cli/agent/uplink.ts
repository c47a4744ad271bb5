import { resolve } from 'node:path';
import { type AgentClock, inWords } from '#app/agent/agent-clock.ts';
import type { AgentUplink, Uplinked } from '#app/ports/agent-uplink.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { readApiKey } from '../api-key.ts';
import { type ApiClient, createApiClient } from '../client.ts';
import type { CommandContext } from '../command-context.ts';
import { credentialsFor } from '../credentials.ts';
import type { Environment } from '../environment.ts';
import { ServiceFault } from '../failure.ts';
import { isLoopback } from '../session.ts';
import type { LoadedConfig } from './load-config.ts';

/** SigV4 refuses what was signed more than five minutes ago, or ahead. */
const MOST_SKEW_MS = 240_000;

/** What the last answer said beside its body. */
interface Heard {
  answered: boolean;
  retryAfterMs: number | undefined;
  /** The time that the last call was signed with, minus the endpoint's. */
  skewMs: number;
}

/**
 * The agent's way to the endpoint that is configured: by flag, `HELIOS_ENDPOINT`, the agent's file, or as
 * for every command. It never starts a service of its own.
 *
 * @param clock - hears the dates of all answers, and is what calls are signed by
 */
export async function openUplink(
  context: CommandContext,
  loaded: LoadedConfig,
  clock: AgentClock,
): Promise<AgentUplink> {
  const { environment } = context;
  const endpoint = endpointOf(context, loaded);
  const key = await keyOf(context, loaded);
  warnOfPlainText(context, endpoint, key);
  const credentials = credentialsFor(endpoint, key, { env: environment.env, clock });
  const timeoutMs = loaded.config.helios.timeout * 1_000;
  const open = () => {
    const heard: Heard = { answered: false, retryAfterMs: undefined, skewMs: 0 };
    const client = createApiClient(
      { ...pick(environment), fetch: listening(environment, clock, heard) },
      // Who tries again, and when, is the agent's own decision.
      { endpoint, ...credentials, attempts: 1, timeoutMs },
    );
    return caller(client, heard);
  };
  // Two, because each listens to its own answers.
  const [sending, beating] = [open(), open()];
  return {
    endpoint,
    send: ({ id, json }) =>
      sending((client) =>
        client.call('ingest', { json: `{"batch_id":${JSON.stringify(id)},${json.slice(1)}` }),
      ),
    heartbeat: (body) => beating((client) => client.call('heartbeat', { body })),
  };
}

/** The endpoint of the agent. */
export function endpointOf({ settings }: CommandContext, { config }: LoadedConfig): string {
  const { value, origin } = settings.endpoint;
  const isGiven = origin === 'flag' || origin === 'environment';
  return isGiven ? value : (config.helios.endpoint ?? value);
}

/** A key named on the command line or in the environment wins over the file's. */
async function keyOf(
  { environment, settings }: CommandContext,
  { config, directory }: LoadedConfig,
): Promise<string | undefined> {
  const { api_key_file: setting } = settings;
  const inFile = config.helios.api_key_file;
  const isGiven = setting.origin === 'flag' || setting.origin === 'environment';
  if (isGiven && setting.value !== null) {
    return readApiKey(resolve(environment.workingDirectory, setting.value));
  }
  const fromEnvironment = environment.env.HELIOS_API_KEY || undefined;
  if (fromEnvironment !== undefined) return fromEnvironment;
  if (inFile !== undefined) return readApiKey(resolve(directory, inFile));
  if (config.helios.api_key !== undefined) return config.helios.api_key;
  if (setting.value === null) return undefined;
  return readApiKey(resolve(environment.workingDirectory, setting.value));
}

function warnOfPlainText(
  { messages }: CommandContext,
  endpoint: string,
  key: string | undefined,
): void {
  const { protocol, hostname } = new URL(endpoint);
  if (key === undefined || protocol !== 'http:' || isLoopback(hostname)) return;
  messages.warn(`the key goes to ${hostname} unencrypted: use https`);
}

function pick({ sleep, random }: Environment) {
  return { sleep, random };
}

/** A fetch that remembers what answers say in their headers. */
function listening(
  { fetch, uptimeMs }: Environment,
  clock: AgentClock,
  heard: Heard,
): typeof globalThis.fetch {
  return async (input, init) => {
    const askedAt = clock.now();
    const uptime = uptimeMs();
    const response = await fetch(input, init);
    heard.answered = true;
    const date = Date.parse(response.headers.get('date') ?? '');
    heard.skewMs = Number.isNaN(date) ? 0 : askedAt - date;
    // What stands before Helios answers for it when it is away, by a clock of its own.
    if (response.status < 500) clock.hear(date, uptimeMs() - uptime);
    heard.retryAfterMs = retryAfterMs(response.headers.get('retry-after'), clock.now());
    return response;
  };
}

/** Seconds, or a date. */
function retryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - now;
  return ms >= 0 ? ms : undefined;
}

function caller(client: ApiClient, heard: Heard) {
  let wasLetIn = false;
  return async <T>(call: (client: ApiClient) => Promise<T>): Promise<Uplinked<T>> => {
    heard.answered = false;
    heard.retryAfterMs = undefined;
    try {
      const value = await call(client);
      wasLetIn = true;
      return { kind: 'done', value };
    } catch (error) {
      return whatFailed(error, heard, wasLetIn);
    }
  };
}

function whatFailed(error: unknown, heard: Heard, wasLetIn: boolean): Uplinked<never> {
  const { retryAfterMs: retry } = heard;
  const later = (message: string) =>
    ({ kind: 'later', message, ...(retry !== undefined && { retryAfterMs: retry }) }) as const;
  if (isDomainError(error, 'UNAUTHORIZED', 'FORBIDDEN')) {
    if (heard.answered && Math.abs(heard.skewMs) > MOST_SKEW_MS) {
      return later(`refused, and the clock of this machine is ${inWords(heard.skewMs)}`);
    }
    // Credentials that were there a moment ago come back.
    if (!heard.answered && wasLetIn) return later(error.message);
    return { kind: 'refused', error };
  }
  if (isDomainError(error, 'REQUEST_INVALID', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED')) {
    return { kind: 'unusable', message: error.message };
  }
  if (isDomainError(error, 'CONFIG_INVALID')) return { kind: 'refused', error };
  if (error instanceof DomainError || error instanceof ServiceFault) return later(error.message);
  throw error;
}
