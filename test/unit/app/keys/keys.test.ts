import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createKey, type KeyManagerDeps, listKeys, revokeKey } from '#app/keys/manage-keys.ts';
import type { KeyCrypto } from '#app/ports/key-crypto.ts';
import { findServedRoute } from '#contracts/find-route.ts';
import { KEY_FORM, KEY_SCOPES } from '#contracts/http/keys.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import { createHandler } from '#functions/authorize/handler.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';
import { keyText, SAMPLE_KEYS, storeSampleKeys } from '#test/helpers/sample-keys.ts';

const NOW = at('2026-03-05T00:00:00Z');
const INGEST = 'POST /key/api/v1/ingest';

/** The authorizer over a store with the sample keys, and what was compared and logged. */
async function gate() {
  const services = memoryServices(NOW);
  await storeSampleKeys(services.keys);
  const compared: string[][] = [];
  const keyCrypto: KeyCrypto = {
    ...nodeKeyCrypto,
    isSame: (one, other) => {
      compared.push([one, other]);
      return nodeKeyCrypto.isSame(one, other);
    },
  };
  const logger = recordingLogger();
  const authorize = createHandler({ ...services, keyCrypto }, logger);
  const ask = (header: string, routeKey = INGEST) =>
    authorize({ identitySource: [header, routeKey], requestContext: { requestId: 'r-1' } });
  const manager: KeyManagerDeps = { ...services, keyCrypto, acceptsKeys: true };
  return { services, manager, authorize, ask, compared, logger };
}

const allowed = { isAuthorized: true, context: { keyId: '0011223344556677', keyName: 'agent' } };
const refused = (reason: string) => ({ isAuthorized: false, context: { reason } });

