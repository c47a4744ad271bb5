import * as z from 'zod';
import { NAME_PART } from '#core/workload.ts';

/** What a key may be allowed to do: each route of the key set names one of these. */
export const KEY_SCOPES = ['ingest', 'metrics', 'scalers'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
const KeyScopeSchema = z.enum(KEY_SCOPES);

/** The form of a key: `hk_`, its id, and a secret of 256 random bits, both in hex. */
export const KEY_FORM = /^hk_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** No key lives for ever: at most this long, 90 days unless asked for otherwise. */
export const LONGEST_KEY_DAYS = 365;

export const CreateKeyRequestSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME_PART, 'a name is 1-128 letters, digits, dots, dashes and underscores')
    .meta({ description: 'who or what uses it' }),
  scopes: z
    .array(KeyScopeSchema)
    .min(1)
    .max(KEY_SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'each scope is named once')
    .meta({ description: 'ingest: send samples; metrics: GET /metrics; scalers: GET /scalers' }),
  expires_in_days: z.number().int().min(1).max(LONGEST_KEY_DAYS).default(90),
});
export type CreateKeyRequest = z.infer<typeof CreateKeyRequestSchema>;

/** A key as it is listed: everything but what proves it. */
export const KeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(KeyScopeSchema),
  state: z.enum(['active', 'expired', 'revoked']),
  created_at: z.string(),
  created_by: z.string().nullable().meta({ description: 'the IAM principal, where there is one' }),
  expires_at: z.string(),
  revoked_at: z.string().nullable(),
  revoked_by: z.string().nullable(),
});
export type Key = z.infer<typeof KeySchema>;

export const CreatedKeySchema = z.strictObject({
  key: KeySchema,
  secret: z.string().meta({
    description: 'sent as Authorization: Bearer <secret>; shown now and never again',
  }),
});
export type CreatedKey = z.infer<typeof CreatedKeySchema>;

export const KeyListSchema = z.strictObject({ keys: z.array(KeySchema) });
export type KeyList = z.infer<typeof KeyListSchema>;
