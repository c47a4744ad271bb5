/** Something that is repeated until stopped. */
export interface Repeated {
  /** Waits for a turn under way. */
  stop(): Promise<void>;
}

/**
 * Repeats `work` on multiples of `everyMs` of the clock, never two at once: a turn that takes longer
 * makes the next ones wait, and missed ones are not made up for.
 */
export function every(
  everyMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
  now: () => number,
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isStopped = false;
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(
      () => {
        turn = work().catch(onError).finally(schedule);
      },
      everyMs - (now() % everyMs),
    );
  };
  schedule();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
