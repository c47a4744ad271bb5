import { resolve } from 'node:path';
import { DomainError } from '#core/errors.ts';
import { checkKeyLength, hashKey, readApiKey } from '../api-key.ts';
import type { CommandContext } from '../command-context.ts';
import type { Application } from '../environment.ts';
import { readServiceConfig } from '../service-config.ts';
import { isLoopback } from '../session.ts';

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
  /** false with --no-sample */
  readonly sample: boolean;
  /** false with --no-host-metrics */
  readonly hostMetrics: boolean;
  readonly config?: string;
}

/**
 * Runs Helios on this machine until SIGINT or SIGTERM. The first signal closes it in order, a second
 * one ends the process at once.
 *
 * @throws {DomainError} `CONFIG_INVALID`, `STORE_LOCKED`
 */
export async function serve(context: CommandContext, flags: ServeFlags): Promise<number> {
  const { environment, settings, messages } = context;
  const config = await readServiceConfig(environment, flags.config);
  const apiKeySha256 = await serverKey(context, flags.host);
  messages.note(`Helios is starting, data in ${settings.data_dir.value}`);
  const application = await environment.startApplication({
    dataDir: settings.data_dir.value,
    host: flags.host,
    port: flags.port,
    sample: flags.sample,
    hostMetrics: flags.hostMetrics,
    schedule: true,
    ...(apiKeySha256 !== undefined && { apiKeySha256 }),
    config,
    onProgress: (message) => messages.note(`  ${message}`),
    log: (event, fields) => {
      const line = `${event} ${JSON.stringify(fields)}`;
      if ('error' in fields) messages.warn(line);
      else messages.debug(line);
    },
  });
  const stopped = untilSignal(context);
  environment.stdout.write(welcome(application.url, flags));
  await stopped.promise;
  messages.note('stopping: a second signal ends at once');
  await close(application, stopped.forget);
  messages.note('stopped');
  return 0;
}

async function close(application: Application, forget: () => void): Promise<void> {
  try {
    await application.close();
  } finally {
    forget();
  }
}

/** Exit code of a process that was told to stop twice: 128 + SIGINT, as shells count. */
const EXIT_INTERRUPTED = 130;

function untilSignal({ environment }: CommandContext) {
  let signals = 0;
  let forget = () => {};
  const promise = new Promise<void>((resolveSignal) => {
    forget = environment.onSignal(() => {
      signals++;
      if (signals > 1) environment.exit(EXIT_INTERRUPTED);
      else resolveSignal();
    });
  });
  return { promise, forget };
}

function welcome(url: string, { sample, hostMetrics }: ServeFlags): string {
  const examples = [
    'npx helios status',
    ...(sample ? ['npx helios predict cpu -d webshop -n sample'] : []),
    ...(!sample && hostMetrics ? ['npx helios predict cpu -d host -n local'] : []),
    'npx helios import FILE.csv',
  ];
  const lines = examples.map((example) => `  ${example}\n`).join('');
  return `Helios is ready: ${url}\n\nTry, in another terminal:\n${lines}`;
}

/** Off this machine a key is required; on it the key of a remote endpoint is nobody's business. */
async function serverKey(
  { environment, settings }: CommandContext,
  host: string,
): Promise<string | undefined> {
  const { value, origin } = settings.api_key_file;
  if (isLoopback(host) && origin !== 'flag') return undefined;
  if (value === null) {
    const message = `serving on ${host} is open to others: --api-key-file is required there`;
    throw new DomainError('CONFIG_INVALID', message, {
      host,
      try: 'openssl rand -hex 32 > helios.key && helios serve --api-key-file helios.key',
    });
  }
  const path = resolve(environment.workingDirectory, value);
  const key = await readApiKey(path);
  checkKeyLength(key, path);
  return hashKey(key);
}
