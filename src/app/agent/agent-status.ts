import type { AgentCommands, HeartbeatRequest } from '#contracts/http/agents.ts';
import { type DurationMs, type EpochMs, SECOND, toIso } from '#core/time.ts';
import type { SampleBuffer } from '../ports/sample-buffer.ts';
import { type AgentClock, type ClockOffset, inWords } from './agent-clock.ts';
import type { Control } from './control.ts';
import type { SendStatus } from './send-loop.ts';
import {
  type AgentMessages,
  describeSource,
  type OpenSource,
  type SourceStatus,
} from './source-loop.ts';

/** What an agent says of itself that does not change. */
export interface AgentIdentity {
  readonly agentId: string;
  readonly version: string;
  readonly hostname: string;
  readonly platform: string;
  readonly startedAt: EpochMs;
  readonly heartbeatEvery: DurationMs;
}

/** Everything an agent knows of how it does, as a heartbeat says it. */
export function describeAgent(
  identity: AgentIdentity,
  {
    clock,
    control,
    buffer,
    early,
    sent,
    sources,
  }: {
    readonly clock: AgentClock;
    readonly control: Control;
    readonly buffer: SampleBuffer;
    readonly early: SampleBuffer;
    readonly sent: SendStatus;
    readonly sources: readonly (readonly [OpenSource, SourceStatus])[];
  },
): HeartbeatRequest {
  const waiting = buffer.state();
  const ahead = early.state();
  const known = clock.state();
  return {
    agent_id: identity.agentId,
    hostname: identity.hostname,
    platform: identity.platform,
    agent_version: identity.version,
    started_at: toIso(identity.startedAt),
    sent_at: toIso(clock.now()),
    heartbeat_seconds: Math.round(identity.heartbeatEvery / SECOND),
    ...control.commands,
    sent_samples: sent.sentSamples,
    buffer: {
      waiting_samples: waiting.waitingSamples + ahead.waitingSamples,
      waiting_bytes: waiting.waitingBytes + ahead.waitingBytes,
      dropped_samples: waiting.droppedSamples + ahead.droppedSamples + sent.refusedSamples,
      on_disk: waiting.problem === undefined && ahead.problem === undefined,
      early_samples: ahead.waitingSamples,
    },
    ...(known && {
      clock: { offset_seconds: Math.round(known.offset / SECOND), corrected: known.isCorrecting },
    }),
    sources: sources.map(([source, status]) =>
      describeSource(source, status, control.intervalOf(source.interval)),
    ),
  };
}

/** Tells when the disk takes nothing any more, when it does again, and how much was dropped. */
export function bufferTeller(buffer: SampleBuffer, messages: AgentMessages): () => void {
  let problem: string | undefined;
  let { droppedSamples: dropped } = buffer.state();
  return () => {
    const now = buffer.state();
    if (now.problem !== undefined && problem === undefined) {
      messages.warn(`the disk takes nothing (${now.problem}): samples wait in memory`);
    }
    if (now.problem === undefined && problem !== undefined) {
      messages.info('the disk takes samples again');
    }
    if (now.droppedSamples > dropped) {
      messages.warn(
        `${now.droppedSamples - dropped} samples were dropped, the oldest: no room left`,
      );
    }
    problem = now.problem;
    dropped = now.droppedSamples;
  };
}

/** Tells that the clock of this machine is wrong, and when it is right again. */
export function clockTeller({ info, warn }: AgentMessages): (state: ClockOffset) => void {
  return ({ offset, isCorrecting }) => {
    if (!isCorrecting) return info('the clock of this machine is right again');
    const off = `the clock of this machine is ${inWords(offset)} of the endpoint's`;
    warn(`${off}: samples get the endpoint's time`);
  };
}

/** Tells what the agent was told to do. */
export function tellCommands(
  { paused, collection_interval }: AgentCommands,
  { info }: AgentMessages,
): void {
  const interval =
    collection_interval === null ? 'as configured' : `every ${collection_interval} s by command`;
  info(paused ? 'paused by command: nothing is collected' : `collecting ${interval}`);
}
