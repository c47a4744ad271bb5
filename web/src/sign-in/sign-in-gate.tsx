import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SignIn } from './sign-in.ts';
import { SignInPanel } from './sign-in-panel.tsx';

/** Shows the page to who is signed in, and everybody else how to do that. */
export function SignInGate({
  signIn,
  children,
}: {
  readonly signIn: SignIn;
  readonly children: ComponentChildren;
}) {
  const [state, setState] = useState(() => signIn.state());
  useEffect(() => {
    // It may have changed before anybody listened.
    setState(signIn.state());
    return signIn.subscribe(setState);
  }, [signIn]);
  if (state.kind === 'signed-out') return <SignInPanel signIn={signIn} state={state} />;
  return (
    <>
      {state.kind === 'signed-in' && (
        <p class="signed-in">
          <span>{state.name === undefined ? 'Signed in' : <bdi>{state.name}</bdi>}</span>
          <button type="button" onClick={() => signIn.signOut()}>
            Sign out
          </button>
        </p>
      )}
      {children}
    </>
  );
}
