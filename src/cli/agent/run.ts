import { randomBytes } from 'node:crypto';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { directorySegments } from '#adapters/agent/segment-files.ts';
import { openStateDirectory, type StateDirectory } from '#adapters/agent/state-directory.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createAgentClock } from '#app/agent/agent-clock.ts';
import { clockTeller } from '#app/agent/agent-status.ts';
import { type AgentDeps, type AgentOptions, runAgent } from '#app/agent/run-agent.ts';
import type { AgentMessages } from '#app/agent/source-loop.ts';
import { AgentFileSchema } from '#contracts/config/agent.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { durationMs, MINUTE, SECOND } from '#core/time.ts';
import type { CommandContext } from '../command-context.ts';
import { HELIOS_VERSION } from '../version.ts';
import { type AgentFlags, type LoadedConfig, loadAgentConfig } from './load-config.ts';
import { openSources } from './open-sources.ts';
import { openUplink } from './uplink.ts';

const MEGABYTE = 1_000_000;
/** What waits for its time, beside the buffer: an hour of 20 samples a second. */
const MOST_EARLY_MB = 16;
/** Sending may go on this long after a stop: less than the 30 s after which Kubernetes kills. */
const STOP_WITHIN = durationMs(10 * SECOND);

/** Collects and sends until stopped. @throws {DomainError} `UNAUTHORIZED`, `FORBIDDEN`, `STORE_LOCKED` */
export async function run(context: CommandContext, flags: AgentFlags): Promise<number> {
  const loaded = await loadAgentConfig(context, flags);
  const messages = messagesOf(context, loaded, flags);
  const { environment } = context;
  const clock = createAgentClock(environment.clock, environment.uptimeMs, clockTeller(messages));
  const uplink = await openUplink(context, loaded, clock);
  const byClock = { ...context, environment: { ...environment, clock } };
  const sources = await openSources(byClock, loaded, flags);
  const directory = await openStateDirectory(loaded.stateDir);
  const { buffer: limits } = loaded.config.agent;
  const buffer = await openDiskBuffer(await directorySegments(directory.bufferPath), {
    maxBytes: limits.max_mb * MEGABYTE,
    fsync: limits.fsync,
  });
  const early = await openDiskBuffer(await directorySegments(directory.earlyPath), {
    maxBytes: Math.min(limits.max_mb, MOST_EARLY_MB) * MEGABYTE,
    fsync: limits.fsync,
  });
  const options = optionsOf(context, loaded, sources, directory);
  const waitingIn = () => buffer.state().waitingSamples + early.state().waitingSamples;
  const waitingSamples = waitingIn();
  const waiting = waitingSamples === 0 ? '' : `, ${waitingSamples} samples wait from before`;
  messages.info(
    `${options.state.agent_id}: ${sources.map(({ name }) => name).join(', ')} for ${uplink.endpoint}${waiting}`,
  );
  await directory.save(options.state).catch(() => {});
  const { sleep, random } = environment;
  const stopping = stopsOn(context, messages);
  const deps: AgentDeps = {
    ...{ clock, sleep, random, buffer, early, uplink, messages, memory: directory },
    sha256: nodeKeyCrypto.sha256,
    onStop: stopping.onStop,
  };
  try {
    const { refusal, isHanging } = await runAgent(deps, options);
    const left = waitingIn();
    if (left > 0) messages.warn(`${left} samples wait in ${loaded.stateDir}`);
    if (refusal) throw refused(refusal, messages);
    // Something still holds a connection open, and would keep the process.
    if (isHanging) environment.exit(0);
    return 0;
  } finally {
    stopping.forget();
    await buffer.close();
    await early.close();
    await directory.close();
    for (const { source } of sources) await source.close?.().catch(() => {});
  }
}

function optionsOf(
  { environment }: CommandContext,
  { config, host }: LoadedConfig,
  sources: AgentOptions['sources'],
  { remembered }: StateDirectory,
): AgentOptions {
  const { agent, helios } = config;
  const name = agent.name ?? remembered?.agent_id ?? `${host}-${randomBytes(4).toString('hex')}`;
  return {
    version: HELIOS_VERSION,
    hostname: environment.hostName,
    platform: process.platform,
    sources,
    state: {
      agent_id: name,
      commands: remembered?.commands ?? { paused: false, collection_interval: null },
      cursors: remembered?.cursors ?? {},
    },
    heartbeatEvery: durationMs(agent.heartbeat_interval * SECOND),
    flushEvery: durationMs(helios.flush_interval * SECOND),
    firstDelay: durationMs(helios.retry_delay * SECOND),
    catchUp: durationMs(agent.catch_up_minutes * MINUTE),
    batchSize: helios.batch_size,
    stopWithin: STOP_WITHIN,
  };
}

/** The first signal stops the agent, the second ends the process. */
function stopsOn({ environment }: CommandContext, messages: AgentMessages) {
  let stop: (() => void) | undefined;
  let isStopping = false;
  const forget = environment.onSignal(() => {
    if (isStopping) environment.exit(130);
    isStopping = true;
    messages.info('stopping');
    stop?.();
  });
  return {
    forget,
    onStop: (how: () => void) => {
      stop = how;
      if (isStopping) how();
    },
  };
}

function refused(refusal: Error, messages: AgentMessages): Error {
  if (isDomainError(refusal, 'UNAUTHORIZED', 'FORBIDDEN')) {
    messages.warn('the endpoint refuses the key: the agent stops, sending it again would not help');
  }
  return refusal;
}

/** What is told, by `--log-level` or `agent.log_level`. Warnings are always told. */
function messagesOf(
  { messages }: CommandContext,
  { config }: LoadedConfig,
  flags: AgentFlags,
): AgentMessages {
  const level = flags.logLevel === undefined ? config.agent.log_level : levelOf(flags.logLevel);
  const isTold = level === 'DEBUG' || level === 'INFO';
  return {
    info: (text) => {
      if (isTold) messages.note(text);
    },
    warn: (text) => {
      if (level !== 'ERROR') messages.warn(text);
    },
  };
}

function levelOf(text: string) {
  const parsed = AgentFileSchema.safeParse({ agent: { log_level: text } });
  if (parsed.success) return parsed.data.agent.log_level;
  const message = `--log-level is ${text}: DEBUG, INFO, WARNING, ERROR are allowed`;
  throw new DomainError('CONFIG_INVALID', message);
}
