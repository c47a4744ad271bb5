import { useEffect } from 'preact/hooks';
import { VIEWS } from '../views.ts';
import { goTo } from './use-place.ts';

/** How long the second key of a pair may take. */
const PAIR_MS = 1_500;

/** Keys that work anywhere but in a field: `/` to the search, `g` and a letter to a view, `?` for help. */
export function useKeyboard(help: () => void): void {
  useEffect(() => {
    let startedAt = Number.NEGATIVE_INFINITY;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const isSecond = event.timeStamp - startedAt < PAIR_MS;
      startedAt = event.key === 'g' && !isSecond ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const view = isSecond ? VIEWS.find(({ key }) => key === event.key) : undefined;
      if (view) goTo(`#/${view.id}`);
      else if (event.key === '?') help();
      else if (event.key === '/') focusSearch();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [help]);
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  field?.focus();
  field?.select();
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
