import { useCallback, useEffect, useState } from 'preact/hooks';
import { href, type Place, parseHash } from './location.ts';

/** Goes to another place of the page; with `replace`, the way back does not lead here. */
export function goTo(address: string, { replace = false } = {}): void {
  if (address === location.hash) return;
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, '', address);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Where the page is. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => parseHash(location.hash));
  useEffect(() => {
    const moved = () => setPlace(parseHash(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return place;
}

/**
 * A part of a view's state that is kept in the address, so that a link shows the same. An address can
 * say anything: with `among`, what is not one of these is the fallback.
 */
export function useQueryState<T extends string = string>(
  name: string,
  fallback: NoInfer<T>,
  among?: readonly T[],
): readonly [T, (value: T) => void] {
  const { query } = usePlace();
  const set = useCallback(
    (value: T) => setQuery({ [name]: value === fallback ? undefined : value }),
    [name, fallback],
  );
  const given = query[name] ?? fallback;
  const known = among?.find((value) => value === given);
  return [among ? (known ?? fallback) : (given as T), set];
}

/** Changes parts of the state in the address, in place. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const { view, rest, query } = parseHash(location.hash);
  goTo(href([view, ...rest], { ...query, ...changes }), { replace: true });
}
