import { type Command, InvalidArgumentError } from 'commander';
import { parseTimestamp } from '#core/series/timestamp.ts';
import { addMs, DAY, type EpochMs, HOUR, MINUTE } from '#core/time.ts';
import type { Environment } from './environment.ts';
import { createMessages, type Messages } from './messages.ts';
import { type Presentation, present } from './render/output.ts';
import { type Terminal, terminalOf } from './render/terminal.ts';
import { type TimeFormat, timeFormat } from './render/time.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import { type GlobalFlags, resolveSettings, type Settings } from './settings.ts';

/** What a command works with. */
export interface CommandContext {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly messages: Messages;
  readonly terminal: Terminal;
  readonly time: TimeFormat;
  readonly quiet: boolean;
  /** Prints the answer in the format that was asked for. */
  print(presentation: Presentation): void;
  /** Connects, works, and disconnects, whatever happens. */
  withSession<T>(
    work: (session: Session) => Promise<T>,
    options?: Pick<SessionOptions, 'attempts' | 'retryUnreachable'>,
  ): Promise<T>;
}

/** @throws {DomainError} `CONFIG_INVALID` */
export async function commandContext(
  environment: Environment,
  command: Command,
): Promise<CommandContext> {
  const flags = command.optsWithGlobals<GlobalFlags & { utc?: boolean }>();
  const settings = await resolveSettings(environment, flags);
  const quiet = flags.quiet === true;
  const messages = createMessages(environment, { quiet });
  if (environment.env.HELIOS_API_KEY && !isOfAgent(command)) {
    messages.warn(
      'HELIOS_API_KEY is not read: put the key into a file and name it by --api-key-file',
    );
  }
  return {
    environment,
    settings,
    messages,
    terminal: terminalOf(environment.stdout, environment.env),
    time: timeFormat(flags.utc ? 'utc' : environment.timeZone),
    quiet,
    print: (presentation) => {
      environment.stdout.write(present(presentation, settings.output.value));
    },
    async withSession(work, options = {}) {
      const session = await openSession({ environment, settings, messages, ...options });
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    },
  };
}

/** Agents alone read a key from the environment: in a container they often have no other place. */
function isOfAgent(command: Command | null): boolean {
  if (command === null) return false;
  return /^(helios-)?agent$/.test(command.name()) || isOfAgent(command.parent);
}

/** A parser of whole numbers for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed are whole numbers from ${least} to ${most}.`);
  };
}

/** A parser of lists such as `5,15,30`. */
export function wholeNumbers(least: number, most: number): (text: string) => readonly number[] {
  const parse = wholeNumber(least, most);
  return (text) => text.split(',').map((part) => parse(part.trim()));
}

/** A parser of lists of names such as `cpu,memory`, each once. */
export function names(text: string): readonly string[] {
  const found = text.split(',').map((part) => part.trim());
  if (found.every((name) => name !== '')) return [...new Set(found)];
  throw new InvalidArgumentError('Allowed are names with commas between them.');
}

/** A parser of names that may be given several times, with commas or without. */
export function moreNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...new Set([...before, ...names(text)])];
}

/** A parser of numbers between bounds, both included. */
export function numberWithin(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed are numbers from ${least} to ${most}.`);
  };
}

/** A parser of moments, which say their zone. */
export function moment(text: string): EpochMs {
  const time = parseTimestamp(text);
  if (time.ok) return time.at;
  throw new InvalidArgumentError(`${time.message}.`);
}

/** A moment that depends on when the command runs. */
export type FromNow = (now: EpochMs) => EpochMs;

/** A parser of how long ago (`90m`, `12h`, `7d`), or of a moment that says its zone. */
export function since(text: string): FromNow {
  const match = /^(\d{1,5})(m|h|d)$/.exec(text.trim());
  if (match) {
    const unit = { m: MINUTE, h: HOUR, d: DAY }[match[2] ?? ''] ?? DAY;
    return (now) => addMs(now, unit, -Number(match[1]));
  }
  const at = moment(text);
  return () => at;
}

/** A parser of fractions strictly between 0 and 1. */
export function openFraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('Allowed are fractions between 0 and 1, e.g. 0.8.');
}

/** A parser of steps: `300`, `30s`, `5m`, `1h`; in seconds, from 1 s to 1 h. */
export const stepSeconds = secondsWithin(1, 3_600, 'steps from 1s to 1h, e.g. 30s or 5m');

/** Parses `90`, `90s`, `5m` or `1h` as seconds. @param allowed - what is allowed, in words */
export function secondsWithin(
  least: number,
  most: number,
  allowed: string,
): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,5})(s|m|h)?$/.exec(text.trim());
    const factor = { s: 1, m: 60, h: 3_600 }[match?.[2] ?? 's'] ?? 1;
    const seconds = Number(match?.[1]) * factor;
    if (seconds >= least && seconds <= most) return seconds;
    throw new InvalidArgumentError(`Allowed are ${allowed}.`);
  };
}

/** The flags that name a workload, as the API's fields; those not given are left out. */
export interface WorkloadFlags {
  readonly deployment?: string;
  readonly namespace?: string;
  readonly cluster?: string;
  readonly container?: string;
}

/** Adds the flags that name a workload. */
export function addWorkloadOptions(command: Command, namespace = 'default'): Command {
  return command
    .option(
      '-d, --deployment <name>',
      'the deployment; may be left out when there is only one workload',
    )
    .option('-n, --namespace <name>', `namespace (default: ${namespace})`)
    .option('--cluster <name>', 'cluster (default: default)')
    .option('--container <name>', 'one container of it (default: *, the whole deployment)');
}

export function workloadOf(flags: WorkloadFlags): WorkloadFlags {
  const { deployment, namespace, cluster, container } = flags;
  return {
    ...(deployment !== undefined && { deployment }),
    ...(namespace !== undefined && { namespace }),
    ...(cluster !== undefined && { cluster }),
    ...(container !== undefined && { container }),
  };
}
