import * as z from 'zod';

/** A name as Secrets Manager has it, or the ARN of a secret; neither tells the secret. */
const SecretNameSchema = z
  .string()
  .regex(
    /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/,
    'the name or the ARN of a secret of AWS Secrets Manager',
  );

/**
 * Where a secret is kept instead of standing in a configuration. A class, so that a parsed configuration
 * tells it from keys that somebody has chosen, such as a label called `secret`.
 */
export class SecretReference {
  /** Name or ARN in AWS Secrets Manager. */
  readonly secret: string;
  /** Of the JSON object that the secret is; the whole text unless given. */
  readonly key?: string;
  /** What it is encrypted with, where that is a key of one's own. */
  readonly kms_key_arn?: string;

  constructor(fields: {
    readonly secret: string;
    readonly key?: string | undefined;
    readonly kms_key_arn?: string | undefined;
  }) {
    this.secret = fields.secret;
    if (fields.key !== undefined) this.key = fields.key;
    if (fields.kms_key_arn !== undefined) this.kms_key_arn = fields.kms_key_arn;
  }
}

const SecretReferenceSchema = z
  .strictObject({
    secret: SecretNameSchema.meta({
      description:
        'name or ARN in AWS Secrets Manager; a name is of the account and Region at hand',
    }),
    key: z.string().min(1).max(256).optional().meta({
      description: 'a key of the JSON object that the secret is; the whole text unless given',
    }),
    kms_key_arn: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,128}$/, 'the ARN of a key')
      .optional()
      .meta({ description: 'the key it is encrypted with, where that is one of your own' }),
  })
  .transform((fields) => new SecretReference(fields));

/** What others must not read: the text itself, or where it is kept. */
export const secretSchema = (longest: number) =>
  z.union([z.string().min(1).max(longest), SecretReferenceSchema]);
export type Secret = string | SecretReference;

/** A configuration whose secrets are there. */
export type Revealed<T> = T extends SecretReference
  ? string
  : T extends object
    ? { [K in keyof T]: Revealed<T[K]> }
    : T;

/**
 * Every secret that a part of a parsed configuration refers to, in its order.
 *
 * @example
 * ```ts
 * secretReferences([{ auth: { token: new SecretReference({ secret: 'helios/a' }) } }]).length; // => 1
 * secretReferences({ labels: { secret: 'no reference' } }); // => []
 * ```
 */
export function secretReferences(part: unknown): readonly SecretReference[] {
  if (typeof part !== 'object' || part === null) return [];
  if (part instanceof SecretReference) return [part];
  return Object.values(part).flatMap(secretReferences);
}
