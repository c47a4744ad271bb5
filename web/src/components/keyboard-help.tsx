import { VIEWS } from '../views.ts';
import { Dialog } from './dialog.tsx';

/** Which keys do what. */
export function KeyboardHelp({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const keys: readonly (readonly [string, string])[] = [
    ...VIEWS.flatMap(({ key, title }) => (key ? [[`g ${key}`, title] as const] : [])),
    ['/', 'Search'],
    ['↑ ↓', 'Row of a table; Enter opens it'],
    ['← →', 'In a chart: move the cursor; with Shift: pan'],
    ['+ − 0', 'In a chart: zoom in, out, show all'],
    ['?', 'This help'],
  ];
  return (
    <Dialog title="Keys" open={open} onClose={onClose}>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
