import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ApiAnswer, type ApiServer, startApiServer } from '#test/helpers/api-server.ts';
import { oidcSignIn } from '#web/sign-in/oidc-sign-in.ts';

const CLIENT = 'helios-page';
const CODE = 'code-1';
const NOW = Date.UTC(2026, 2, 2, 10);
const MINUTE = 60_000;

const servers: ApiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** What a test changes of the issuer, while it runs. */
interface Behaviour {
  claims?: Record<string, unknown>;
  discovery?: Record<string, unknown>;
  token?: ApiAnswer;
  refresh?: ApiAnswer;
}

/** An issuer that keeps to RFC 6749, RFC 7636 and OpenID Connect, and a tab that comes to it. */
async function world(behaviour: Behaviour = {}, config: Record<string, unknown> = {}) {
  let authorized = new URLSearchParams();
  const issuer: ApiServer = await startApiServer((request): ApiAnswer => {
    if (request.path === '/pool/.well-known/openid-configuration') {
      const endpoints = {
        issuer: `${issuer.url}/pool`,
        authorization_endpoint: `${issuer.url}/authorize?tenant=1`,
        token_endpoint: `${issuer.url}/token`,
        end_session_endpoint: `${issuer.url}/logout`,
        revocation_endpoint: `${issuer.url}/revoke`,
      };
      return { body: { ...endpoints, ...behaviour.discovery } };
    }
    if (request.path === '/revoke') return { body: {} };
    const form = new URLSearchParams(request.body);
    if (form.get('grant_type') === 'refresh_token') {
      return (
        behaviour.refresh ?? {
          body: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 },
        }
      );
    }
    if (behaviour.token) return behaviour.token;
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood =
      form.get('grant_type') === 'authorization_code' &&
      form.get('code') === CODE &&
      form.get('client_id') === CLIENT &&
      form.get('redirect_uri') === authorized.get('redirect_uri') &&
      authorized.get('code_challenge_method') === 'S256' &&
      authorized.get('code_challenge') === challenge;
    if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
    const claims = {
      iss: `${issuer.url}/pool`,
      aud: CLIENT,
      exp: NOW / 1_000 + 3_600,
      nonce: authorized.get('nonce'),
      email: 'ådä@example.com',
      ...behaviour.claims,
    };
    return {
      body: {
        access_token: 'access-1',
        id_token: jwt(claims),
        refresh_token: 'refresh-1',
        token_type: 'Bearer',
        expires_in: 3_600,
      },
    };
  });
  servers.push(issuer);

  const stored = new Map<string, string>();
  const tab = { url: 'https://helios.example/#/models?id=1', left: [] as string[], now: NOW };
  const browser = {
    fetch,
    storage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    },
    address: () => new URL(tab.url),
    replaceAddress: (url: string) => {
      tab.url = new URL(url, tab.url).href;
    },
    leaveTo: (url: string) => {
      tab.left.push(url);
    },
    now: () => tab.now,
  };
  const settings = {
    kind: 'oidc',
    issuer: `${issuer.url}/pool`,
    client_id: CLIENT,
    scopes: ['openid', 'email'],
    token: 'access',
    ...config,
  } as const;
  /** Loads the page anew. */
  const load = () => oidcSignIn(settings, browser);
  return {
    issuer,
    tab,
    stored,
    load,
    /** Leaves for the issuer, which sends the person back with this answer. */
    async signIn(answer: Record<string, string> = { code: CODE }) {
      await (await load()).start();
      authorized = new URL(tab.left.at(-1) ?? '').searchParams;
      const query = new URLSearchParams({ state: authorized.get('state') ?? '', ...answer });
      tab.url = `https://helios.example/?${query}`;
      return load();
    },
    authorized: () => authorized,
  };
}

function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
}

