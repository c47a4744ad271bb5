/**
 * Maps with at most `limit` calls at a time, results in the order of `items`. After a failure no
 * further call starts; the first error is thrown once the running ones have ended.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  call: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const queue = items.entries();
  const results = new Map<number, R>();
  let isStopped = false;
  const worker = async (): Promise<void> => {
    try {
      // All workers draw from one iterator, so that each item is taken once.
      for (const [index, item] of queue) {
        results.set(index, await call(item));
        if (isStopped) return;
      }
    } catch (error) {
      isStopped = true;
      throw error;
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker);
  for (const outcome of await Promise.allSettled(workers)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
