import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { secretSchema } from '../secret.ts';

/** An address of an API: encrypted, except on this machine. */
export const ApiUrlSchema = z
  .url({ protocol: /^https?$/, error: 'an address, e.g. https://api.example.com' })
  .max(2_048)
  .refine(
    (text) => /^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(text),
    'https, or http on this machine',
  );

/** A metric by its name in Helios. */
export const MetricNameSchema = z
  .string()
  .regex(METRIC_NAME, 'a metric’s name: small letters, digits, _; a letter first');

/** A unit as `conversionTo` reads it, such as `percent` or `MiB`. */
export const UnitSchema = z.string().min(1).max(32);

/** Keys, passwords, tokens. */
export const SecretSchema = secretSchema(16_384);

/** Names that stand in queries: no quotes, nothing that ends a string. */
export const PlainNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/, 'letters, digits, dots, dashes, _');

/** How far back every read goes. */
export const lookbackMinutes = (minutes: number) =>
  z.number().min(1).max(1_440).default(minutes).meta({
    description: 'values younger than this are read again, because they come late or still change',
  });

/** The length of a period. */
export const periodSeconds = z
  .union([
    z.literal(60),
    z.literal(300),
    z.literal(600),
    z.literal(900),
    z.literal(1_800),
    z.literal(3_600),
  ])
  .default(60)
  .meta({ description: 'length of a period; every value is one period’s' });

/** Of one request, in seconds. */
export const requestTimeout = z.number().min(0.01).max(300).default(10).meta({
  description: 'seconds for one request, of which there are up to three tries',
});
