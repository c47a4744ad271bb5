import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { PROJECT_ROOT } from '#lib/constructs/project.ts';

const RUNNER = join(PROJECT_ROOT, 'test', 'infra', 'run-bundle.mjs');

const ReplySchema = z.union([
  z.strictObject({ output: z.unknown() }),
  z.strictObject({ error: z.strictObject({ name: z.string(), message: z.string() }) }),
]);
export type BundleReply = z.infer<typeof ReplySchema>;

/** A function in a process of its own, with nothing of this process's environment. */
export interface BundleProcess {
  invoke(event: unknown): Promise<BundleReply>;
  close(): void;
}

/** @param now - the time that the process believes in, for ever */
export async function startBundle(
  file: string,
  env: Readonly<Record<string, string>>,
  now: number,
): Promise<BundleProcess> {
  const child = fork(RUNNER, [pathToFileURL(file).href, String(now)], {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the function ended: ${said.join('').slice(0, 2_000)}`);
  });
  // Whoever waits for a reply learns of it; nobody may be waiting.
  ended.catch(() => undefined);
  const reply = async () => (await Promise.race([once(child, 'message'), ended]))[0];
  await reply();
  return {
    async invoke(event) {
      const answered = reply();
      child.send(Object(event));
      return ReplySchema.parse(await answered);
    },
    close: () => void child.kill(),
  };
}
