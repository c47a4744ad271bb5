import { type BrowserParts, observed, type SignIn } from './sign-in.ts';

const STORED = 'helios.key';

/** A server that lets in who knows its key: typed in once a tab. */
export function keySignIn({ storage }: BrowserParts): SignIn {
  const state = observed(
    storage.getItem(STORED) === null
      ? { kind: 'signed-out', how: 'key' }
      : { kind: 'signed-in', name: undefined },
  );
  const forget = (problem?: string) => {
    storage.removeItem(STORED);
    state.set({ kind: 'signed-out', how: 'key', problem });
  };
  return {
    state: state.get,
    subscribe: state.subscribe,
    token: async () => storage.getItem(STORED) ?? undefined,
    refused: () => forget('The server did not accept this key.'),
    start: async () => {},
    giveKey(key) {
      storage.setItem(STORED, key.trim());
      state.set({ kind: 'signed-in', name: undefined });
    },
    signOut: async () => forget(),
  };
}

/** A server that lets everybody in. */
export function openSignIn(): SignIn {
  return {
    state: () => ({ kind: 'open' }),
    subscribe: () => () => {},
    token: async () => undefined,
    refused: () => {},
    start: async () => {},
    giveKey: () => {},
    signOut: async () => {},
  };
}
