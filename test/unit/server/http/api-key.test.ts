import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { ROUTES } from '#contracts/routes.ts';
import { isDomainError } from '#core/errors.ts';
import { apiKeyAuthorizer, hashApiKey } from '#server/http/api-key.ts';
import { keyAuthorizer } from '#server/http/key-authorizer.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { keyText, SAMPLE_KEYS, storeSampleKeys } from '#test/helpers/sample-keys.ts';

// SHA-256 of "abc", FIPS 180-2 appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

it('hashApiKey is SHA-256', () => {
  expect(hashApiKey('abc')).toBe(ABC);
});

describe('apiKeyAuthorizer', () => {
  const authorize = apiKeyAuthorizer({ keySha256: ABC });
  const ask = (headers: Record<string, string>, path = '/models') =>
    authorize({ method: 'GET', path, headers });

  it.each([
    [{ authorization: 'Bearer abc' }, true],
    [{ authorization: 'bearer  abc' }, true],
    [{ 'x-api-key': 'abc' }, true],
    [{}, false],
    [{ authorization: 'abc' }, false],
    [{ authorization: 'Basic abc' }, false],
    [{ authorization: 'Bearer ' }, false],
    [{ authorization: 'Bearer abd' }, false],
    [{ authorization: 'Bearer abc,Bearer abc' }, false],
    [{ authorization: `Bearer ${ABC}` }, false],
    [{ 'x-api-key': '' }, false],
    [{ 'x-api-key': 'abc,abc' }, false],
    // A wrong bearer key is not made good by another header.
    [{ authorization: 'Bearer wrong', 'x-api-key': 'abc' }, false],
  ])('of %j is %p', (headers, expected) => {
    expect(ask(headers)).toBe(expected);
  });

  it('leaves /health open and nothing that looks like it', () => {
    expect(ask({}, '/health')).toBe(true);
    expect(ask({}, '/health/')).toBe(false);
    expect(ask({}, '/%68ealth')).toBe(false);
    expect(ask({}, '/Health')).toBe(false);
  });

  it('refuses a hash that is none', () => {
    expect(() => apiKeyAuthorizer({ keySha256: 'abc' })).toThrow(RangeError);
  });
});

describe('keyAuthorizer', () => {
  const now = at('2026-03-05T00:00:00Z');
  const gate = async () => {
    const services = memoryServices(now);
    await storeSampleKeys(services.keys);
    const authorize = keyAuthorizer({
      ...services,
      keyCrypto: nodeKeyCrypto,
      keySha256: ABC,
      routes: ROUTES,
    });
    const ask = (headers: Record<string, string>, path = '/api/v1/ingest', method = 'POST') =>
      authorize({ method, path, headers });
    return { services, ask };
  };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  it("lets the server's own key do everything, as before", async () => {
    const { ask } = await gate();
    expect(await ask(bearer('abc'), '/api/v1/keys')).toBe(true);
    expect(await ask({ 'x-api-key': 'abc' }, '/anything', 'DELETE')).toBe(true);
    expect(await ask({}, '/health', 'GET')).toBe(true);
    expect(await ask(bearer('wrong'))).toBe(false);
    expect(await ask({})).toBe(false);
  });

  it('lets a Helios key do what its scopes say, under both paths and in both headers', async () => {
    const { ask } = await gate();
    expect(await ask(bearer(SAMPLE_KEYS.active))).toBe(true);
    expect(await ask(bearer(SAMPLE_KEYS.active), '/key/api/v1/ingest')).toBe(true);
    expect(await ask({ 'x-api-key': SAMPLE_KEYS.active })).toBe(true);
    // A wrong bearer key is not made good by another header.
    expect(await ask({ ...bearer('wrong'), 'x-api-key': SAMPLE_KEYS.active })).toBe(false);
  });

  it.each([
    ['expired', SAMPLE_KEYS.expired, 'POST', '/api/v1/ingest', 'UNAUTHORIZED', 'KEY_EXPIRED'],
    ['revoked', SAMPLE_KEYS.revoked, 'POST', '/api/v1/ingest', 'UNAUTHORIZED', 'KEY_REVOKED'],
    [
      'unknown',
      keyText('ff'.repeat(8), 'a'),
      'POST',
      '/api/v1/ingest',
      'UNAUTHORIZED',
      'KEY_UNKNOWN',
    ],
    ['malformed', 'hk_1', 'POST', '/api/v1/ingest', 'UNAUTHORIZED', 'KEY_MALFORMED'],
    ['of another scope', SAMPLE_KEYS.active, 'GET', '/metrics', 'FORBIDDEN', 'KEY_SCOPE'],
    ['at a route for others', SAMPLE_KEYS.active, 'POST', '/api/v1/keys', 'FORBIDDEN', 'KEY_ROUTE'],
    ['at no route', SAMPLE_KEYS.active, 'POST', '/%', 'FORBIDDEN', 'KEY_ROUTE'],
    ['by another method', SAMPLE_KEYS.active, 'GET', '/api/v1/ingest', 'FORBIDDEN', 'KEY_ROUTE'],
  ])('refuses one that is %s', async (_, key, method, path, code, reason) => {
    const { ask } = await gate();
    const refused = ask(bearer(key), path, method);
    await expect(refused).rejects.toMatchObject({ code, details: { reason } });
    await expect(refused).rejects.not.toThrow(/aaaa|bbbb|cccc/);
  });

  it('refuses a key from the moment it is revoked', async () => {
    const { ask, services } = await gate();
    await services.keys.revoke('0011223344556677', now, null);
    await expect(ask(bearer(SAMPLE_KEYS.active))).rejects.toMatchObject({
      details: { reason: 'KEY_REVOKED' },
    });
  });

  it('is not upset by any header', async () => {
    const { ask } = await gate();
    const text = fc.oneof(
      fc.string(),
      fc.string().map((tail) => `Bearer hk_${tail}`),
    );
    await fc.assert(
      fc.asyncProperty(text, text, fc.webPath(), async (authorization, key, path) => {
        const answer = await ask({ authorization, 'x-api-key': key }, path).catch(isDomainError);
        expect([false, true]).toContain(answer);
        // Only /health is open; an error of ours is true here.
        if (path !== '/health' && answer === true) {
          expect(authorization).toMatch(/^Bearer +hk_/i);
        }
      }),
      { numRuns: 200 },
    );
  });
});