describe('signing in', () => {
  it('leaves for the issuer with a challenge, and comes back to the same view signed in', async () => {
    const { signIn, authorized, tab, issuer } = await world();
    const signedIn = await signIn();
    expect(Object.fromEntries(authorized())).toMatchObject({
      tenant: '1',
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: 'https://helios.example/',
      scope: 'openid email',
      code_challenge_method: 'S256',
    });
    expect(signedIn.state()).toEqual({ kind: 'signed-in', name: 'ådä@example.com' });
    expect(await signedIn.token()).toBe('access-1');
    expect(tab.url).toBe('https://helios.example/#/models?id=1');
    // No secret, nor anything else beyond the exchange.
    const form = new URLSearchParams(issuer.to('/token')[0]?.body);
    expect([...form.keys()].sort()).toEqual([
      'client_id',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ]);
  });

  it('takes new secrets each time', async () => {
    const { signIn, authorized } = await world();
    const seen = new Set<string | null>();
    for (let i = 0; i < 2; i++) {
      await signIn();
      for (const name of ['state', 'nonce', 'code_challenge']) seen.add(authorized().get(name));
    }
    expect(seen.size).toBe(6);
    for (const each of seen) expect(each).toMatch(/^[\w-]{43}$/);
  });

  it('outlasts a reload of the tab', async () => {
    const { signIn, load } = await world();
    await signIn();
    expect(await (await load()).token()).toBe('access-1');
  });

  it('shows the API the ID token where that is configured', async () => {
    const { signIn } = await world({}, { token: 'id' });
    expect(await (await signIn()).token()).toMatch(/^eyJ/);
  });

  it('never writes a token into an address', async () => {
    const { signIn, tab } = await world();
    const signedIn = await signIn();
    await signedIn.signOut();
    const addresses = [tab.url, ...tab.left].join(' ');
    expect(addresses).not.toMatch(/access-1|refresh-1|eyJ|code-1/);
  });
});

const problemOf = (signedIn: { state(): unknown }) => Object(signedIn.state()).problem;

describe('an answer of the issuer', () => {
  it.each<[string, Behaviour, RegExp]>([
    ['with another nonce', { claims: { nonce: 'x' } }, /another sign-in/],
    ['without a nonce', { claims: { nonce: undefined } }, /another sign-in/],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, /another issuer/],
    ['for another client', { claims: { aud: 'other' } }, /another client/],
    ['for several, none of them ours', { claims: { aud: [CLIENT, 'x'] } }, /another client/],
    // 5 minutes are allowed for clocks that differ.
    ['that has ended', { claims: { exp: NOW / 1_000 - 301 } }, /has ended/],
    ['without an ID token', { token: { body: { access_token: 'a' } } }, /no ID token/],
    [
      'with an ID token that is none',
      { token: { body: { access_token: 'a', id_token: 'secret' } } },
      /cannot be read/,
    ],
    ['that is none', { token: { status: 200, body: 'no JSON' } }, /did not say why/],
    ['that says no', { token: { status: 400, body: { error: 'invalid_grant' } } }, /invalid_grant/],
    ['that it cannot give', { token: { status: 503, body: {} } }, /answered 503/],
  ])('%s signs nobody in', async (_, behaviour, problem) => {
    const { signIn, stored, tab } = await world(behaviour);
    const refused = await signIn();
    expect(refused.state().kind).toBe('signed-out');
    expect(problemOf(refused)).toMatch(problem);
    expect(problemOf(refused)).not.toContain('secret');
    expect(await refused.token()).toBeUndefined();
    expect([...stored.keys()]).toEqual([]);
    expect(tab.url).toBe('https://helios.example/#/models?id=1');
  });

  it('for several clients signs in where it was made for ours', async () => {
    const { signIn } = await world({ claims: { aud: [CLIENT, 'api'], azp: CLIENT } });
    expect((await signIn()).state().kind).toBe('signed-in');
  });

  it.each([
    ['of another tab', { code: CODE, state: 'other' }],
    ['of another issuer', { code: CODE, iss: 'https://evil.example' }],
  ])('%s is not taken, nor is its code exchanged', async (_, answer) => {
    const { signIn, issuer } = await world();
    const refused = await signIn(answer);
    expect(problemOf(refused)).toContain('does not belong to a sign-in of this tab');
    expect(issuer.to('/token')).toEqual([]);
  });

  it('is taken once', async () => {
    const { signIn, load, tab, issuer, authorized } = await world();
    await signIn();
    tab.url = `https://helios.example/?code=${CODE}&state=${authorized().get('state')}`;
    const again = await load();
    // Who is signed in stays it: an address from elsewhere changes nothing.
    expect(again.state().kind).toBe('signed-in');
    expect(issuer.to('/token')).toHaveLength(1);
  });

  it('that refuses is told in its words, as short text', async () => {
    const description = `denied <img src=x> ${'x'.repeat(1_000)}`;
    const { signIn } = await world();
    const refused = await signIn({ error: 'access_denied', error_description: description });
    expect(problemOf(refused)).toContain('denied <img src=x>');
    expect(problemOf(refused).length).toBeLessThan(300);
  });
});

