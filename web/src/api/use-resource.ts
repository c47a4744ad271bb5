import { useCallback, useEffect, useMemo, useReducer } from 'preact/hooks';
import { useApi } from './api-context.ts';
import type { Question } from './client.ts';
import { type ResourceState, UNKNOWN } from './resource.ts';
import { type Connection, keyOf } from './resource-store.ts';

/** How often a view asks again unless it says otherwise. */
export const EVERY_MS = 30_000;

/** The state of something asked for, and how to ask again at once. */
export interface Resource<T> extends ResourceState<T> {
  readonly everyMs: number;
  refresh(): void;
}

/**
 * Asks for something for as long as the component is shown, and again and again. All who ask the same
 * share the request. Null asks for nothing. `everyMs: Infinity` asks once.
 */
export function useResource<T>(
  asked: Question | string | null,
  { everyMs = EVERY_MS }: { readonly everyMs?: number } = {},
): Resource<T> {
  const { store } = useApi();
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const question = typeof asked === 'string' ? { path: asked } : asked;
  const key = question && keyOf(question);
  // One object per question, however often the view is drawn: the key says all of it.
  const stable = useMemo(() => question, [key]);
  useEffect(
    () => (stable ? store.subscribe(stable, everyMs, () => changed(undefined)) : undefined),
    [store, stable, everyMs],
  );
  const refresh = useCallback(() => stable && store.refresh(stable.path), [store, stable]);
  // The caller says what the API answers to its question; the contract tests hold the API to it.
  const state = (stable ? store.state(stable) : UNKNOWN) as ResourceState<T>;
  return { ...state, everyMs, refresh };
}

/** Asks again for everything on display whose path begins so, after something was changed. */
export function useRefresh(): (pathPrefix: string) => void {
  const { store } = useApi();
  return store.refresh;
}

/** Whether the API answers. */
export function useConnection(): Connection {
  const { store } = useApi();
  const [, changed] = useReducer((count: number) => count + 1, 0);
  useEffect(() => store.onConnection(() => changed(undefined)), [store]);
  return store.connection();
}