describe('the key authorizer', () => {
  const good = `Bearer ${SAMPLE_KEYS.active}`;
  const cases: readonly [string, string, object][] = [
    ['a good key', good, allowed],
    ['the scheme in any case', `bearer ${SAMPLE_KEYS.active}`, allowed],
    ['an expired key', `Bearer ${SAMPLE_KEYS.expired}`, refused('KEY_EXPIRED')],
    ['a revoked key', `Bearer ${SAMPLE_KEYS.revoked}`, refused('KEY_REVOKED')],
    ['an id nobody has', `Bearer ${keyText('ffffffffffffffff', 'a')}`, refused('KEY_UNKNOWN')],
    ['the id of another key', `Bearer ${keyText('0011223344556677', 'b')}`, refused('KEY_UNKNOWN')],
    [
      'the hash in place of the key',
      `Bearer ${nodeKeyCrypto.sha256(SAMPLE_KEYS.active)}`,
      refused('KEY_MALFORMED'),
    ],
    ['no scheme', SAMPLE_KEYS.active, refused('KEY_MALFORMED')],
    ['two keys', `${good},${good}`, refused('KEY_MALFORMED')],
    ['something behind the key', `${good}0`, refused('KEY_MALFORMED')],
    ['a line feed behind it', `${good}\n`, refused('KEY_MALFORMED')],
    ['capitals', good.toUpperCase(), refused('KEY_MALFORMED')],
    ['nothing', '', refused('KEY_MALFORMED')],
  ];

  it.each(cases)('answers %s', async (_, header, answer) => {
    const { ask, logger } = await gate();
    expect(await ask(header)).toEqual(answer);
    // Neither the key nor its hash is ever written down.
    expect(JSON.stringify(logger.lines)).not.toMatch(/aaaa|bbbb|cccc|swordfish/);
  });

  it('tells the log why, under the id of the request', async () => {
    const { ask, logger } = await gate();
    await ask(`Bearer ${SAMPLE_KEYS.revoked}`);
    const fields = {
      requestId: 'r-1',
      keyId: '0123456789abcdef',
      reason: 'KEY_REVOKED',
      routeKey: INGEST,
    };
    expect(logger.lines).toEqual([{ level: 'info', event: 'key refused', fields }]);
  });

  it('lets a key with every scope in at every route of keys, and at no other', async () => {
    const { ask, manager } = await gate();
    const { secret } = await createKey(
      manager,
      { name: 'all', scopes: [...KEY_SCOPES], expires_in_days: 1 },
      undefined,
    );
    const open = [];
    for (const { set, routeKey } of servedRoutes(ROUTES, ['open', 'iam', 'jwt', 'key'])) {
      if ((await ask(`Bearer ${secret}`, routeKey)).isAuthorized) open.push([set, routeKey]);
    }
    expect(open).toEqual(servedRoutes(ROUTES, ['key']).map(({ routeKey }) => ['key', routeKey]));
  });

  it('lets a key in at the routes of its scopes, and nowhere else', async () => {
    const { ask } = await gate();
    const keys = servedRoutes(ROUTES, ['open', 'iam', 'jwt', 'key']).map(
      ({ routeKey }) => routeKey,
    );
    const open = [];
    for (const routeKey of keys) if ((await ask(good, routeKey)).isAuthorized) open.push(routeKey);
    expect(open).toEqual([INGEST, 'POST /key/agents/v1/heartbeat']);
    expect(await ask(good, 'GET /key/metrics')).toEqual(refused('KEY_SCOPE'));
    expect(await ask(good, 'POST /key/api/v1/predict')).toEqual(refused('ROUTE_UNKNOWN'));
  });

  it('ends a key at its last millisecond', async () => {
    const { ask, services } = await gate();
    services.clock.set(at('2026-04-09T23:59:59.999Z'));
    expect(await ask(good)).toEqual(allowed);
    services.clock.set(at('2026-04-10T00:00:00Z'));
    expect(await ask(good)).toEqual(refused('KEY_EXPIRED'));
  });

  it('compares hashes in constant time, those of unknown ids too', async () => {
    const { ask, compared } = await gate();
    const unknown = keyText('ffffffffffffffff', 'a');
    await ask(good);
    await ask(`Bearer ${unknown}`);
    expect(compared).toEqual([
      [nodeKeyCrypto.sha256(SAMPLE_KEYS.active), nodeKeyCrypto.sha256(SAMPLE_KEYS.active)],
      [nodeKeyCrypto.sha256(unknown), '0'.repeat(64)],
    ]);
  });

  // API Gateway keeps an answer for the identity sources: with another header it would be given to
  // whoever sends the same rubbish in Authorization, without the key.
  it('looks at nothing that its answer is not kept by', async () => {
    const { authorize } = await gate();
    const headers = { 'x-api-key': SAMPLE_KEYS.active, authorization: good };
    const event = { identitySource: ['Bearer rubbish', INGEST], headers, routeKey: INGEST };
    expect(await authorize(event)).toEqual(refused('KEY_MALFORMED'));
  });

  it('fails closed when the store does not answer', async () => {
    const { services } = await gate();
    const get = () => Promise.reject(new Error('no store'));
    const deps = { ...services, keys: { ...services.keys, get }, keyCrypto: nodeKeyCrypto };
    const authorize = createHandler(deps, recordingLogger());
    await expect(authorize({ identitySource: [good, INGEST] })).rejects.toThrow('no store');
  });

  it('is not upset by any header, nor by any event', async () => {
    const { ask, authorize } = await gate();
    const nearly = fc
      .tuple(
        fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', ''),
        fc.mixedCase(fc.constant(SAMPLE_KEYS.active)),
        fc.string({ maxLength: 3 }),
      )
      .map((parts) => parts.join(''))
      .filter((text) => text.slice(-80) !== SAMPLE_KEYS.active);
    const header = fc.oneof(nearly, fc.string(), fc.string({ unit: 'binary', maxLength: 200 }));
    const routeKey = fc.oneof(fc.constantFrom(INGEST, 'GET /key/metrics', '$default'), fc.string());
    await fc.assert(
      fc.asyncProperty(header, routeKey, fc.anything(), async (text, key, event) => {
        expect((await ask(text, key)).isAuthorized).toBe(false);
        expect((await authorize(event)).isAuthorized).toBe(false);
        expect((await authorize({ identitySource: event })).isAuthorized).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe('keys', () => {
  const request = { name: 'prometheus', scopes: ['metrics' as const], expires_in_days: 30 };

  it('are made once, shown once, and stored as a hash', async () => {
    const { manager, services, ask } = await gate();
    const { key, secret } = await createKey(manager, request, 'arn:ada');
    expect(secret).toMatch(KEY_FORM);
    expect(key).toEqual({
      id: secret.slice(3, 19),
      name: 'prometheus',
      scopes: ['metrics'],
      state: 'active',
      created_at: '2026-03-05T00:00:00.000Z',
      created_by: 'arn:ada',
      // 30 days later.
      expires_at: '2026-04-04T00:00:00.000Z',
      revoked_at: null,
      revoked_by: null,
    });
    expect(await ask(`Bearer ${secret}`, 'GET /key/metrics')).toMatchObject({ isAuthorized: true });
    const stored = JSON.stringify(await services.catalog.list('api-keys'));
    expect(stored).toContain(nodeKeyCrypto.sha256(secret));
    expect(stored).not.toContain(secret.slice(20));
    const again = await createKey(manager, request, undefined);
    expect(again.secret).not.toBe(secret);
    expect(again.key.created_by).toBeNull();
  });

  it('are not made where nobody accepts them', async () => {
    const { manager } = await gate();
    await expect(
      createKey({ ...manager, acceptsKeys: false }, request, undefined),
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { key: 'authentication.keys.enabled' },
    });
  });

  it('never share an id', async () => {
    const { manager, services } = await gate();
    const stuck = {
      ...manager,
      keyCrypto: { ...nodeKeyCrypto, randomHex: (n: number) => '0'.repeat(2 * n) },
    };
    const first = await createKey(stuck, request, undefined);
    await expect(createKey(stuck, { ...request, name: 'other' }, undefined)).rejects.toThrow(
      'id of an old',
    );
    expect((await services.keys.get(first.key.id))?.name).toBe('prometheus');
  });

  it('are listed newest first, without their hashes', async () => {
    const { manager } = await gate();
    const { keys } = await listKeys(manager);
    expect(keys.map(({ name, state }) => [name, state])).toEqual([
      ['old', 'expired'],
      ['lost', 'revoked'],
      ['agent', 'active'],
    ]);
    expect(JSON.stringify(keys)).not.toContain('sha256');
  });

  it('stay revoked by whom they were first', async () => {
    const { manager, services, ask } = await gate();
    const id = '0011223344556677';
    const revoked = await revokeKey(manager, id, 'arn:ada');
    expect(revoked).toMatchObject({ state: 'revoked', revoked_at: '2026-03-05T00:00:00.000Z' });
    services.clock.set(at('2026-03-06T00:00:00Z'));
    expect(await revokeKey(manager, id, 'arn:bob')).toEqual(revoked);
    expect(await ask(`Bearer ${SAMPLE_KEYS.active}`)).toEqual(refused('KEY_REVOKED'));
    for (const unknown of ['ffffffffffffffff', '', '../x', 'x'.repeat(5_000)]) {
      await expect(revokeKey(manager, unknown, undefined)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
  });
});

describe('the sets of the route table', () => {
  it('give a scope to exactly the routes of keys', () => {
    for (const { path, sets, scope } of ROUTES) {
      expect([path, scope !== undefined]).toEqual([path, sets.includes('key')]);
    }
    expect(new Set(ROUTES.flatMap(({ scope }) => scope ?? []))).toEqual(new Set(KEY_SCOPES));
  });

  it('hold every route that is not open for callers who sign', () => {
    for (const { path, sets } of ROUTES) {
      expect([path, sets.includes('open')]).toEqual([path, !sets.includes('iam')]);
    }
  });

  it('keep what gives keys, moves capacity or commands agents to callers who sign', () => {
    const signedOnly = ROUTES.filter(({ sets }) => sets.length === 1 && sets[0] === 'iam');
    expect(new Set(signedOnly.map(({ operation }) => operation))).toEqual(
      new Set([
        'changeAgent',
        'createKey',
        'listKeys',
        'revokeKey',
        'stopActuation',
        'resumeActuation',
      ]),
    );
  });

  it('name each route once, whatever its prefix', () => {
    const served = servedRoutes(ROUTES, ['open', 'iam', 'jwt', 'key']);
    expect(new Set(served.map(({ routeKey }) => routeKey)).size).toBe(served.length);
    for (const one of served) expect(findServedRoute(one.routeKey)).toEqual(one);
    expect(findServedRoute('GET /app/metrics')).toBeUndefined();
    expect(findServedRoute('GET /key/health')).toBeUndefined();
  });
});
