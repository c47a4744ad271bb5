import type { SignInConfig } from '../runtime-config.ts';
import { readIdToken } from './id-token.ts';
import { askForTokens, discover, type Issuer, issuerText, SignInRefused } from './issuer.ts';
import { challengeOf, randomText } from './pkce.ts';
import { type BrowserParts, observed, type SignIn, type SignInState } from './sign-in.ts';

type OidcConfig = Extract<SignInConfig, { kind: 'oidc' }>;

const PENDING = 'helios.sign-in';
const SESSION = 'helios.session';
/** A token that ends sooner is renewed first: the request takes a while, and clocks differ. */
const RENEW_BEFORE_MS = 60_000;
const STRAY_ANSWER = 'This answer does not belong to a sign-in of this tab. Please sign in again.';
const ENDED = 'The session has ended.';

/** A sign-in under way, from leaving the page to coming back. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The view that was left. */
  readonly hash: string;
}

interface Session {
  readonly token: string;
  readonly endsAt: number;
  readonly name: string | undefined;
  readonly refreshToken: string | undefined;
}

/**
 * Signs in at an OpenID Connect issuer by an authorization code with PKCE (RFC 6749 §4.1, RFC 7636), as a
 * client without a secret. Tokens are kept for the life of the tab, shown to the API and the issuer
 * alone, and never written into an address.
 */
export async function oidcSignIn(config: OidcConfig, browser: BrowserParts): Promise<SignIn> {
  const state = observed({ kind: 'signed-out', how: 'oidc' });
  let session = restore<Session>(browser, SESSION);
  let renewing: Promise<void> | undefined;
  let issuer: Promise<Issuer> | undefined;
  const known = () => {
    issuer ??= discover(browser.fetch, config.issuer).catch((error: unknown) => {
      issuer = undefined;
      throw error;
    });
    return issuer;
  };

  const accept = (next: Session) => {
    session = next;
    browser.storage.setItem(SESSION, JSON.stringify(next));
    state.set({ kind: 'signed-in', name: next.name });
  };
  const forget = (problem?: string) => {
    session = undefined;
    browser.storage.removeItem(SESSION);
    state.set({ kind: 'signed-out', how: 'oidc', problem });
  };

  const exchange = async (
    form: Readonly<Record<string, string>>,
    nonce: string | undefined,
    before?: Session,
  ): Promise<void> => {
    const { tokenEndpoint } = await known();
    const client = { client_id: config.client_id };
    const given = await askForTokens(browser.fetch, tokenEndpoint, { ...client, ...form });
    const { accessToken, idToken, refreshToken, expiresInSeconds } = given;
    const token = config.token === 'id' ? idToken : accessToken;
    // A renewal need not bring an ID token; a sign-in must.
    if (token === undefined || (idToken === undefined && nonce !== undefined)) {
      throw new SignInRefused('the issuer gave no ID token');
    }
    const expected = { issuer: config.issuer, clientId: config.client_id, nonce };
    const nowSeconds = browser.now() / 1_000;
    const name = idToken && readIdToken(idToken, { ...expected, nowSeconds }).name;
    accept({
      token,
      endsAt: browser.now() + expiresInSeconds * 1_000,
      name: name ?? before?.name,
      refreshToken: refreshToken ?? before?.refreshToken,
    });
  };

  const renew = async (old: Session): Promise<void> => {
    const refresh = { grant_type: 'refresh_token', refresh_token: old.refreshToken ?? '' };
    try {
      await exchange(refresh, undefined, old);
    } catch (error) {
      // An issuer that cannot be reached for a while has not ended the session.
      if (!(error instanceof SignInRefused) && old.endsAt > browser.now()) return;
      forget(error instanceof SignInRefused ? ENDED : messageOf(error));
    }
  };

  if (session) state.set({ kind: 'signed-in', name: session.name });
  await comeBack();
  return {
    state: state.get,
    subscribe: state.subscribe,
    async token() {
      if (session && session.endsAt - browser.now() < RENEW_BEFORE_MS) {
        if (session.refreshToken !== undefined) {
          renewing ??= renew(session).finally(() => {
            renewing = undefined;
          });
          await renewing;
        } else if (session.endsAt <= browser.now()) forget(ENDED);
      }
      return session?.token;
    },
    refused: () => forget(ENDED),
    async start() {
      try {
        browser.leaveTo(await authorizationUrl(await known(), config, browser));
      } catch (error) {
        state.set(failed(error));
      }
    },
    giveKey: () => {},
    async signOut() {
      const { refreshToken } = session ?? {};
      forget();
      const found = await known().catch(() => undefined);
      if (refreshToken !== undefined && found?.revocationEndpoint !== undefined) {
        const form = { client_id: config.client_id, token: refreshToken };
        const request = { method: 'POST', body: new URLSearchParams(form) };
        // Here it is forgotten in any case.
        await browser.fetch(found.revocationEndpoint, request).catch(() => {});
      }
      const url = config.sign_out_url ?? signOutUrl(found, config, browser);
      if (url !== undefined) browser.leaveTo(url);
    },
  };

  /** Takes the issuer's answer out of the address, where there is one. */
  async function comeBack(): Promise<void> {
    const { searchParams: answer, hash } = browser.address();
    const code = answer.get('code');
    if (!answer.has('state') || (code === null && !answer.has('error'))) return;
    const pending = restore<Pending>(browser, PENDING);
    browser.storage.removeItem(PENDING);
    browser.replaceAddress(`/${pending?.hash ?? hash}`);
    const issuerNamed = answer.get('iss') ?? config.issuer;
    if (answer.get('state') !== pending?.state || issuerNamed !== config.issuer) {
      // Somebody may have sent the person here, to be signed in as someone else.
      state.set(
        session
          ? { kind: 'signed-in', name: session.name }
          : { kind: 'signed-out', how: 'oidc', problem: STRAY_ANSWER },
      );
      return;
    }
    try {
      if (code === null) {
        const why = answer.get('error_description') ?? answer.get('error');
        throw new SignInRefused(`the issuer refused: ${issuerText(why)}`);
      }
      const { verifier, nonce } = pending;
      const form = { grant_type: 'authorization_code', code, code_verifier: verifier };
      await exchange({ ...form, redirect_uri: homeOf(browser) }, nonce);
    } catch (error) {
      forget(messageOf(error));
    }
  }
}

