import type { AgentState } from '#contracts/agent-state.ts';
import { type DurationMs, durationMs, HOUR, SECOND } from '#core/time.ts';
import type { AgentMemory } from '../ports/agent-memory.ts';
import type { AgentUplink } from '../ports/agent-uplink.ts';
import type { Sweep } from '../ports/metric-source.ts';
import type { SampleBuffer } from '../ports/sample-buffer.ts';
import type { AgentClock } from './agent-clock.ts';
import { bufferTeller, describeAgent, tellCommands } from './agent-status.ts';
import { createControl, type Sleep } from './control.ts';
import { type SendStatus, sendRepeatedly } from './send-loop.ts';
import {
  type AgentMessages,
  collectRepeatedly,
  type OpenSource,
  type SourceStatus,
} from './source-loop.ts';
import { toBatches } from './to-batches.ts';

export interface AgentDeps {
  readonly clock: AgentClock;
  readonly sleep: Sleep;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** SHA-256 of a text, in hex. */
  readonly sha256: (text: string) => string;
  readonly buffer: SampleBuffer;
  /** For samples whose time has not come for Helios. */
  readonly early: SampleBuffer;
  readonly uplink: AgentUplink;
  readonly memory: AgentMemory;
  readonly messages: AgentMessages;
  /** Is given what stops the agent. */
  readonly onStop: (stop: () => void) => void;
}

export interface AgentOptions {
  readonly version: string;
  readonly hostname: string;
  readonly platform: string;
  readonly sources: readonly OpenSource[];
  readonly state: AgentState;
  readonly heartbeatEvery: DurationMs;
  readonly flushEvery: DurationMs;
  readonly firstDelay: DurationMs;
  readonly catchUp: DurationMs;
  readonly batchSize: number;
  /** How long sending may go on after a stop. */
  readonly stopWithin: DurationMs;
}

/** A first answer that takes longer is not waited for. */
const FIRST_ANSWER_WITHIN = durationMs(5 * SECOND);

/** How an agent ended. */
export interface AgentEnd {
  /** Why Helios lets it in no more; else it was told to stop. */
  readonly refusal?: Error;
  /** Something still hangs, and would keep the process alive. */
  readonly isHanging: boolean;
}

/**
 * Runs an agent until it is stopped or refused: every source at its own interval, what they found
 * through the buffer to Helios, and heartbeats beside, which go on while it is paused.
 */
export async function runAgent(deps: AgentDeps, options: AgentOptions): Promise<AgentEnd> {
  const { clock, sleep, sha256, buffer, early, uplink, memory, messages } = deps;
  const { state, heartbeatEvery, flushEvery, firstDelay, catchUp } = options;
  const control = createControl(sleep, state.commands);
  deps.onStop(() => control.stop());
  const cursors = new Map(Object.entries(state.cursors));
  const sent = freshSendStatus();
  const sources = options.sources.map((source) => [source, freshSourceStatus()] as const);
  const identity = { ...options, agentId: state.agent_id, startedAt: clock.now() };
  const describe = () => describeAgent(identity, { clock, control, buffer, early, sent, sources });

  // A full disk may keep neither: after a restart a little is read again, and stored once all the same.
  const save = () =>
    memory
      .save({ ...state, commands: control.commands, cursors: Object.fromEntries(cursors) })
      .catch(() => {});
  const report = () =>
    memory
      .report({ ...describe(), endpoint: uplink.endpoint, problem: sent.problem ?? null })
      .catch(() => {});

  const tellBuffer = bufferTeller(buffer, messages);
  const keep = async (source: OpenSource, found: Sweep) => {
    await buffer.add(toBatches(found, { ...options, sha256, labels: source.labels }));
    tellBuffer();
    control.wake();
    if (found.through === undefined) return;
    cursors.set(source.name, found.through);
    // While batches are in memory alone, a restart has to read them again.
    if (buffer.state().problem === undefined) await save();
  };
  const collect = ([source, status]: (typeof sources)[number]) => {
    const cursorOf = (name: string) => cursors.get(name);
    const loop = { clock, control, messages, catchUp, keep, cursorOf };
    return collectRepeatedly(loop, source, status);
  };

  let refusal: Error | undefined;
  const refuse = (error: Error) => {
    refusal ??= error;
    control.stop();
  };
  const beat = async () => {
    const said = await uplink.heartbeat(describe());
    if (said.kind === 'refused') return refuse(said.error);
    if (said.kind === 'done' && control.obey(said.value.commands)) {
      tellCommands(control.commands, messages);
      await save();
    }
    const problem = said.kind === 'done' ? undefined : said.message;
    if (problem !== undefined && sent.problem === undefined) messages.warn(problem);
    sent.problem = problem;
    await report();
  };
  const firstBeat = beat();
  const beating = async () => {
    await firstBeat;
    for (;;) {
      await control.wait(heartbeatEvery, 'stop');
      if (control.isStopping) return;
      await beat();
    }
  };
  const collecting = async () => {
    // The first answer tells what time it is: what is taken before it may be stamped wrong.
    await control.within(FIRST_ANSWER_WITHIN, () => firstBeat);
    await Promise.all(sources.map(collect));
  };
  const send = async () => {
    if (refusal) return;
    const loop = { ...deps, control, flushEvery, firstDelay };
    const refused = await sendRepeatedly(loop, sent);
    if (refused) refuse(refused);
  };

  const bound = new AbortController();
  const all = Promise.all([collecting(), beating(), send()])
    // What a stop has found being read was kept when sending was over already.
    .then(send)
    .then(() => 'ended' as const)
    .finally(() => control.stop());
  const tooLong = async () => {
    while (!control.isStopping) await control.wait(HOUR, 'stop');
    await sleep(options.stopWithin, bound.signal);
    return 'hanging' as const;
  };
  try {
    const end = await Promise.race([all, tooLong()]);
    await report();
    return { isHanging: end === 'hanging', ...(refusal && { refusal }) };
  } finally {
    bound.abort();
  }
}

function freshSendStatus(): SendStatus {
  return { sentSamples: 0, rejectedSamples: 0, refusedSamples: 0, problem: undefined };
}

function freshSourceStatus(): SourceStatus {
  return { lastSuccess: undefined, lastProblem: undefined, isFailing: false };
}
