/** What an ID token says of a person. */
export interface IdClaims {
  readonly name: string | undefined;
}

/** Clocks of browsers are off by minutes. */
const CLOCK_SKEW_SECONDS = 300;

/**
 * Reads an ID token and checks that it is meant for this page and this sign-in. Its signature is not checked:
 * it comes from the issuer itself over TLS (OpenID Connect Core §3.1.3.7, 6), and the API checks
 * what it is shown.
 *
 * @param expected.nonce - undefined where a token was renewed: it then has none, or that of the sign-in
 * @throws {Error} with what is wrong with it, never with the token
 */
export function readIdToken(
  token: string,
  expected: {
    readonly issuer: string;
    readonly clientId: string;
    readonly nonce: string | undefined;
    readonly nowSeconds: number;
  },
): IdClaims {
  const { iss, aud, azp, exp, nonce, email, preferred_username, name, sub } = claimsOf(token);
  if (iss !== expected.issuer) throw new Error('the ID token is of another issuer');
  const audience = [aud].flat();
  const isOurs = audience.includes(expected.clientId);
  if (!isOurs || (audience.length > 1 && azp !== expected.clientId)) {
    throw new Error('the ID token is for another client');
  }
  if (typeof exp !== 'number' || exp + CLOCK_SKEW_SECONDS < expected.nowSeconds) {
    throw new Error('the ID token has ended');
  }
  if (expected.nonce !== undefined && nonce !== expected.nonce) {
    throw new Error('the ID token is of another sign-in');
  }
  return { name: [email, preferred_username, name, sub].find(isText) };
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Object(claims);
  } catch {
    // Without the cause, which may quote the token.
    throw new Error('the ID token cannot be read');
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
