import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { SOURCE_ATTEMPTS } from '#adapters/sources/open-http.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, MINUTE, SECOND } from '#core/time.ts';
import { type ApiAnswer, type ApiServer, startApiServer } from '#test/helpers/api-server.ts';
import { azure, type Cloud, cloudDeps, gcp, KEYS, NOW } from '#test/helpers/cloud-apis.ts';
import { settableClock } from '#test/helpers/memory-services.ts';
import { timersThatRunOut } from '#test/helpers/timers-that-run-out.ts';

const directory = mkdtempSync(join(tmpdir(), 'helios-identities-'));
afterAll(() => rmSync(directory, { recursive: true }));
const fileOf = (name: string, content: string) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

let server: ApiServer | undefined;
let source: MetricSource | undefined;
afterEach(async () => {
  jest.restoreAllMocks();
  await source?.close?.();
  await server?.close();
});

/** A way to prove who one is: its configuration, its environment, and what of the API it asks. */
interface Way {
  readonly name: string;
  readonly cloud: Cloud;
  readonly asks: string;
  readonly config: (url: string) => object;
  readonly env: (url: string) => Record<string, string>;
  /** What must be in no message. */
  readonly secret: string;
  /** Of a request for a token: its form, else its headers. */
  readonly proof: Readonly<Record<string, string>>;
}

const {
  tenant_id: tenant,
  client_id: client,
  ...azureRest
} = azure.config('') as Record<string, unknown>;
const { client_secret: _, endpoints: _e, ...azureReads } = azureRest;
const AZURE_IDS = { AZURE_TENANT_ID: String(tenant), AZURE_CLIENT_ID: String(client) };
const azureConfig = (url: string) => ({
  ...azureReads,
  endpoints: { login: url, management: url, metrics: url },
});
const { credentials: _c, ...gcpReads } = gcp.config('') as Record<string, unknown>;
const gcpConfig = (url: string) => ({ ...gcpReads, endpoint: url });
const tokenFile = fileOf('token', 'k8s-s3cret-assertion\n');

const WAYS: readonly Way[] = [
  {
    name: 'a client secret of Azure',
    cloud: azure,
    asks: '/oauth2/v2.0/token',
    config: (url) => ({ ...azureConfig(url), client_secret: 'azure-s3cret-value' }),
    env: () => AZURE_IDS,
    secret: 's3cret',
    proof: { grant_type: 'client_credentials', client_secret: 'azure-s3cret-value' },
  },
  {
    name: 'a workload identity of Azure',
    cloud: azure,
    asks: '/oauth2/v2.0/token',
    config: azureConfig,
    env: () => ({ ...AZURE_IDS, AZURE_FEDERATED_TOKEN_FILE: tokenFile }),
    secret: 's3cret',
    proof: {
      client_assertion: 'k8s-s3cret-assertion',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      scope: 'https://metrics.monitor.azure.com/.default',
    },
  },
  {
    name: 'the managed identity of an Azure machine',
    cloud: azure,
    asks: '/metadata/identity/oauth2/token',
    config: azureConfig,
    env: (url) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url }),
    secret: 's3cret',
    proof: { metadata: 'true' },
  },
  {
    name: 'the managed identity of an App Service',
    cloud: azure,
    asks: '/msi/token',
    config: azureConfig,
    env: (url) => ({ IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: 'header-s3cret-x' }),
    secret: 's3cret',
    proof: { 'x-identity-header': 'header-s3cret-x' },
  },
  {
    name: 'a service account of Google',
    cloud: gcp,
    asks: '/token',
    config: gcp.config,
    env: () => ({}),
    secret: 'PRIVATE',
    proof: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
  },
  {
    name: 'what gcloud has written',
    cloud: gcp,
    asks: '/token',
    config: (url) => ({
      ...gcpConfig(url),
      credentials_file: fileOf(
        'adc.json',
        JSON.stringify({
          ...{ type: 'authorized_user', client_id: 'c', client_secret: 'gcloud-s3cret' },
          ...{ refresh_token: 'refresh-s3cret', token_uri: `${url}/token`, account: '' },
        }),
      ),
    }),
    env: () => ({}),
    secret: 's3cret',
    proof: { grant_type: 'refresh_token', refresh_token: 'refresh-s3cret' },
  },
  {
    name: 'the metadata server of Google',
    cloud: gcp,
    asks: '/service-accounts/default/token',
    config: gcpConfig,
    env: (url) => ({ GCE_METADATA_HOST: url.replace('http://', '') }),
    secret: 's3cret',
    proof: { 'metadata-flavor': 'Google' },
  },
];

