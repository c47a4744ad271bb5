import { useCallback, useState } from 'preact/hooks';
import { useApi } from './api-context.ts';
import { ApiError } from './api-error.ts';
import type { Question } from './client.ts';

/** Something that a person starts, once: what became of it. */
export interface Change<T> {
  run(question: Question, then?: (answer: T) => void): void;
  readonly busy: boolean;
  readonly failure: ApiError | undefined;
  /** Forgets the failure. */
  reset(): void;
}

/** Sends a change when it is told to; never again by itself. */
export function useChange<T>(): Change<T> {
  const { client } = useApi();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | undefined>(undefined);
  const run = useCallback(
    (question: Question, then?: (answer: T) => void) => {
      setBusy(true);
      setFailure(undefined);
      client
        .ask<T>(question)
        .then(then, (error: unknown) => {
          setFailure(
            error instanceof ApiError
              ? error
              : new ApiError('broken', `the request failed: ${error}`),
          );
        })
        .finally(() => setBusy(false));
    },
    [client],
  );
  const reset = useCallback(() => setFailure(undefined), []);
  return { run, busy, failure, reset };
}
