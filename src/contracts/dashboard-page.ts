import * as z from 'zod';

/** How the page lets people in: not at all, by the server's own key, or at an OpenID Connect issuer. */
const SignInSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('key') }),
  z.strictObject({
    kind: z.literal('oidc'),
    issuer: z.url(),
    client_id: z.string().min(1),
    scopes: z.array(z.string()).readonly(),
    /** Which of the issuer's tokens the API takes. */
    token: z.enum(['access', 'id']),
    /** Where a person signs out, for issuers that do not say so in their discovery document. */
    sign_out_url: z.url().optional(),
  }),
]);

/** `config.json` beside the page: what it cannot know from where it was built. */
export const RuntimeConfigSchema = z.strictObject({
  /** Stands before every path of the API. */
  api_base: z.string(),
  sign_in: SignInSchema,
});
export type RuntimeConfig = z.infer<typeof RuntimeConfigSchema>;

/** The name of the runtime configuration beside the page. */
export const RUNTIME_CONFIG_FILE = 'config.json';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  webmanifest: 'application/manifest+json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};

/** How a file of the page is sent. */
export interface PageFileHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * How the file of the page at this path is sent. What lies under `assets/` is named by its content and never
 * changes; everything else is asked for again each time.
 *
 * @param path - relative to the page, with `/`
 * @returns undefined for a type that a page has no use for, e.g. a source map: it is not published
 * @example
 * ```ts
 * pageFileHeaders('assets/index-4f2a.js')?.cacheControl; // => 'public, max-age=31536000, immutable'
 * pageFileHeaders('index.html')?.cacheControl; // => 'no-cache'
 * pageFileHeaders('assets/index-4f2a.js.map'); // => undefined
 * ```
 */
export function pageFileHeaders(path: string): PageFileHeaders | undefined {
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? '';
  const contentType = Object.hasOwn(CONTENT_TYPES, extension)
    ? CONTENT_TYPES[extension]
    : undefined;
  if (contentType === undefined) return undefined;
  const isNamedByContent = path.startsWith('assets/');
  return {
    contentType,
    cacheControl: isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/**
 * What the page may do: run its own scripts, style itself, and ask where it comes from. Nothing of a third
 * party, nothing inline, and it stands in nobody's frame.
 *
 * @param connect - origins that it may ask besides its own: those of the issuer that people sign in at
 */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
