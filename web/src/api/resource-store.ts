import { ApiError } from './api-error.ts';
import type { ApiClient, Question } from './client.ts';
import { answered, failed, pauseMs, type ResourceState, UNKNOWN } from './resource.ts';

/** Whether the API answers at all. */
export interface Connection {
  /** Since when it does not, in ms since 1970; undefined while it does. */
  readonly lostSince: number | undefined;
  /** When it last answered. */
  readonly reachedAt: number | undefined;
}

/** Keeps what the page shows fresh: one request for all who show the same. */
export interface ResourceStore {
  /** Starts asking, or joins those who do; the function it returns leaves. */
  subscribe(question: Question, everyMs: number, changed: () => void): () => void;
  state(question: Question): ResourceState<unknown>;
  /** Asks again at once for everything on display whose path begins so. */
  refresh(pathPrefix: string): void;
  connection(): Connection;
  onConnection(changed: () => void): () => void;
  /** Tells that the page was hidden, or is seen again. */
  setVisible(visible: boolean): void;
}

/** What a store needs of its surroundings. */
export interface StoreDeps {
  readonly client: ApiClient;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Calls after a while; the function it returns cancels. */
  readonly later: (run: () => void, ms: number) => () => void;
}

interface Entry {
  readonly question: Question;
  readonly listeners: Map<() => void, number>;
  state: ResourceState<unknown>;
  cancel: (() => void) | undefined;
  request: AbortController | undefined;
}

/** Answers that are kept while nobody looks, to be shown with their age on the way back. */
const KEPT = 80;

export function createResourceStore({ client, now, random, later }: StoreDeps): ResourceStore {
  const entries = new Map<string, Entry>();
  const connectionListeners = new Set<() => void>();
  let connection: Connection = { lostSince: undefined, reachedAt: undefined };
  let isVisible = true;

  const setConnection = (next: Connection) => {
    const isNews = next.lostSince !== connection.lostSince;
    connection = next;
    if (isNews) for (const changed of connectionListeners) changed();
  };

  const settle = (entry: Entry, state: ResourceState<unknown>) => {
    entry.state = state;
    entry.request = undefined;
    for (const changed of [...entry.listeners.keys()]) changed();
    plan(entry);
  };

  const ask = (entry: Entry) => {
    entry.cancel?.();
    entry.cancel = undefined;
    if (entry.request) return;
    const request = new AbortController();
    entry.request = request;
    client.ask(entry.question, request.signal).then(
      (data) => {
        if (entry.request !== request) return;
        setConnection({ lostSince: undefined, reachedAt: now() });
        settle(entry, answered(data, now()));
      },
      (error: unknown) => {
        if (entry.request !== request) return;
        const failure = toApiError(error);
        if (failure.kind === 'unreachable') {
          setConnection({ ...connection, lostSince: connection.lostSince ?? now() });
        } else {
          setConnection({ lostSince: undefined, reachedAt: now() });
        }
        settle(entry, failed(entry.state, failure, now()));
      },
    );
  };

  const plan = (entry: Entry) => {
    entry.cancel?.();
    entry.cancel = undefined;
    if (!isVisible || entry.listeners.size === 0 || entry.request) return;
    const everyMs = Math.min(...entry.listeners.values());
    if (!Number.isFinite(everyMs)) return;
    entry.cancel = later(() => ask(entry), pauseMs(everyMs, entry.state.failures, random()));
  };

  const forgetOldest = () => {
    for (const [key, { listeners }] of entries) {
      if (entries.size <= KEPT) return;
      if (listeners.size === 0) entries.delete(key);
    }
  };

  const entryOf = (question: Question): Entry => {
    const key = keyOf(question);
    const entry = entries.get(key) ?? {
      question,
      listeners: new Map(),
      state: UNKNOWN,
      cancel: undefined,
      request: undefined,
    };
    // The most recently used is last.
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  };

  return {
    subscribe(question, everyMs, changed) {
      const entry = entryOf(question);
      entry.listeners.set(changed, everyMs);
      const age = now() - (entry.state.confirmedAt ?? Number.NEGATIVE_INFINITY);
      if (age >= Math.min(everyMs, 10_000)) ask(entry);
      else plan(entry);
      forgetOldest();
      return () => {
        entry.listeners.delete(changed);
        if (entry.listeners.size > 0) return;
        entry.request?.abort();
        entry.request = undefined;
        entry.cancel?.();
      };
    },
    state: (question) => entries.get(keyOf(question))?.state ?? UNKNOWN,
    refresh(pathPrefix) {
      for (const entry of entries.values()) {
        if (!entry.question.path.startsWith(pathPrefix)) continue;
        if (entry.listeners.size > 0) ask(entry);
        else entry.state = { ...entry.state, confirmedAt: undefined };
      }
    },
    connection: () => connection,
    onConnection(changed) {
      connectionListeners.add(changed);
      return () => connectionListeners.delete(changed);
    },
    setVisible(visible) {
      if (visible === isVisible) return;
      isVisible = visible;
      for (const entry of entries.values()) {
        if (entry.listeners.size === 0) continue;
        // What was due while nobody looked is asked for now.
        if (visible) ask(entry);
        else plan(entry);
      }
    },
  };
}

/** The same question has the same key. */
export function keyOf({ method, path, body }: Question): string {
  return `${method ?? ''} ${path} ${body === undefined ? '' : JSON.stringify(body)}`;
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('broken', error instanceof Error ? error.message : String(error));
}
