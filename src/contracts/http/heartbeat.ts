import * as z from 'zod';
import { HEARTBEAT_WORKLOAD } from '#core/simulate/heartbeat.ts';

/** What the heartbeat runs through; `score` is the scheduled work that holds the others together. */
export const HEARTBEAT_STAGES = ['collect', 'train', 'serve', 'detect', 'score'] as const;
export type HeartbeatStage = (typeof HEARTBEAT_STAGES)[number];

const { cluster, namespace, deployment } = HEARTBEAT_WORKLOAD;
/** What its measure is told under, and its alarm looks at. */
export const HEARTBEAT_DIMENSIONS = { cluster, namespace, deployment } as const;

/** How the heartbeat is, as `/health` tells it. */
export const HeartbeatSchema = z.strictObject({
  state: z.enum(['starting', 'ok', 'failing', 'late']).meta({
    description:
      'starting: the first model is not there yet, and need not be; late: nothing was checked when it should have been',
  }),
  stage: z.enum(HEARTBEAT_STAGES).nullable().meta({ description: 'the first stage that is wrong' }),
  message: z.string(),
  checked_at: z.string(),
});
export type Heartbeat = z.infer<typeof HeartbeatSchema>;
