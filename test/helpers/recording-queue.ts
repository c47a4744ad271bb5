import type { WorkQueue } from '#app/ports/work-queue.ts';
import type { WorkMessage } from '#contracts/events.ts';

/** A queue that only keeps what is sent. */
export function recordingQueue(): WorkQueue & { readonly sent: WorkMessage[] } {
  const sent: WorkMessage[] = [];
  return {
    sent,
    async send(messages) {
      sent.push(...messages);
    },
  };
}
