import * as z from 'zod';
import { RuntimeConfigSchema } from './dashboard-page.ts';

/** Where CloudFormation waits for the answer: a signed URL of a bucket of its own, of no one else's. */
const ResponseUrlSchema = z
  .url({
    protocol: /^https$/,
    hostname:
      /^cloudformation-custom-resource-response-[a-z0-9]+\.s3[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
  })
  .max(4_096);

/** What CloudFormation tells `publish`. Strings are all that it can send, so the settings are JSON in one. */
export const PublishEventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: ResponseUrlSchema,
  StackId: z.string().max(2_048),
  RequestId: z.string().max(256),
  LogicalResourceId: z.string().max(512),
  PhysicalResourceId: z.string().max(2_048).optional(),
  ResourceProperties: z.object({
    Settings: z
      .string()
      .max(8_192)
      .transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.addIssue({ code: 'custom', message: 'is no JSON' });
          return z.NEVER;
        }
      })
      .pipe(RuntimeConfigSchema),
  }),
});
export type PublishEvent = z.infer<typeof PublishEventSchema>;

/** What CloudFormation is answered. */
export interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  /** Shown to who deploys; for failures. */
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}
