import type { SignInConfig } from '../runtime-config.ts';
import { keySignIn, openSignIn } from './key-sign-in.ts';
import { oidcSignIn } from './oidc-sign-in.ts';
import type { BrowserParts, SignIn } from './sign-in.ts';

/**
 * The sign-in that is configured. Takes the issuer's answer out of the address, so it comes before the first
 * view is drawn.
 */
export async function startSignIn(config: SignInConfig, browser: BrowserParts): Promise<SignIn> {
  switch (config.kind) {
    case 'none':
      return openSignIn();
    case 'key':
      return keySignIn(browser);
    case 'oidc':
      return oidcSignIn(config, browser);
  }
}
