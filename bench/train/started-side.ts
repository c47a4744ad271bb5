import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Side } from './trainer-bench.ts';

const ReadySchema = z.strictObject({ version: z.string().nullable() });

/** What one training took and reached. */
export const TrainingSchema = z.strictObject({
  /** User and system time of the process, all its threads. */
  cpu_seconds: z.number().nonnegative(),
  wall_seconds: z.number().nonnegative(),
  loss: z.number(),
});
export type TrainingMeasure = z.infer<typeof TrainingSchema>;

/** Resident memory of a process in bytes; null where `/proc` does not tell. */
export interface ResidentMemory {
  readonly now: number | null;
  readonly peak: number | null;
}

/** The process of a side, ready to train. */
export interface StartedSide {
  readonly version: string | null;
  train(turn: number): Promise<TrainingMeasure>;
  memory(): ResidentMemory;
  end(): void;
}

/** Starts a side and waits until it has loaded what it needs. @throws {Error} with its messages when it fails */
export async function startSide({ name, command, env = {} }: Side): Promise<StartedSide> {
  // The program `env` adds to the environment, and becomes the side.
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const [program, ...parameters] = [
    ...(variables.length > 0 ? ['env', ...variables] : []),
    ...command,
  ];
  const child = spawn(program ?? '', parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  let messages = '';
  child.stderr.on('data', (text) => {
    messages += text;
  });
  // A side that has ended cannot be written to; its missing answer says so.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(`${name} ended without an answer: ${messages}`)));
  });
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return done === true ? await ended : JSON.parse(value);
  };
  const { version } = ReadySchema.parse(await answer());
  return {
    version,
    train: async (turn) => {
      child.stdin.write(`train ${turn}\n`);
      return TrainingSchema.parse(await answer());
    },
    memory: () => residentMemory(child.pid),
    end: () => child.stdin.end(),
  };
}

function residentMemory(pid: number | undefined): ResidentMemory {
  const status = statusOf(pid);
  const bytes = (field: string) => {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  };
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Empty where there is no `/proc`. */
function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
