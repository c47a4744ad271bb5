import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { type GcpKey, GcpKeySchema } from '#contracts/config/sources/gcp-monitoring.ts';
import { DomainError } from '#core/errors.ts';
import { epochMs, SECOND } from '#core/time.ts';
import type { SendHttp } from '../http/send-http.ts';
import { type AccessToken, cachedToken } from './cached-token.ts';
import type { SourceDeps } from './define-source.ts';
import { type Authoriser, type JsonApi, jsonApi } from './json-api.ts';
import { isSilence, METADATA_TIMEOUT_MS } from './metadata-service.ts';

const SCOPE = 'https://www.googleapis.com/auth/monitoring.read';
const TOKEN_URI = 'https://oauth2.googleapis.com/token';
/** Longest life of an assertion that Google takes. */
const ASSERTION_SECONDS = 3_600;
const METADATA_HOST = 'metadata.google.internal';

const TokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
});

/** Who reads, and the project that they are of, where that is known. */
export interface GcpCredentials {
  readonly authoriser: Authoriser;
  readonly projectId: (signal?: AbortSignal) => Promise<string | undefined>;
}

export interface GcpCredentialOptions {
  readonly key: GcpKey | undefined;
  readonly file: string | undefined;
  readonly timeoutMs: number;
  readonly send: SendHttp;
  readonly deps: Pick<SourceDeps, 'clock' | 'env'>;
}

/**
 * Credentials as Google's own libraries find them: what the configuration holds, the file that
 * `GOOGLE_APPLICATION_CREDENTIALS` names, what `gcloud auth application-default login` has written, else
 * the metadata server of the machine.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a file that cannot be read or is none that is understood
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export async function gcpCredentials(options: GcpCredentialOptions): Promise<GcpCredentials> {
  const { send, timeoutMs, deps } = options;
  const api = jsonApi({ name: 'google credentials', send, timeoutMs });
  const key = options.key ?? (await keyOfFile(options.file, deps.env));
  if (key === undefined) return metadataServer(api, deps);
  const authoriser = cachedToken(tokenOf(key, api, deps), deps.clock);
  return { authoriser, projectId: async () => key.project_id ?? key.quota_project_id };
}

async function keyOfFile(
  file: string | undefined,
  env: SourceDeps['env'],
): Promise<GcpKey | undefined> {
  const named = file ?? env.GOOGLE_APPLICATION_CREDENTIALS;
  const home =
    env.CLOUDSDK_CONFIG ?? (env.HOME === undefined ? undefined : `${env.HOME}/.config/gcloud`);
  const path =
    named ?? (home === undefined ? undefined : `${home}/application_default_credentials.json`);
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (named === undefined) return undefined;
    throw new DomainError('CONFIG_INVALID', `${path} cannot be read`, { file: path }, error);
  }
  const read = GcpKeySchema.safeParse(json(text));
  if (read.success) return read.data;
  throw new DomainError('CONFIG_INVALID', `${path} holds no Google credentials`, { file: path });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tokenOf(
  key: GcpKey,
  api: JsonApi,
  { clock }: Pick<SourceDeps, 'clock'>,
): (signal?: AbortSignal) => Promise<AccessToken> {
  const url = new URL(key.token_uri ?? TOKEN_URI);
  const form = formOf(key, url);
  return async (signal) => {
    const askedAt = clock.now();
    const { access_token, expires_in } = await api.call({
      what: 'the token',
      method: 'POST',
      url,
      form: form(Math.floor(askedAt / SECOND)),
      schema: TokenSchema,
      signal,
    });
    return { token: access_token, expiresAt: epochMs(askedAt + expires_in * SECOND) };
  };
}

function formOf(key: GcpKey, url: URL): (nowSeconds: number) => Readonly<Record<string, string>> {
  const { type, client_email, private_key, client_id, client_secret, refresh_token } = key;
  if (type === 'service_account' && client_email && private_key) {
    const by = { email: client_email, privateKey: private_key, keyId: key.private_key_id };
    return (now) => ({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion(by, url.href, now),
    });
  }
  if (type === 'authorized_user' && client_id && client_secret && refresh_token) {
    return () => ({ grant_type: 'refresh_token', client_id, client_secret, refresh_token });
  }
  throw new DomainError('CONFIG_INVALID', `credentials of type ${type} are not understood here`, {
    allowed: ['service_account', 'authorized_user', 'the metadata server'],
    try: 'the key of a service account, or an agent that runs in Google Cloud, where the metadata server answers',
  });
}

/** A JSON web token signed with the service account's key (RFC 7519, RFC 7523). */
function assertion(
  by: { readonly email: string; readonly privateKey: string; readonly keyId: string | undefined },
  audience: string,
  nowSeconds: number,
): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(by.keyId !== undefined && { kid: by.keyId }) };
  const claims = {
    ...{ iss: by.email, scope: SCOPE, aud: audience },
    ...{ iat: nowSeconds, exp: nowSeconds + ASSERTION_SECONDS },
  };
  const text = [header, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  try {
    const signature = createSign('RSA-SHA256').update(text).sign(by.privateKey);
    return `${text}.${signature.toString('base64url')}`;
  } catch {
    // The cause could quote the key.
    throw new DomainError('CONFIG_INVALID', `the private_key of ${by.email} is no key in PEM`);
  }
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** The machine's own service account. */
function metadataServer(
  api: JsonApi,
  { clock, env }: Pick<SourceDeps, 'clock' | 'env'>,
): GcpCredentials {
  const base = new URL(`http://${env.GCE_METADATA_HOST ?? METADATA_HOST}/computeMetadata/v1/`);
  const ask = async <S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal) => {
    try {
      return await api.call({
        what: 'the metadata server',
        method: 'GET',
        url: new URL(path, base),
        headers: { 'metadata-flavor': 'Google' },
        timeoutMs: METADATA_TIMEOUT_MS,
        schema,
        signal,
      });
    } catch (error) {
      if (signal?.aborted || !isSilence(error)) throw error;
      throw new DomainError(
        'CONFIG_INVALID',
        'there are no Google credentials: neither a file nor a metadata server',
        { set: 'credentials_file or GOOGLE_APPLICATION_CREDENTIALS' },
        error,
      );
    }
  };
  const authoriser = cachedToken(async (signal) => {
    const askedAt = clock.now();
    const path = `instance/service-accounts/default/token?scopes=${encodeURIComponent(SCOPE)}`;
    const { access_token, expires_in } = await ask(path, TokenSchema, signal);
    return { token: access_token, expiresAt: epochMs(askedAt + expires_in * SECOND) };
  }, clock);
  return {
    authoriser,
    projectId: async (signal) => {
      const path = 'project/numeric-project-id';
      // A number is JSON too.
      return String(await ask(path, z.union([z.number(), z.string()]), signal));
    },
  };
}
