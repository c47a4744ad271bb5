import type { HeartbeatRequest, HeartbeatResponse } from '#contracts/http/agents.ts';
import type { IngestResponse } from '#contracts/http/ingest.ts';
import type { WaitingBatch } from './sample-buffer.ts';

/** What one call to Helios came to. */
export type Uplinked<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Not now: Helios was not reached, is busy, or has a fault. */
  | { readonly kind: 'later'; readonly message: string; readonly retryAfterMs?: number }
  /** Not this body, however often it is sent. */
  | { readonly kind: 'unusable'; readonly message: string }
  /** Not this caller: its key or its signature is refused. */
  | { readonly kind: 'refused'; readonly error: Error };

/** An agent's way to Helios. Calls do not throw for what the network or Helios does. */
export interface AgentUplink {
  readonly endpoint: string;
  send(batch: WaitingBatch): Promise<Uplinked<IngestResponse>>;
  heartbeat(request: HeartbeatRequest): Promise<Uplinked<HeartbeatResponse>>;
}
