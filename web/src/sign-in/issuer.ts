/** Where an issuer does what (OpenID Connect Discovery §3). */
export interface Issuer {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly endSessionEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
}

/** What the token endpoint gave. */
export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  readonly expiresInSeconds: number;
}

/** The issuer answered, and the answer is no. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

/** Where an issuer does not say how long a token lasts. */
const DEFAULT_LIFETIME_SECONDS = 300;

/**
 * Reads an issuer's discovery document.
 * @throws {Error} when it cannot be reached
 * @throws {SignInRefused} when it is that of another issuer, or names no endpoints
 */
export async function discover(fetcher: typeof fetch, issuer: string): Promise<Issuer> {
  const response = await fetcher(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`the issuer answered ${response.status}`);
  const found = Object(await response.json());
  if (found.issuer !== issuer) throw new SignInRefused('the issuer goes by another name');
  const { authorization_endpoint: authorization, token_endpoint: token } = found;
  if (!isSafe(authorization) || !isSafe(token)) {
    throw new SignInRefused('the issuer names no safe place to sign in');
  }
  const { end_session_endpoint: end, revocation_endpoint: revocation } = found;
  return {
    authorizationEndpoint: authorization,
    tokenEndpoint: token,
    endSessionEndpoint: isSafe(end) ? end : undefined,
    revocationEndpoint: isSafe(revocation) ? revocation : undefined,
  };
}

/** Encrypted, or on this machine. */
function isSafe(url: unknown): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

/**
 * Exchanges a code or a refresh token.
 * @throws {SignInRefused} when the issuer says no
 * @throws {Error} when it cannot be reached
 */
export async function askForTokens(
  fetcher: typeof fetch,
  endpoint: string,
  form: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const response = await fetcher(endpoint, { method: 'POST', body: new URLSearchParams(form) });
  if (response.status >= 500) throw new Error(`the issuer answered ${response.status}`);
  const given = Object(await response.json().catch(() => undefined));
  if (!response.ok || typeof given.access_token !== 'string') {
    throw new SignInRefused(`the issuer refused: ${issuerText(given.error)}`);
  }
  const { access_token, id_token, refresh_token, expires_in } = given;
  return {
    accessToken: access_token,
    idToken: typeof id_token === 'string' ? id_token : undefined,
    refreshToken: typeof refresh_token === 'string' ? refresh_token : undefined,
    expiresInSeconds: Number(expires_in) > 0 ? Number(expires_in) : DEFAULT_LIFETIME_SECONDS,
  };
}

/** What an issuer says, short: it is shown as text. */
export function issuerText(text: unknown): string {
  return typeof text === 'string' && text !== '' ? text.slice(0, 200) : 'it did not say why';
}
