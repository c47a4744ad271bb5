import * as z from 'zod';

/**
 * What the heartbeat costs a month on AWS in US dollars at a cycle of five minutes (us-east-1, no free
 * tier), rounded up: one workload that is collected once and scored twice a cycle (17,280 scorings of
 * 0.3 s at 1 GiB $0.07, as many writes and five reads each $0.05, 26,000 queue requests and invocations
 * $0.02), trained every night (five minutes at 1.7 GiB, 25 transitions: $0.23), one custom metric $0.30
 * and one alarm $0.10.
 */
export const HEARTBEAT_MONTHLY_USD = 0.8;

/** The part `heartbeat:` of the configuration: whether Helios watches itself. */
export const HeartbeatConfigSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({
        description: `a workload of known truth runs through everything, and an alarm tells when that stops; about $${HEARTBEAT_MONTHLY_USD} a month on AWS`,
      }),
  })
  .prefault({});
export type HeartbeatConfig = z.infer<typeof HeartbeatConfigSchema>;
