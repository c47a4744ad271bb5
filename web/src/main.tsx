import { render } from 'preact';
import { createClient } from './api/client.ts';
import { createResourceStore } from './api/resource-store.ts';
import { App } from './app.tsx';
import { CannotStart } from './components/cannot-start.tsx';
import { loadRuntimeConfig } from './runtime-config.ts';
import { browserParts } from './sign-in/browser-parts.ts';
import { SignInGate } from './sign-in/sign-in-gate.tsx';
import { startSignIn } from './sign-in/start-sign-in.ts';
import { applyTheme } from './theme.ts';

async function start(root: Element): Promise<void> {
  applyTheme();
  const fetcher: typeof fetch = (...given) => fetch(...given);
  const config = await loadRuntimeConfig(fetcher);
  const signIn = await startSignIn(config.sign_in, browserParts());
  const client = createClient({
    base: config.api_base,
    fetch: fetcher,
    token: () => signIn.token(),
    onSignedOut: () => signIn.refused(),
  });
  const store = createResourceStore({
    client,
    now: Date.now,
    random: Math.random,
    later: (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  document.addEventListener('visibilitychange', () => store.setVisible(!document.hidden));
  addEventListener('online', () => store.refresh(''));
  render(
    <SignInGate signIn={signIn}>
      <App api={{ client, store, mayOperate: config.sign_in.kind !== 'oidc' }} />
    </SignInGate>,
    root,
  );
}

const root = document.getElementById('app');
if (!root) throw new TypeError('the page has no #app');
start(root).catch((error: unknown) => render(<CannotStart error={error} />, root));
