import { readFile } from 'node:fs/promises';
import type {
  PrometheusAuth,
  PrometheusConnection,
  TlsFiles,
} from '#contracts/config/prometheus.ts';
import { regionOfAddress } from '#contracts/config/prometheus-workspace.ts';
import type { Secret } from '#contracts/config/secret.ts';
import { DomainError } from '#core/errors.ts';
import type { AwsCredentialProvider } from '../aws/sign-http.ts';
import { type RetryOptions, retrying } from '../http/retrying.ts';
import { type HttpRequest, nodeHttp, type SendHttp, type TlsOptions } from '../http/send-http.ts';
import type { RevealSecret } from '../secrets/reveal-secrets.ts';

/** What connections take from outside. */
export interface ConnectDeps extends Omit<RetryOptions, 'attempts'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives the secrets that a configuration refers to. */
  readonly secrets: RevealSecret;
  /** Stands in for the network. */
  readonly send?: SendHttp;
  /** Stands in for what the AWS SDK finds. */
  readonly credentials?: AwsCredentialProvider;
}

/** A way to one server: its requests are authorised, and repeated while it cannot answer. */
export interface ServerConnection {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly send: SendHttp;
  close(): void;
}

/** @throws {DomainError} `CONFIG_INVALID` for files that cannot be read, or a region nobody names */
export async function connect(
  connection: PrometheusConnection,
  deps: ConnectDeps,
): Promise<ServerConnection> {
  const url = new URL(connection.url);
  const network = deps.send
    ? { send: deps.send, close: () => {} }
    : nodeHttp(await tlsOptions(connection.tls));
  const authorise = await authoriser(connection.auth, url, deps);
  const headers = Object.fromEntries(
    Object.entries(connection.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const authorised: SendHttp = async (request) => {
    const own = { ...headers, ...request.headers };
    // Within the tries, because signatures and tokens get old.
    return network.send({
      ...request,
      headers: { ...own, ...(await authorise({ ...request, headers: own })) },
    });
  };
  return {
    url,
    timeoutMs: connection.request_timeout * 1_000,
    send: retrying(authorised, { ...deps, attempts: connection.attempts }),
    close: network.close,
  };
}

type Authorise = (request: HttpRequest) => Promise<Readonly<Record<string, string>>>;

async function authoriser(auth: PrometheusAuth, url: URL, deps: ConnectDeps): Promise<Authorise> {
  switch (auth.type) {
    case 'none':
      return async () => ({});
    case 'basic': {
      const password = () => secretOf(auth.password, auth.password_file, 'password', deps);
      // What is missing is told when it is opened.
      await password();
      return async () => {
        const pair = Buffer.from(`${auth.username}:${await password()}`).toString('base64');
        return { authorization: `Basic ${pair}` };
      };
    }
    case 'bearer':
      return async () => ({
        authorization: `Bearer ${await secretOf(auth.token, auth.token_file, 'token', deps)}`,
      });
    case 'sigv4': {
      const { awsSigner } = await import('../aws/sign-http.ts');
      return awsSigner({
        service: auth.service,
        region: auth.region ?? regionOf(url, deps.env),
        credentials: deps.credentials ?? (await defaultCredentials()),
        clock: deps.clock,
      });
    }
  }
}

/** Loaded here, because other servers need none of it. */
async function defaultCredentials(): Promise<AwsCredentialProvider> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const find = defaultProvider();
  return () =>
    find().catch((error: unknown) => {
      throw new DomainError('CONFIG_INVALID', 'no AWS credentials to sign with', {}, error);
    });
}

function regionOf(url: URL, env: ConnectDeps['env']): string {
  const region = regionOfAddress(url) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region !== undefined) return region;
  throw new DomainError(
    'CONFIG_INVALID',
    `${url.host} does not tell its AWS region: set auth.region`,
    {
      host: url.host,
    },
  );
}

/** Read for every request: passwords and tokens are replaced while this process runs. */
async function secretOf(
  value: Secret | undefined,
  file: string | undefined,
  what: string,
  { secrets }: Pick<ConnectDeps, 'secrets'>,
): Promise<string> {
  if ((value === undefined) === (file === undefined)) {
    const message = `one of ${what} and ${what}_file is needed`;
    throw new DomainError('CONFIG_INVALID', message, { needed: [what, `${what}_file`] });
  }
  if (value === undefined) return (await readConfigured(file ?? '')).trim();
  return typeof value === 'string' ? value : secrets(value);
}

async function tlsOptions(files: TlsFiles): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all(
    [files.ca_file, files.cert_file, files.key_file].map((file) =>
      file === undefined ? undefined : readConfigured(file),
    ),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw new DomainError('CONFIG_INVALID', 'tls.cert_file and tls.key_file belong together');
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(files.server_name !== undefined && { serverName: files.server_name }),
    insecure: files.insecure_skip_verify,
  };
}

async function readConfigured(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DomainError('CONFIG_INVALID', `${file} cannot be read`, { file }, error);
  }
}
