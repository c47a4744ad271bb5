import type { BrowserParts } from './sign-in.ts';

/** The browser itself. */
export function browserParts(): BrowserParts {
  return {
    fetch: (input, init) => fetch(input, init),
    storage: sessionStorage,
    address: () => new URL(location.href),
    replaceAddress: (url) => history.replaceState(null, '', url),
    leaveTo: (url) => location.assign(url),
    now: Date.now,
  };
}
