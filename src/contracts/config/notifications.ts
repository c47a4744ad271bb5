import * as z from 'zod';

/** How soon somebody must act: at once, or within days. Each alarm of Helios is of one of them. */
export const SEVERITIES = ['critical', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The least urgent alarm that is told; `critical` alarms always are. */
const LeastSeveritySchema = z.enum(SEVERITIES).default('warning').meta({
  description: 'critical: only what needs somebody at once; warning: everything',
});

function isEachOnce(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/** A mailbox. SNS sends it one message first, in which the subscription must be confirmed. */
export const EmailSubscriptionSchema = z.strictObject({
  address: z.email().max(320),
  severity: LeastSeveritySchema,
});

/** An address that SNS posts to: of a pager or a chat. It must confirm the subscription, too. */
export const HttpsSubscriptionSchema = z.strictObject({
  url: z.url({ protocol: /^https$/, error: 'an https:// address' }).max(2_000),
  severity: LeastSeveritySchema,
});

/**
 * The part `notifications:` of the configuration: who is told of alarms on AWS. The addresses stand in
 * the template, which everybody may read who may read the stack: a URL that is itself a secret is
 * subscribed by hand instead.
 */
export const NotificationsConfigSchema = z
  .strictObject({
    email: z
      .array(EmailSubscriptionSchema)
      .max(50)
      .refine((all) => isEachOnce(all.map(({ address }) => address)), 'each address once')
      .default([]),
    https: z
      .array(HttpsSubscriptionSchema)
      .max(50)
      .refine((all) => isEachOnce(all.map(({ url }) => url)), 'each address once')
      .default([]),
  })
  .prefault({});
export type NotificationsConfig = z.infer<typeof NotificationsConfigSchema>;