/** Reads the newest periods, at any time. */
const asking = async (of: MetricSource | undefined) => (await of?.discover?.()) ?? [];

async function opened(way: Way, answer: (question: number) => ApiAnswer, more: object = {}) {
  let tokens = 0;
  server = await startApiServer(({ path }) =>
    path.includes(way.cloud.asks) ? { body: way.cloud.empty } : answer(tokens++),
  );
  const clock = settableClock(NOW);
  const deps = cloudDeps({ clock, env: way.env(server.url) });
  source = await way.cloud.kind.open({ ...way.config(server.url), ...more }, deps);
  return { api: server, clock, ask: () => asking(source) };
}

const token = (n: number) => ({
  body: { access_token: `t0ken-${n}`, expires_in: 3_600, token_type: 'Bearer' },
});
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );
const told = (error: unknown) =>
  error instanceof DomainError ? `${error.message} ${JSON.stringify(error.details)}` : '';

describe.each(WAYS)('$name', (way) => {
  it('proves who it is, and is asked again five minutes before a token ends', async () => {
    const { api, clock, ask } = await opened(way, token);
    await ask();
    const bearers = () => api.to(way.cloud.asks).map(({ headers }) => headers.authorization);
    clock.set(addMs(NOW, SECOND, 3_299));
    await ask();
    expect(new Set(bearers())).toEqual(new Set(['Bearer t0ken-0']));
    clock.set(addMs(NOW, MINUTE, 55));
    await ask();
    expect(bearers().at(-1)).toBe('Bearer t0ken-1');
    const asked = api.to(way.asks);
    expect(asked).toHaveLength(2);
    const { headers = {}, body = '' } = asked[0] ?? {};
    expect({ ...headers, ...Object.fromEntries(new URLSearchParams(body)) }).toMatchObject(
      way.proof,
    );
  });

  it('is asked once more when its token is refused, and not a third time', async () => {
    let tokens = 0;
    let questions = 0;
    server = await startApiServer(({ path }) => {
      if (!path.includes(way.cloud.asks)) return token(tokens++);
      questions++;
      return { status: 401, body: { error: { message: `t0ken-${tokens - 1} is over` } } };
    });
    source = await way.cloud.kind.open(
      way.config(server.url),
      cloudDeps({ env: way.env(server.url) }),
    );
    const error = await failure(asking(source));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect([tokens, questions]).toEqual([2, 2]);
    expect(told(error)).not.toContain('t0ken');
  });

  const echo = `the proof ${way.secret} was refused`;
  it.each([
    ['what is no JSON', { body: '{"access_token": "t0ken' }, 'SOURCE_UNAVAILABLE', 1],
    ['no token', { body: { expires_in: 3_600 } }, 'SOURCE_UNAVAILABLE', 1],
    [
      'a life that is no number',
      { body: { access_token: 't0ken', expires_in: 'soon' } },
      'SOURCE_UNAVAILABLE',
      1,
    ],
    [
      'a refusal',
      { status: 400, body: { error: 'invalid_grant', error_description: echo } },
      'CONFIG_INVALID',
      1,
    ],
    ['a failure', { status: 500, body: {} }, 'SOURCE_UNAVAILABLE', SOURCE_ATTEMPTS],
  ] satisfies readonly (readonly [string, ApiAnswer, string, number])[])(
    'tells %s in place of a token by a code, after a bounded number of tries',
    async (_, answer, code, tries) => {
      const { api, ask } = await opened(way, () => answer);
      const error = await failure(ask());
      expect(error).toMatchObject({ code });
      expect(api.to(way.asks)).toHaveLength(tries);
      expect(told(error)).not.toContain('t0ken');
      // Nothing is asked without a token.
      expect(api.to(way.cloud.asks)).toEqual([]);
    },
  );

  it('is given up when it hangs, and asked again in the next round', async () => {
    let isHanging = true;
    const { runOut } = timersThatRunOut();
    const { api, ask } = await opened(way, (n) => {
      if (!isHanging) return token(n);
      setImmediate(runOut);
      return 'hang';
    });
    const code = /metadata|managed|msi/.test(way.asks) || 'metadata-flavor' in way.proof;
    expect(await failure(ask())).toMatchObject({
      code: code ? 'CONFIG_INVALID' : 'DEADLINE_EXCEEDED',
    });
    expect(api.to(way.asks)).toHaveLength(SOURCE_ATTEMPTS);
    isHanging = false;
    expect(await ask()).toEqual([]);
  });
});

