import { setMaxListeners } from 'node:events';

/** An abort signal below another one: aborted by itself, or with its parent. */
export interface Scope {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the parent. Call it when the work is done. */
  release(): void;
}

/** Opens a scope below `parent`. */
export function openScope(parent: AbortSignal | undefined): Scope {
  const controller = new AbortController();
  // As many listeners as a Map has items under way; each one is removed when its item is done.
  setMaxListeners(0, controller.signal);
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent?.removeEventListener('abort', follow),
  };
}

/**
 * Calls `work` for 0 … `count - 1`, at most `limit` at a time, started in order. The first failure
 * aborts the others and is thrown once all have ended.
 */
export async function runConcurrently(
  options: { readonly count: number; readonly limit: number; readonly parent: AbortSignal },
  work: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const scope = openScope(options.parent);
  let next = 0;
  const worker = async () => {
    while (next < options.count && !scope.signal.aborted) {
      const index = next++;
      try {
        await work(index, scope.signal);
      } catch (error) {
        scope.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.limit, options.count) }, worker));
    if (scope.signal.aborted) throw scope.signal.reason;
  } finally {
    scope.release();
  }
}
