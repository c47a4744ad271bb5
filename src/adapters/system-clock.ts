import { type Clock, epochMs } from '#core/time.ts';

/** The real time. */
export const systemClock: Clock = { now: () => epochMs(Date.now()) };
