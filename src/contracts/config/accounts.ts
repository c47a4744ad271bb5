import * as z from 'zod';

/** A region of AWS, such as `eu-central-1`. */
export const RegionSchema = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, e.g. eu-central-1');

/** An account name as workloads refer to it, and as it begins the cluster of what is found there. */
export const AccountNameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, 'small letters, digits and -, 32 at most');

/** Another AWS account that Helios may read: the role it assumes there. */
export const AccountSchema = z.strictObject({
  name: AccountNameSchema,
  role_arn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'the ARN of a role, e.g. arn:aws:iam::123456789012:role/helios-reader',
    ),
  /** What the role's trust policy asks for, so that nobody else can have Helios read it. No secret. */
  external_id: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/, '2 to 1224 letters, digits and +=,.@:/-'),
  /** Where its metrics are; the region that Helios runs in unless given. */
  region: RegionSchema.optional(),
});
export type Account = z.infer<typeof AccountSchema>;

/** The part `accounts:` of the configuration. */
export const AccountsConfigSchema = z
  .array(AccountSchema)
  .max(100)
  .refine((accounts) => new Set(accounts.map(({ name }) => name)).size === accounts.length, {
    error: 'each account has a name of its own',
  })
  .default([]);
export type AccountsConfig = z.infer<typeof AccountsConfigSchema>;
