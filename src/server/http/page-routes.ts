import { createHash } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PageFile } from '#adapters/local/read-page.ts';
import {
  contentSecurityPolicy,
  pageFileHeaders,
  RUNTIME_CONFIG_FILE,
  type RuntimeConfig,
} from '#contracts/dashboard-page.ts';
import type { HttpRoute } from './invoke-route.ts';

const SECURITY_HEADERS = {
  'content-security-policy': contentSecurityPolicy(),
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

const NOT_BUILT = `Helios answers here, but its dashboard was not built.
Run npm run build in the folder of Helios and start it again. The API is described at /openapi.json.
`;

/**
 * Routes of the dashboard: one for each of its files, so that no path can lead anywhere else. The page itself
 * is at `/`.
 *
 * @param files - from `readPage`; undefined where the page was not built
 */
export function pageRoutes(
  files: readonly PageFile[] | undefined,
  config: RuntimeConfig,
): readonly HttpRoute[] {
  if (files === undefined) return [{ method: 'GET', path: '/', handler: async () => notBuilt() }];
  const settings = settingsFile(config);
  const served = [...files.filter(({ path }) => path !== settings.path), settings];
  const routes = served.map((file) => fileRoute(`/${file.path}`, file));
  const index = files.filter(({ path }) => path === 'index.html');
  return [...routes, ...index.map((file) => fileRoute('/', file))];
}

function settingsFile(config: RuntimeConfig): PageFile {
  const path = RUNTIME_CONFIG_FILE;
  const headers = pageFileHeaders(path);
  if (!headers) throw new TypeError(`${path} has no content type`);
  return { path, ...headers, bytes: Buffer.from(JSON.stringify(config)) };
}

function fileRoute(path: string, file: PageFile): HttpRoute {
  const body = Buffer.from(file.bytes).toString('base64');
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': file.contentType,
    'cache-control': file.cacheControl,
    etag: `"${createHash('sha256').update(file.bytes).digest('base64url')}"`,
  };
  return {
    method: 'GET',
    path,
    handler: async (event) =>
      event.headers['if-none-match'] === headers.etag
        ? { statusCode: 304, headers }
        : { statusCode: 200, headers, body, isBase64Encoded: true },
  };
}

function notBuilt(): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 404,
    headers: { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
    body: NOT_BUILT,
  };
}
