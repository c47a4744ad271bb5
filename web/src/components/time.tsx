import { useEffect, useReducer } from 'preact/hooks';
import { formatAge, formatClock, formatDay, formatFull, toUtc } from '../format/time.ts';

/**
 * A time in the zone of whoever looks, with UTC when pointed at: `full` with day and zone, `short`
 * with the day, `clock` without it, `age` as how long ago (or ahead) it is.
 */
export function Time({
  at,
  form = 'short',
}: {
  readonly at: string | number;
  readonly form?: 'full' | 'short' | 'clock' | 'age';
}) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const now = useNow(form === 'age' ? 10_000 : undefined);
  if (!Number.isFinite(ms)) return <span>–</span>;
  const texts = {
    full: () => formatFull(ms),
    short: () => formatDay(ms, now),
    clock: () => formatClock(ms, now),
    age: () => formatAge(now - ms),
  };
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${formatFull(ms)} · ${toUtc(ms)}`}>
      {texts[form]()}
    </time>
  );
}

/** The current time; with a period, drawn again as it goes on. */
export function useNow(everyMs: number | undefined): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => tick(undefined), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now();
}
