/** What has to be undone, collected while it is done. */
export interface Cleanup {
  /** Steps run in the reverse of this order. */
  add(step: () => Promise<unknown>): void;
  /**
   * Runs every step, also after one has failed, and once only however often it is called.
   * @throws the first failure, after the last step
   */
  run(): Promise<void>;
}

/** Collects the steps that take something apart again, whether it was finished or not. */
export function createCleanup(): Cleanup {
  const steps: (() => Promise<unknown>)[] = [];
  let done: Promise<void> | undefined;

  const runAll = async () => {
    const failures: unknown[] = [];
    for (const step of steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  return {
    add(step) {
      steps.push(step);
    },
    run() {
      done ??= runAll();
      return done;
    },
  };
}