async function authorizationUrl(
  { authorizationEndpoint }: Issuer,
  { client_id, scopes }: OidcConfig,
  browser: BrowserParts,
): Promise<string> {
  const { hash } = browser.address();
  const pending = { state: randomText(), nonce: randomText(), verifier: randomText(), hash };
  browser.storage.setItem(PENDING, JSON.stringify(pending satisfies Pending));
  return withQuery(authorizationEndpoint, {
    response_type: 'code',
    client_id,
    redirect_uri: homeOf(browser),
    scope: scopes.join(' '),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256',
  });
}

/** Without `id_token_hint`, which would put a token into the address. */
function signOutUrl(
  issuer: Issuer | undefined,
  { client_id }: OidcConfig,
  browser: BrowserParts,
): string | undefined {
  if (issuer?.endSessionEndpoint === undefined) return undefined;
  const query = { client_id, post_logout_redirect_uri: homeOf(browser) };
  return withQuery(issuer.endSessionEndpoint, query);
}

function withQuery(endpoint: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** Where the issuer sends people back to: the page without view or query. */
function homeOf(browser: BrowserParts): string {
  return `${browser.address().origin}/`;
}

/** What this page wrote itself. */
function restore<T>({ storage }: BrowserParts, key: string): T | undefined {
  const text = storage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as T);
}

function failed(error: unknown): SignInState {
  return { kind: 'signed-out', how: 'oidc', problem: messageOf(error) };
}

function messageOf(error: unknown): string {
  const { name, message } = Object(error);
  // What fetch says differs from browser to browser, and is no reason.
  return `Signing in failed: ${name === 'TypeError' ? 'the issuer cannot be reached' : message}.`;
}
