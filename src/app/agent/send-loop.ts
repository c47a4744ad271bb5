import type { IngestResponse } from '#contracts/http/ingest.ts';
import type { Clock, DurationMs } from '#core/time.ts';
import type { AgentUplink } from '../ports/agent-uplink.ts';
import type { SampleBuffer, WaitingBatch } from '../ports/sample-buffer.ts';
import type { Control } from './control.ts';
import { dueAt, earlySamples } from './early-samples.ts';
import type { AgentMessages } from './source-loop.ts';

export interface SendLoopDeps {
  readonly clock: Clock;
  readonly control: Control;
  readonly buffer: SampleBuffer;
  /** What Helios calls too early waits here for its time. */
  readonly early: SampleBuffer;
  /** SHA-256 of a text, in hex. */
  readonly sha256: (text: string) => string;
  readonly uplink: AgentUplink;
  readonly messages: AgentMessages;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Between two rounds of sending. */
  readonly flushEvery: DurationMs;
  /** The bound of the first pause after a failure. */
  readonly firstDelay: DurationMs;
}

/** What was sent since the agent was started. */
export interface SendStatus {
  sentSamples: number;
  rejectedSamples: number;
  refusedSamples: number;
  /** Why the last attempt failed. */
  problem: string | undefined;
}

/** No pause is longer: after an outage everybody is back within a minute. */
const LONGEST_DELAY_MS = 60_000;
/** A server that asks for more than this is asked again nonetheless. */
const LONGEST_RETRY_AFTER_MS = 600_000;
/** What was refused as early is not sent again before this. */
const EARLY_AGAIN_MS = 60_000;
/** Nothing to send: looked for again after this, or when it is woken. */
const IDLE_MS = 60_000;

/**
 * Sends what waits, the oldest first, until nothing is left; then waits for more. Failures are followed
 * by a random pause below an exponential bound ("full jitter", Brooker 2015), or by what Retry-After
 * says. Ends when the agent stops: with the buffer empty, or at the first failure.
 *
 * @returns the refusal that sending again would not mend, if that is why it ended
 */
export async function sendRepeatedly(
  deps: SendLoopDeps,
  status: SendStatus,
): Promise<Error | undefined> {
  const { clock, control, buffer, early, sha256, uplink, messages } = deps;
  const told = new Set<string>();
  const waiting = earlyWhenDue(deps);
  let failures = 0;
  for (;;) {
    const overdue = await waiting.next();
    const from = overdue ? early : buffer;
    const batch = overdue ?? (await buffer.peek());
    if (!batch) {
      if (control.isStopping) return undefined;
      await control.wait(IDLE_MS, 'batch');
      // What comes within this time is sent in one round.
      if (deps.flushEvery > 0) await control.wait(deps.flushEvery, 'stop');
      continue;
    }
    const sent = await uplink.send(batch);
    switch (sent.kind) {
      case 'done': {
        if (failures > 0) messages.info(`${uplink.endpoint} answers again`);
        failures = 0;
        status.problem = undefined;
        const kept = earlySamples(batch, sent.value, clock.now(), sha256);
        // First there, then no longer here: a kill between them sends it twice, and it is stored once.
        if (kept) {
          await early.add([kept]);
          waiting.postpone();
        }
        status.sentSamples += batch.samples - sent.value.rejected;
        status.rejectedSamples += Math.max(sent.value.rejected - (kept?.samples ?? 0), 0);
        tellRejections(sent.value, kept, told, messages);
        await from.remove(batch);
        break;
      }
      case 'later': {
        failures++;
        status.problem = sent.message;
        const { waitingSamples } = buffer.state();
        if (failures === 1) {
          messages.warn(`${sent.message}: ${waitingSamples} samples wait, trying again`);
        }
        if (control.isStopping) return undefined;
        await control.wait(delayMs(deps, failures, sent.retryAfterMs), 'stop');
        break;
      }
      case 'unusable':
        // Kept, it would stand before everything else for ever.
        status.refusedSamples += batch.samples;
        messages.warn(`${batch.samples} samples are given up: ${sent.message}`);
        await from.remove(batch);
        break;
      case 'refused':
        status.problem = sent.error.message;
        return sent.error;
    }
  }
}

function delayMs(
  { random, firstDelay }: SendLoopDeps,
  failures: number,
  retryAfterMs: number | undefined,
): number {
  // Past 30 doublings nothing changes any more.
  const bound = Math.min(firstDelay * 2 ** Math.min(failures - 1, 30), LONGEST_DELAY_MS);
  const jittered = random() * bound;
  if (retryAfterMs === undefined) return jittered;
  // Everybody was told the same time: a little of chance keeps them from coming at once.
  return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) + random() * firstDelay;
}

/** The oldest batch that waits for its time, once it has come. */
function earlyWhenDue({ clock, early }: SendLoopDeps) {
  let known: { readonly id: string; readonly due: number } | undefined;
  let refusedAt: number | undefined;
  return {
    /** Helios has just refused samples as early: it may not agree with this clock on what is due. */
    postpone: () => {
      refusedAt = clock.now();
    },
    next: async (): Promise<WaitingBatch | undefined> => {
      const now = clock.now();
      const isTooSoon = refusedAt !== undefined && Math.abs(now - refusedAt) < EARLY_AGAIN_MS;
      if (isTooSoon || early.state().waitingBatches === 0) return undefined;
      const batch = await early.peek();
      if (!batch) return undefined;
      if (known?.id !== batch.id) known = { id: batch.id, due: dueAt(batch) };
      return known.due <= now ? batch : undefined;
    },
  };
}

/** Tells each kind of rejection once. */
function tellRejections(
  { rejected, rejections }: IngestResponse,
  kept: WaitingBatch | undefined,
  told: Set<string>,
  messages: AgentMessages,
): void {
  for (const { code, message } of rejections) {
    if (told.has(code)) continue;
    told.add(code);
    if (kept && code === 'IN_FUTURE') {
      messages.warn(`${kept.samples} samples wait until Helios takes them: ${message}`);
      continue;
    }
    messages.warn(`${rejected} samples of a batch are rejected, ${code}: ${message}`);
  }
}
