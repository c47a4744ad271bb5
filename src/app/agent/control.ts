import type { AgentCommands } from '#contracts/http/agents.ts';
import { type DurationMs, durationMs, SECOND } from '#core/time.ts';

/** Waits for `ms`, or less when `signal` aborts it; never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** What may end a wait early: a new command, a batch to send, or nothing but the end of the agent. */
export type WokenBy = 'command' | 'batch' | 'stop';

/** What came of bounded work; late work may still be running, whatever its signal says. */
export type Bounded<T> = { readonly value: T } | { readonly late: Promise<unknown> };

/** What is being read when the agent stops is most often there at once, and still sent. */
const STOP_GRACE_MS = 2_000;

/** What the loops of an agent share: what they were told to do, and how they are woken. */
export interface Control {
  readonly commands: AgentCommands;
  /** No more is collected; what waits is sent. */
  readonly isStopping: boolean;
  /** Obeys from now on. @returns whether anything changed */
  obey(commands: AgentCommands): boolean;
  /** How often a source is read: as commanded, else as configured. */
  intervalOf(configured: DurationMs): DurationMs;
  /** Waits for `ms`, or until the agent stops or what is named happens. */
  wait(ms: number, wokenBy: WokenBy): Promise<void>;
  /** There is a batch to send. */
  wake(): void;
  stop(): void;
  /** Runs `work` and aborts its signal when it takes longer than `ms`, or than a moment after a stop. */
  within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<Bounded<T>>;
}

/** @param remembered - what the agent was told before it was started */
export function createControl(sleep: Sleep, remembered: AgentCommands): Control {
  let commands = remembered;
  let isStopping = false;
  const waiting = {
    command: new Set<AbortController>(),
    batch: new Set<AbortController>(),
    stop: new Set<AbortController>(),
  };
  const wakeAll = (who: WokenBy) => {
    for (const each of waiting[who]) each.abort();
  };
  /** A sleep that ends early with the agent, or when its controller is aborted. */
  const sleepAs = async (ms: number, who: WokenBy, controller = new AbortController()) => {
    if (isStopping) return;
    waiting[who].add(controller);
    await sleep(ms, controller.signal);
    waiting[who].delete(controller);
  };
  return {
    get commands() {
      return commands;
    },
    get isStopping() {
      return isStopping;
    },
    obey(next) {
      const { paused, collection_interval } = commands;
      if (next.paused === paused && next.collection_interval === collection_interval) return false;
      commands = next;
      wakeAll('command');
      return true;
    },
    intervalOf(configured) {
      const { collection_interval: seconds } = commands;
      return seconds === null ? configured : durationMs(seconds * SECOND);
    },
    wait: (ms, wokenBy) => sleepAs(ms, wokenBy),
    wake: () => wakeAll('batch'),
    stop() {
      isStopping = true;
      wakeAll('command');
      wakeAll('batch');
      wakeAll('stop');
    },
    async within(ms, work) {
      const given = new AbortController();
      const timer = new AbortController();
      // A stop ends the timer; what ends the grace is the work alone.
      const done = new AbortController();
      const working = work(given.signal);
      try {
        const late = sleepAs(ms, 'stop', timer)
          .then(() => (isStopping ? sleep(STOP_GRACE_MS, done.signal) : undefined))
          .then(() => ({ late: working }));
        return await Promise.race([working.then((value) => ({ value })), late]);
      } finally {
        done.abort();
        timer.abort();
        given.abort();
      }
    },
  };
}
