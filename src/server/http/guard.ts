import { DomainError } from '#core/errors.ts';

/** What an authorizer decides on. */
export interface AuthorizeRequest {
  readonly method: string;
  /** Still encoded, without the query. */
  readonly path: string;
  /** Under lower-case names; repeated ones are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Whether a request may be answered. Throws {DomainError} `UNAUTHORIZED` or `FORBIDDEN` instead of false
 * where there is more to say.
 */
export type Authorize = (request: AuthorizeRequest) => boolean | Promise<boolean>;

/** The names of this machine's loopback address. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses what a web page could make a browser send here without being allowed to: requests under a
 * foreign host name (DNS rebinding) and changes from a foreign origin. Then asks the authorizer.
 *
 * @returns a function that rejects with {DomainError} `FORBIDDEN`, `UNAUTHORIZED`
 */
export function createGuard(options: {
  readonly allowedHosts: readonly string[] | 'any';
  readonly authorize?: Authorize;
}): (request: AuthorizeRequest) => Promise<void> {
  const { allowedHosts, authorize } = options;
  return async (request) => {
    const { host = '', origin } = request.headers;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (allowedHosts !== 'any' && !allowedHosts.includes(name)) {
      throw new DomainError('FORBIDDEN', `this server does not answer to the host ${quote(name)}`, {
        allowed: [...allowedHosts],
      });
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead && origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
      throw new DomainError('FORBIDDEN', `a page of ${quote(origin)} may not change anything here`);
    }
    if (authorize !== undefined && !(await authorize(request))) {
      throw new DomainError('UNAUTHORIZED', 'a valid key is needed');
    }
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** A caller's text in an error message, short. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
