import { useState } from 'preact/hooks';
import type { SignIn, SignInState } from './sign-in.ts';

/** What stands in place of the page for who is not signed in. */
export function SignInPanel({
  signIn,
  state,
}: {
  readonly signIn: SignIn;
  readonly state: Extract<SignInState, { kind: 'signed-out' }>;
}) {
  return (
    <main class="sign-in">
      <h1>Helios</h1>
      {state.problem !== undefined && <p role="alert">{state.problem}</p>}
      {state.how === 'key' ? <KeyForm signIn={signIn} /> : <IssuerButton signIn={signIn} />}
    </main>
  );
}

function IssuerButton({ signIn }: { readonly signIn: SignIn }) {
  const [busy, setBusy] = useState(false);
  const leave = () => {
    setBusy(true);
    signIn.start().finally(() => setBusy(false));
  };
  return (
    <button type="button" disabled={busy} onClick={leave}>
      Sign in
    </button>
  );
}

function KeyForm({ signIn }: { readonly signIn: SignIn }) {
  const [key, setKey] = useState('');
  const give = (event: Event) => {
    event.preventDefault();
    if (key.trim() !== '') signIn.giveKey(key);
  };
  return (
    <form onSubmit={give}>
      <label>
        Key of this server
        <input
          type="password"
          autocomplete="current-password"
          required
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <p>It stands in the file that helios serve was given by --api-key-file.</p>
      <button type="submit">Sign in</button>
    </form>
  );
}
