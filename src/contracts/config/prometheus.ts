import * as z from 'zod';
import { RegionSchema } from './accounts.ts';
import { secretSchema } from './secret.ts';

/** Names of files, read where the process runs. */
const FileSchema = z.string().min(1).max(4_096);

const TYPE = { description: 'how: none, basic, bearer (a token), sigv4 (AWS credentials)' };

/** How a server of the Prometheus API is convinced. */
export const PrometheusAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none').meta(TYPE) }),
  z.strictObject({
    type: z.literal('basic').meta(TYPE),
    username: z.string().min(1).max(256).meta({ description: 'of basic' }),
    password: secretSchema(1_024)
      .optional()
      .meta({ description: 'rather a secret of AWS Secrets Manager, or a file: password_file' }),
    password_file: FileSchema.optional().meta({ description: 'the file that holds it' }),
  }),
  z.strictObject({
    type: z.literal('bearer').meta(TYPE),
    token: secretSchema(16_384)
      .optional()
      .meta({ description: 'rather a secret of AWS Secrets Manager, or a file: token_file' }),
    token_file: FileSchema.optional().meta({
      description: 'read again for every request: such tokens are replaced',
    }),
  }),
  z.strictObject({
    type: z.literal('sigv4').meta(TYPE),
    region: RegionSchema.optional().meta({ description: 'that of the address unless given' }),
    service: z.string().min(1).max(64).default('aps').meta({ description: 'as AWS names it' }),
  }),
]);
export type PrometheusAuth = z.infer<typeof PrometheusAuthSchema>;

/** How the server's certificate is checked, and ours shown. */
export const TlsSchema = z.strictObject({
  ca_file: FileSchema.optional().meta({
    description: 'PEM of the authorities that are believed instead of the system’s',
  }),
  cert_file: FileSchema.optional().meta({ description: 'PEM of our own certificate' }),
  key_file: FileSchema.optional().meta({ description: 'PEM of its key' }),
  server_name: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .meta({ description: 'the name in its certificate, where it is not that of the address' }),
  insecure_skip_verify: z.boolean().default(false).meta({
    description: 'believe any certificate: for a test, never for a password',
  }),
});
export type TlsFiles = z.infer<typeof TlsSchema>;

/** Header names and values: what could end a header is not among them. */
const HeadersSchema = z
  .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().regex(/^[\t\x20-\x7e]{0,1024}$/))
  .refine((headers) => Object.keys(headers).length <= 16, 'at most 16 headers')
  .refine(
    (headers) =>
      !Object.keys(headers).some((name) =>
        /^(authorization|host|content-(length|type|encoding)|x-amz-.*)$/i.test(name),
      ),
    'authorization belongs into auth; host and content headers are set by Helios',
  );

/** Where an address with the API of Prometheus is and how it is called. */
export const prometheusConnectionFields = {
  auth: PrometheusAuthSchema.default({ type: 'none' }),
  tls: TlsSchema.prefault({}),
  headers: HeadersSchema.default({}).meta({
    description: 'sent with every request, e.g. X-Scope-OrgID: the tenant of Mimir',
  }),
  request_timeout: z.number().min(0.1).max(300).default(20).meta({
    description: 'seconds for one request',
  }),
  attempts: z.number().int().min(1).max(10).default(4).meta({
    description: 'how often one request is tried in all',
  }),
};

/** An http address without credentials in it. */
export const ServerUrlSchema = z
  .url({ protocol: /^https?$/, error: 'a URL with http or https' })
  .max(2_048)
  .refine((url) => {
    const { username, password, search, hash } = new URL(url);
    return username === '' && password === '' && search === '' && hash === '';
  }, 'an address without name, password, query and #: those belong into auth and headers');

/** A server that can be asked. */
export const PrometheusConnectionSchema = z.strictObject({
  url: ServerUrlSchema,
  ...prometheusConnectionFields,
});
export type PrometheusConnection = z.infer<typeof PrometheusConnectionSchema>;
