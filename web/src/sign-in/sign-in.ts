/** Whether somebody is signed in. */
export type SignInState =
  /** Nobody has to. */
  | { readonly kind: 'open' }
  | { readonly kind: 'signed-in'; readonly name: string | undefined }
  | {
      readonly kind: 'signed-out';
      readonly how: 'key' | 'oidc';
      /** Why, where nobody asked for it. */
      readonly problem?: string | undefined;
    };

/** Who asks the API, and how they prove it. */
export interface SignIn {
  state(): SignInState;
  /** Told of each change. @returns what ends it */
  subscribe(listener: (state: SignInState) => void): () => void;
  /** What the API is shown, renewed when it is about to end; undefined where nobody is signed in, or has to be. */
  token(): Promise<string | undefined>;
  /** The API did not accept the token: it is forgotten. */
  refused(): void;
  /** Leaves the page for the issuer; it comes back to the same view. */
  start(): Promise<void>;
  /** The server's key, as a person typed it. */
  giveKey(key: string): void;
  signOut(): Promise<void>;
}

/** What the sign-in needs of the browser. */
export interface BrowserParts {
  readonly fetch: typeof fetch;
  /** Lives as long as the tab. */
  readonly storage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  readonly address: () => URL;
  /** Changes the address that is shown, and that going back leads to. */
  readonly replaceAddress: (url: string) => void;
  readonly leaveTo: (url: string) => void;
  readonly now: () => number;
}

/** A state that listeners are told of. */
export interface Observed {
  get(): SignInState;
  set(state: SignInState): void;
  subscribe(listener: (state: SignInState) => void): () => void;
}

export function observed(first: SignInState): Observed {
  let current = first;
  const listeners = new Set<(state: SignInState) => void>();
  return {
    get: () => current,
    set(state) {
      current = state;
      for (const listener of listeners) listener(state);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