describe('secrets of a proof', () => {
  it.each(WAYS.filter(({ secret }) => secret === 's3cret'))(
    'of $name are in no message',
    async (way) => {
      const proofs = Object.values(way.proof).join(' ');
      const { ask } = await opened(way, () => ({
        status: 400,
        body: { error_description: `what about ${proofs}` },
      }));
      const message = told(await failure(ask()));
      expect(message).toContain('what about');
      expect(message).not.toContain('s3cret');
    },
  );
});

describe('an identity that is not there', () => {
  it('is told by what to set: Azure', async () => {
    const nowhere = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1' };
    source = await azure.kind.open(azureConfig('http://127.0.0.1:1'), cloudDeps({ env: nowhere }));
    const error = await failure(asking(source));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(told(error)).toContain('AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET');
  });

  it.each([
    ['client-secret', 'client_secret'],
    ['workload-identity', 'AZURE_FEDERATED_TOKEN_FILE'],
  ])('is told by what to set where Azure must use auth %s', async (auth, needed) => {
    const work = azure.kind.open({ ...azureConfig('http://127.0.0.1:1'), auth }, cloudDeps());
    expect(told(await failure(work))).toContain(needed);
  });

  it('is told by the file: a token file of Azure that went away', async () => {
    const env = { ...AZURE_IDS, AZURE_FEDERATED_TOKEN_FILE: join(directory, 'gone') };
    source = await azure.kind.open(azureConfig('http://127.0.0.1:1'), cloudDeps({ env }));
    const error = await failure(asking(source));
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      details: { file: join(directory, 'gone') },
    });
  });

  it('is told by what to set: Google', async () => {
    const env = { GCE_METADATA_HOST: '127.0.0.1:1', HOME: directory };
    source = await gcp.kind.open(gcpConfig('http://127.0.0.1:1'), cloudDeps({ env }));
    const error = await failure(asking(source));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(told(error)).toContain('GOOGLE_APPLICATION_CREDENTIALS');
  });

  it.each([
    ['a federated identity', { type: 'external_account', audience: 'x' }, 'metadata server'],
    ['a key that is cut off', { type: 'service_account', client_email: 'a@b' }, 'not understood'],
    ['no JSON', 'private_key: PRIVATE', 'holds no Google credentials'],
    ['a list', [1], 'holds no Google credentials'],
  ])('is refused where the file of Google holds %s', async (_, content, words) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const env = { GOOGLE_APPLICATION_CREDENTIALS: fileOf('key.json', text) };
    const error = await failure(gcp.kind.open(gcpConfig('http://127.0.0.1:1'), cloudDeps({ env })));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(told(error)).toContain(words);
    expect(told(error)).not.toContain('PRIVATE');
  });

  it('is told without the key where a private key is none', async () => {
    const broken = KEYS.privateKey.slice(0, 100);
    const { credentials } = gcp.config('http://127.0.0.1:1') as { credentials: object };
    const config = {
      ...gcpConfig('http://127.0.0.1:1'),
      credentials: { ...credentials, private_key: broken },
    };
    source = await gcp.kind.open(config, cloudDeps());
    const error = await failure(asking(source));
    expect(told(error)).toContain('is no key in PEM');
    expect(told(error)).not.toContain(broken.slice(30, 60));
    expect((error as Error).cause).toBeUndefined();
  });

  it('of a Google machine names its project too', async () => {
    server = await startApiServer(({ path }) => {
      if (path.includes('numeric-project-id')) return { body: '424242' };
      return path.includes(gcp.asks) ? { body: {} } : token(0);
    });
    const { project_id: _p, ...config } = gcpConfig(server.url) as Record<string, unknown>;
    const env = { GCE_METADATA_HOST: server.url.replace('http://', '') };
    source = await gcp.kind.open(config, cloudDeps({ env }));
    await asking(source);
    expect(server.to(gcp.asks)[0]?.path).toContain('/projects/424242/');
  });
});
