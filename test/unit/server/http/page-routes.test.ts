import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPage } from '#adapters/local/read-page.ts';
import { contentSecurityPolicy, RuntimeConfigSchema } from '#contracts/dashboard-page.ts';
import { apiKeyAuthorizer, hashApiKey } from '#server/http/api-key.ts';
import { pageRoutes } from '#server/http/page-routes.ts';
import { ask, JSON_TYPE, start } from './gateway-client.ts';

const FILES = {
  'index.html': '<!doctype html><script type="module" src="./assets/index-1a2b.js"></script>',
  'assets/index-1a2b.js': 'console.log("é")',
  'assets/index-1a2b.js.map': '{}',
  'favicon.svg': '<svg/>',
  // What a build for AWS might leave here: the server says what holds for itself.
  'config.json': '{"api_base":"https://evil.example"}',
};
const directory = mkdtempSync(join(tmpdir(), 'helios-page-'));
beforeAll(() => {
  mkdirSync(join(directory, 'page/assets'), { recursive: true });
  writeFileSync(join(directory, 'secret.txt'), 'secret');
  for (const [path, text] of Object.entries(FILES)) {
    writeFileSync(join(directory, 'page', path), text);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

async function served(options: Parameters<typeof start>[0] = {}) {
  const routes = pageRoutes(await readPage(join(directory, 'page')), {
    api_base: '',
    sign_in: { kind: 'none' },
  });
  return start({ routes, ...options });
}

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache', FILES['index.html']],
    ['/?code=1&state=2', 'text/html; charset=utf-8', 'no-cache', FILES['index.html']],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache', FILES['index.html']],
    [
      '/assets/index-1a2b.js',
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      FILES['assets/index-1a2b.js'],
    ],
    ['/favicon.svg', 'image/svg+xml', 'no-cache', '<svg/>'],
  ])('is served at %s as %s, %s', async (path, type, caching, text) => {
    const { port } = await served();
    const answer = await ask(port, 'GET', path);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(text);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': caching,
      'content-security-policy': contentSecurityPolicy(),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
  });

  it('is told how it is served, whatever lies beside it', async () => {
    const { port } = await served();
    const answer = await ask(port, 'GET', '/config.json');
    expect(RuntimeConfigSchema.parse(answer.json())).toEqual({
      api_base: '',
      sign_in: { kind: 'none' },
    });
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it('is not sent again to who has it', async () => {
    const { port } = await served();
    const { etag = '' } = (await ask(port, 'GET', '/')).headers;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const headers = { 'if-none-match': etag };
    expect(await ask(port, 'GET', '/', { headers })).toMatchObject({ status: 304, body: '' });
  });

  it('is read only', async () => {
    const { port } = await served();
    expect(await ask(port, 'HEAD', '/')).toMatchObject({ status: 200, body: '' });
    const post = await ask(port, 'POST', '/', { headers: JSON_TYPE, body: '{}' });
    expect(post.status).toBe(405);
    expect(post.headers.allow).toBe('GET, HEAD');
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '/assets/%00',
    '/assets/',
    '/assets',
    '//secret.txt',
    '/assets/index-1a2b.js.map',
    '/no-such-view',
  ])('has nothing at %s', async (path) => {
    const { port } = await served();
    const answer = await ask(port, 'GET', path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret\n');
    expect(answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('is open where the API needs a key, to the names of this machine only', async () => {
    const page = pageRoutes(await readPage(join(directory, 'page')), {
      api_base: '',
      sign_in: { kind: 'key' },
    });
    const openPaths = page.map(({ path }) => path);
    const authorize = apiKeyAuthorizer({ keySha256: hashApiKey('k'), openPaths });
    const { port } = await served({ authorize });
    expect((await ask(port, 'GET', '/')).status).toBe(200);
    expect((await ask(port, 'GET', '/api/v1/workloads')).status).toBe(401);
    const headers = { host: 'evil.example' };
    expect((await ask(port, 'GET', '/', { headers })).status).toBe(403);
  });

  it('says how it is made where it was not', async () => {
    const files = await readPage(join(directory, 'none'));
    expect(files).toBeUndefined();
    const { port } = await served({
      routes: pageRoutes(files, { api_base: '', sign_in: { kind: 'none' } }),
    });
    const answer = await ask(port, 'GET', '/');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toContain('npm run build');
  });
});

describe('the content security policy', () => {
  it('lets nothing in that is not its own', () => {
    const directives = new Map(
      contentSecurityPolicy(['https://auth.example.com'])
        .split('; ')
        .map((each) => [each.split(' ')[0], each.split(' ').slice(1).join(' ')]),
    );
    expect(Object.fromEntries(directives)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data: blob:",
      'connect-src': "'self' https://auth.example.com",
      'manifest-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });
});