describe('an issuer', () => {
  it.each<[string, Record<string, unknown>]>([
    ['by another name', { issuer: 'https://evil.example' }],
    ['that would be asked unencrypted', { token_endpoint: 'http://evil.example/token' }],
    ['without endpoints', { authorization_endpoint: undefined }],
    ['with a script for an endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('%s is not left for', async (_, discovery) => {
    const { load, tab } = await world({ discovery });
    const page = await load();
    await page.start();
    expect(tab.left).toEqual([]);
    expect(problemOf(page)).toMatch(/^Signing in failed: the issuer (goes by|names no safe)/);
  });

  it('that cannot be reached is asked again at the next try', async () => {
    const { load, tab, issuer } = await world();
    const page = await load();
    await issuer.close();
    await page.start();
    expect(page.state()).toMatchObject({ problem: expect.stringContaining('cannot be reached') });
    expect(tab.left).toEqual([]);
  });
});

describe('a token that ends within a minute', () => {
  it('is renewed once for all who ask, and keeps the name', async () => {
    const { signIn, tab, issuer } = await world();
    const page = await signIn();
    tab.now = NOW + 59 * MINUTE;
    expect(await page.token()).toBe('access-1');
    tab.now += 1;
    expect(await Promise.all([page.token(), page.token()])).toEqual(['access-2', 'access-2']);
    const renewals = issuer.to('/token').filter(({ body }) => body.includes('refresh_token='));
    expect(renewals).toHaveLength(1);
    expect(page.state()).toEqual({ kind: 'signed-in', name: 'ådä@example.com' });
    // The refresh token stays good where no other was given.
    tab.now += 60 * MINUTE;
    expect(await page.token()).toBe('access-2');
    expect(issuer.to('/token')).toHaveLength(3);
  });

  it('is used to its end while the issuer cannot be reached', async () => {
    const { signIn, tab, issuer } = await world();
    const page = await signIn();
    await issuer.close();
    tab.now = NOW + 59.5 * MINUTE;
    expect(await page.token()).toBe('access-1');
    tab.now = NOW + 60 * MINUTE;
    expect(await page.token()).toBeUndefined();
    expect(page.state()).toMatchObject({ problem: expect.stringContaining('cannot be reached') });
  });

  it('ends the session where the issuer says so, and tells who listens', async () => {
    const { signIn, tab, stored } = await world({
      refresh: { status: 400, body: { error: 'invalid_grant' } },
    });
    const page = await signIn();
    const told: string[] = [];
    const stop = page.subscribe(({ kind }) => told.push(kind));
    tab.now = NOW + 59.5 * MINUTE;
    expect(await page.token()).toBeUndefined();
    expect(page.state()).toMatchObject({ problem: 'The session has ended.' });
    expect(told).toEqual(['signed-out']);
    expect(stored.size).toBe(0);
    stop();
    page.refused();
    expect(told).toHaveLength(1);
  });

  it('is not renewed without a refresh token', async () => {
    const { signIn, tab, stored, load } = await world();
    await signIn();
    const session = JSON.parse(stored.get('helios.session') ?? '');
    stored.set('helios.session', JSON.stringify({ ...session, refreshToken: undefined }));
    const page = await load();
    tab.now = NOW + 59.5 * MINUTE;
    expect(await page.token()).toBe('access-1');
    tab.now = NOW + 60 * MINUTE;
    expect(await page.token()).toBeUndefined();
    expect(page.state().kind).toBe('signed-out');
  });
});

describe('signing out', () => {
  it('forgets, takes the refresh token back and ends the session of the issuer', async () => {
    const { signIn, tab, stored, issuer } = await world();
    const page = await signIn();
    await page.signOut();
    expect(stored.size).toBe(0);
    expect(page.state()).toEqual({ kind: 'signed-out', how: 'oidc', problem: undefined });
    expect(new URLSearchParams(issuer.to('/revoke')[0]?.body).get('token')).toBe('refresh-1');
    const query = new URLSearchParams({
      client_id: CLIENT,
      post_logout_redirect_uri: 'https://helios.example/',
    });
    expect(tab.left.at(-1)).toBe(`${issuer.url}/logout?${query}`);
  });

  it('goes where it is configured', async () => {
    const sign_out_url = 'https://auth.example/logout?client_id=a';
    const { signIn, tab } = await world({}, { sign_out_url });
    await (await signIn()).signOut();
    expect(tab.left.at(-1)).toBe(sign_out_url);
  });

  it('forgets where the issuer cannot be reached', async () => {
    const { signIn, stored, issuer } = await world();
    const page = await signIn();
    await issuer.close();
    await page.signOut();
    expect(stored.size).toBe(0);
    expect(page.state().kind).toBe('signed-out');
  });
});
