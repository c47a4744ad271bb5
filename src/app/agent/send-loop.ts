import type { IngestResponse } from '#contracts/http/ingest.ts';
import type { DurationMs } from '#core/time.ts';
import type { AgentUplink } from '../ports/agent-uplink.ts';
import type { SampleBuffer } from '../ports/sample-buffer.ts';
import type { Control } from './control.ts';
import type { AgentMessages } from './source-loop.ts';

export interface SendLoopDeps {
  readonly control: Control;
  readonly buffer: SampleBuffer;
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
  const { control, buffer, uplink, messages } = deps;
  const told = new Set<string>();
  let failures = 0;
  for (;;) {
    const batch = await buffer.peek();
    if (!batch) {
      if (control.isStopping) return undefined;
      await control.wait(IDLE_MS, 'batch');
      // What comes within this time is sent in one round.
      if (deps.flushEvery > 0) await control.wait(deps.flushEvery, 'stop');
      continue;
    }
    const sent = await uplink.send(batch);
    switch (sent.kind) {
      case 'done':
        if (failures > 0) messages.info(`${uplink.endpoint} answers again`);
        failures = 0;
        status.problem = undefined;
        status.sentSamples += batch.samples - sent.value.rejected;
        status.rejectedSamples += sent.value.rejected;
        tellRejections(sent.value, told, messages);
        await buffer.remove(batch);
        break;
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
        await buffer.remove(batch);
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

/** Tells each kind of rejection once. */
function tellRejections(
  { rejected, rejections }: IngestResponse,
  told: Set<string>,
  messages: AgentMessages,
): void {
  for (const { code, message } of rejections) {
    if (told.has(code)) continue;
    told.add(code);
    messages.warn(`${rejected} samples of a batch are rejected, ${code}: ${message}`);
  }
}
