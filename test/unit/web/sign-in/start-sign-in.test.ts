import { describe, expect, it } from '@jest/globals';
import { loadRuntimeConfig } from '#web/runtime-config.ts';
import { startSignIn } from '#web/sign-in/start-sign-in.ts';

function tab() {
  const stored = new Map<string, string>();
  return {
    fetch,
    storage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    },
    address: () => new URL('http://127.0.0.1:8080/#/fleet'),
    replaceAddress: () => {},
    leaveTo: () => {},
    now: () => 0,
  };
}

describe('a server that lets everybody in', () => {
  it('is shown nothing', async () => {
    const page = await startSignIn({ kind: 'none' }, tab());
    expect(page.state()).toEqual({ kind: 'open' });
    expect(await page.token()).toBeUndefined();
    page.refused();
    expect(page.state()).toEqual({ kind: 'open' });
  });
});

describe('a server with a key', () => {
  it('is shown the one that was typed in, for the life of the tab', async () => {
    const browser = tab();
    const page = await startSignIn({ kind: 'key' }, browser);
    expect(page.state()).toMatchObject({ kind: 'signed-out', how: 'key' });
    expect(await page.token()).toBeUndefined();
    page.giveKey(' secret\n');
    expect(page.state().kind).toBe('signed-in');
    expect(await page.token()).toBe('secret');
    expect(await (await startSignIn({ kind: 'key' }, browser)).token()).toBe('secret');
    await page.signOut();
    expect(await (await startSignIn({ kind: 'key' }, browser)).token()).toBeUndefined();
  });

  it('that refuses it is shown it no more', async () => {
    const page = await startSignIn({ kind: 'key' }, tab());
    page.giveKey('wrong');
    page.refused();
    expect(page.state()).toMatchObject({
      kind: 'signed-out',
      problem: 'The server did not accept this key.',
    });
    expect(await page.token()).toBeUndefined();
  });
});

describe('the settings beside the page', () => {
  const answering = (body: unknown, status = 200) =>
    loadRuntimeConfig(async () => new Response(JSON.stringify(body), { status }));

  it.each([
    { api_base: '', sign_in: { kind: 'none' } },
    { api_base: '', sign_in: { kind: 'key' } },
    {
      api_base: '/app',
      sign_in: {
        kind: 'oidc',
        issuer: 'https://auth.example',
        client_id: 'a',
        scopes: [],
        token: 'id',
      },
    },
  ])('are taken: %j', async (config) => {
    expect(await answering(config)).toEqual(config);
  });

  it.each([
    [{}],
    [{ api_base: '' }],
    [{ api_base: '', sign_in: { kind: 'magic' } }],
    [{ api_base: '/app', sign_in: { kind: 'oidc', issuer: 'https://auth.example' } }],
    [null],
  ])('of another version are refused: %j', async (config) => {
    await expect(answering(config)).rejects.toThrow('another version');
  });

  it('that cannot be had are said to be', async () => {
    await expect(answering({}, 404)).rejects.toThrow('config.json answered 404');
  });
});
