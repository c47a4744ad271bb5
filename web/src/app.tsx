import { useEffect, useState } from 'preact/hooks';
import { type Api, ApiContext } from './api/api-context.ts';
import { ConnectionBanner } from './components/connection-banner.tsx';
import { Empty } from './components/empty.tsx';
import { Header } from './components/header.tsx';
import { KeyboardHelp } from './components/keyboard-help.tsx';
import { ViewHead } from './components/view-head.tsx';
import { useKeyboard } from './routing/use-keyboard.ts';
import { goTo, usePlace } from './routing/use-place.ts';
import { VIEWS } from './views.ts';

/** The page: header, state of the connection, and the view that the address names. */
export function App({ api }: { readonly api: Api }) {
  const place = usePlace();
  const [helpOpen, setHelpOpen] = useState(false);
  useKeyboard(() => setHelpOpen(true));
  useEffect(() => {
    if (place.view === '') goTo(`#/${VIEWS[0]?.id ?? ''}`, { replace: true });
  }, [place.view]);
  const view = VIEWS.find(({ id }) => id === place.view);
  return (
    <ApiContext.Provider value={api}>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <Header current={place.view} onHelp={() => setHelpOpen(true)} />
      <ConnectionBanner />
      <main id="main" tabIndex={-1}>
        {view ? (
          // Another workload is another view: nothing of the last one stays on the screen.
          <view.component key={[place.view, ...place.rest].join('/')} place={place} />
        ) : (
          place.view !== '' && <NoSuchView />
        )}
      </main>
      <KeyboardHelp open={helpOpen} onClose={() => setHelpOpen(false)} />
    </ApiContext.Provider>
  );
}

function NoSuchView() {
  return (
    <>
      <ViewHead title="No such page" />
      <Empty title="This address leads nowhere">
        <a href="#/fleet">Go to the fleet</a>
      </Empty>
    </>
  );
}

/** The fragment belongs to the router, so that this cannot be a link. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}
