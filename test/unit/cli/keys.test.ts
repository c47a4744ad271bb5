import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createApiClient, type PreparedRequest } from '#cli/client.ts';
import { credentialsFor } from '#cli/credentials.ts';
import { type Operation, routeOf } from '#cli/operations.ts';
import { CreatedKeySchema, CreateKeyRequestSchema, KeySchema } from '#contracts/http/keys.ts';
import { keyText } from '#test/helpers/sample-keys.ts';
import { fakeApi, NOW, run, temporaryDirectory } from './fake-environment.ts';

const SECRET = keyText('0011223344556677', 'a');
const KEY = KeySchema.parse({
  id: '0011223344556677',
  name: 'prometheus',
  scopes: ['metrics', 'scalers'],
  state: 'active',
  created_at: '2026-01-01T00:00:00.000Z',
  created_by: 'arn:aws:iam::123456789012:user/ada',
  expires_at: '2026-04-01T00:00:00.000Z',
  revoked_at: null,
  revoked_by: null,
});
const OLD = {
  ...KEY,
  id: '8899aabbccddeeff',
  name: 'old',
  state: 'expired' as const,
  created_by: null,
};

async function keys(options: string) {
  const api = await fakeApi({
    'GET /api/v1/keys': { body: { keys: [KEY, OLD] } },
    'POST /api/v1/keys': { body: CreatedKeySchema.parse({ key: KEY, secret: SECRET }) },
    'POST /api/v1/keys/0011223344556677/revoke': { body: { ...KEY, state: 'revoked' } },
  });
  const argv = ['keys', ...options.split(' ').filter(Boolean), '--utc', '-e', api.url];
  return { ...(await run(argv)), received: api.received };
}

describe('helios keys', () => {
  it('prints a new key alone on standard output, and what it may on standard error', async () => {
    const { code, out, err, received } = await keys('create prometheus --scope metrics,scalers');
    expect(code).toBe(0);
    expect(out).toBe(`${SECRET}\n`);
    expect(err).toBe(
      'key 0011223344556677 may metrics, scalers until 2026-04-01 00:00Z\n' +
        'keep it in a file for --api-key-file: it is not shown again\n',
    );
    const body = { name: 'prometheus', scopes: ['metrics', 'scalers'], expires_in_days: 90 };
    expect(CreateKeyRequestSchema.parse(received[0]?.body)).toEqual(body);
  });

  it('gives all of the answer as JSON', async () => {
    const { out } = await keys('create prometheus --scope metrics --days 30 -o json');
    expect(CreatedKeySchema.parse(JSON.parse(out)).secret).toBe(SECRET);
  });

  it.each([
    ['create prometheus', "required option '--scope"],
    ['create prometheus --scope admin', 'Allowed are ingest, metrics, scalers'],
    ['create prometheus --scope ingest --days 366', 'whole numbers from 1 to 365'],
  ])('%s is refused', async (options, message) => {
    const { code, err, received } = await keys(options);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(received).toEqual([]);
  });

  it('lists keys with scopes, state and end', async () => {
    const { out } = await keys('');
    expect(out).toContain(
      '| Id               | Name       | Scopes           | State   | Expires ',
    );
    expect(out).toMatch(
      /\| 8899aabbccddeeff \| old +\| metrics, scalers \| expired \| 2026-04-01 00:00Z /,
    );
    expect(out).not.toContain('hk_');
  });

  it('revokes one', async () => {
    const { out } = await keys('revoke 0011223344556677');
    expect(out).toBe('key 0011223344556677 (prometheus) is revoked\n');
  });
});

describe('a key in a file', () => {
  const AWS = 'https://abc.execute-api.eu-west-1.amazonaws.com';
  const signer = async () => async () => ({ authorization: 'AWS4-HMAC-SHA256 signed' });
  /** How an operation would be sent: its prefix, and what proves who calls. */
  const sent = async (operation: Operation, endpoint: string, key?: string) => {
    const route = routeOf(operation);
    const { sign, prefixOf } = credentialsFor(endpoint, key, ENVIRONMENT, signer);
    const headers = await sign?.(REQUEST, route);
    return [prefixOf?.(route) ?? '', headers?.authorization];
  };
  const REQUEST: PreparedRequest = {
    method: 'GET',
    url: new URL(AWS),
    headers: {},
    body: undefined,
  };
  const ENVIRONMENT = { env: {}, clock: { now: () => NOW } };

  it('opens the routes of keys on AWS; everything else is signed', async () => {
    expect(await sent('ingest', AWS, SECRET)).toEqual(['/key', `Bearer ${SECRET}`]);
    expect(await sent('predict', AWS, SECRET)).toEqual(['', 'AWS4-HMAC-SHA256 signed']);
    expect(await sent('health', AWS, SECRET)).toEqual(['', undefined]);
    expect(await sent('ingest', AWS)).toEqual(['', 'AWS4-HMAC-SHA256 signed']);
  });

  it('is sent everywhere to another server, a Helios key under its prefix where it has one', async () => {
    const local = 'https://helios.example.com';
    expect(await sent('ingest', local, SECRET)).toEqual(['/key', `Bearer ${SECRET}`]);
    expect(await sent('predict', local, SECRET)).toEqual(['', `Bearer ${SECRET}`]);
    expect(await sent('ingest', local, 'own-key')).toEqual(['', 'Bearer own-key']);
    expect(await sent('ingest', local)).toEqual(['', undefined]);
  });

  it('reaches the prefixed path, with its base', async () => {
    const api = await fakeApi({});
    const { sign = signer, prefixOf = () => '' } = credentialsFor(api.url, SECRET, ENVIRONMENT);
    const environment = { fetch, random: () => 0, sleep: async () => {} };
    const client = createApiClient(environment, {
      endpoint: `${api.url}/base/`,
      sign: async (request, route) => Object(await sign(request, route)),
      prefixOf,
    });
    await client.call('ingest', { body: {} }).catch(() => {});
    expect(api.received[0]).toMatchObject({
      path: '/base/key/api/v1/ingest',
      headers: { authorization: `Bearer ${SECRET}` },
    });
  });

  it('is found by the commands', async () => {
    const api = await fakeApi({ 'GET /api/v1/keys': { body: { keys: [] } } });
    const home = await temporaryDirectory();
    await writeFile(join(home, 'helios.key'), `${SECRET}\n`);
    const argv = ['keys', '-e', api.url, '--api-key-file', 'helios.key'];
    const { out } = await run(argv, { homeDirectory: home });
    expect(out).toBe('no keys: helios keys create <name> --scope ingest\n');
    expect(api.received[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });
});
