import type { AgentSource } from '#contracts/http/agents.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { type Clock, type DurationMs, type EpochMs, epochMs, SECOND, toIso } from '#core/time.ts';
import type { MetricSource, Sweep } from '../ports/metric-source.ts';
import type { Control } from './control.ts';
import { nextDue, phaseOf, rangeToRead } from './schedule.ts';

/** A source of an agent, opened. */
export interface OpenSource {
  readonly name: string;
  readonly type: string;
  readonly source: MetricSource;
  readonly interval: DurationMs;
  /** After this a collection is given up. */
  readonly timeout: DurationMs;
  readonly labels: Readonly<Record<string, string>>;
}

/** What an agent tells whoever watches it. */
export interface AgentMessages {
  info(text: string): void;
  warn(text: string): void;
}

export interface SourceLoopDeps {
  readonly clock: Clock;
  readonly control: Control;
  readonly messages: AgentMessages;
  readonly catchUp: DurationMs;
  /** Keeps what was found, durably, and then where the next read begins. */
  readonly keep: (source: OpenSource, sweep: Sweep) => Promise<void>;
  readonly cursorOf: (name: string) => number | undefined;
}

/** How a source does, for heartbeats. */
export interface SourceStatus {
  lastSuccess: EpochMs | undefined;
  lastProblem:
    | { readonly at: EpochMs; readonly code: string; readonly message: string }
    | undefined;
  isFailing: boolean;
}

/** Collections that hang beside each other, of one source. Past it, no more are begun. */
const MOST_HANGING = 3;

/** Collects one source at its interval until the agent stops. What fails is told and tried again. */
export async function collectRepeatedly(
  deps: SourceLoopDeps,
  source: OpenSource,
  status: SourceStatus,
): Promise<void> {
  const { clock, control } = deps;
  const phase = phaseOf(source.name);
  const hanging = new Set<Promise<unknown>>();
  let last: number | undefined;
  while (!control.isStopping) {
    const interval = control.intervalOf(source.interval);
    const now = clock.now();
    const due = nextDue(now, last, interval, phase);
    // The first collection is at once: somebody has just started the agent and watches.
    const isFirst = last === undefined;
    if (!isFirst) await control.wait(due - now, 'command');
    if (control.isStopping) return;
    if (control.commands.paused) {
      last ??= now;
      if (isFirst) await control.wait(interval, 'command');
      continue;
    }
    // Woken by a command: another interval may hold now.
    if (!isFirst && clock.now() < due && isNear(clock.now(), due, interval)) continue;
    last = isFirst ? now : due;
    await collectOnce(deps, source, status, hanging, interval);
  }
}

/** Whether `due` is ahead by no more than could have been waited for: the clock was not set back. */
function isNear(now: number, due: number, interval: number): boolean {
  return due - now <= 2 * interval;
}

async function collectOnce(
  { clock, control, messages, catchUp, keep, cursorOf }: SourceLoopDeps,
  source: OpenSource,
  status: SourceStatus,
  hanging: Set<Promise<unknown>>,
  interval: DurationMs,
): Promise<void> {
  try {
    if (hanging.size >= MOST_HANGING) {
      throw new DomainError('DEADLINE_EXCEEDED', `${hanging.size} collections hang`);
    }
    const range = rangeToRead(clock.now(), cursorOf(source.name), interval, catchUp);
    const outcome = await control.within(source.timeout, (signal) =>
      sweep(source.source, { range, every: interval, signal }),
    );
    if ('late' in outcome) {
      hanging.add(outcome.late);
      const forget = () => hanging.delete(outcome.late);
      outcome.late.then(forget, forget);
      if (control.isStopping) return;
      const seconds = source.timeout / SECOND;
      throw new DomainError('DEADLINE_EXCEEDED', `no answer within ${seconds} s`);
    }
    await keep(source, outcome.value);
    if (status.isFailing) messages.info(`${source.name} is read again`);
    status.isFailing = false;
    status.lastSuccess = clock.now();
    const [problem] = problemsOf(outcome.value);
    if (problem) note(status, messages, source, clock.now(), 'INCOMPLETE', problem);
  } catch (error) {
    const code = isDomainError(error) ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    if (!status.isFailing) status.lastProblem = undefined;
    status.isFailing = true;
    note(status, messages, source, clock.now(), code, message);
  }
}

/** Everything a source has, by its sweep. @throws {DomainError} `CONFIG_INVALID` where it has none */
export async function sweep(
  source: MetricSource,
  request: Parameters<NonNullable<MetricSource['sweep']>>[0],
): Promise<Sweep> {
  if (source.sweep) return source.sweep(request);
  throw new DomainError('CONFIG_INVALID', `the source ${source.name} cannot be read by an agent`);
}

/** What could not be read, of the source and of single metrics, in words. */
export function problemsOf({ problems, workloads }: Sweep): readonly string[] {
  return [...problems, ...workloads.flatMap(({ collected }) => collected.problems)].map(
    ({ metric, reason }) => `${metric}: ${reason}`,
  );
}

/** Remembers a problem; it is told once, until there is another. */
function note(
  status: SourceStatus,
  messages: AgentMessages,
  { name }: OpenSource,
  at: EpochMs,
  code: string,
  message: string,
): void {
  const isNews = status.lastProblem?.message !== message;
  status.lastProblem = { at, code, message };
  if (isNews) messages.warn(`${name}: ${message}`);
}

/** A source as a heartbeat describes it. */
export function describeSource(
  { name, type }: OpenSource,
  { lastSuccess, lastProblem, isFailing }: SourceStatus,
  interval: DurationMs,
): AgentSource {
  return {
    name,
    type,
    state: isFailing ? 'failing' : lastSuccess === undefined ? 'waiting' : 'ok',
    interval_seconds: interval / SECOND,
    last_success: lastSuccess === undefined ? null : toIso(lastSuccess),
    last_problem: lastProblem
      ? {
          at: toIso(epochMs(lastProblem.at)),
          code: lastProblem.code,
          message: lastProblem.message.slice(0, 300),
        }
      : null,
  };
}
