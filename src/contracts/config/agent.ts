import * as z from 'zod';
import { NAME_PART } from '#core/workload.ts';
import { MOST_AGENT_SOURCES } from '../http/agents.ts';
import { LIMITS } from '../http/common.ts';
import { SOURCE_NAME } from '../http/ingest.ts';

/** Static labels: `deployment`, `namespace`, `cluster`, `container` say whose the metrics are. */
export const StaticLabelsSchema = z
  .record(z.string().min(1).max(64), z.string().max(256))
  .refine((labels) => Object.keys(labels).length <= 24, 'at most 24 labels')
  .refine(
    ({ deployment, namespace, cluster, container }) =>
      [deployment, namespace, cluster, container].every(
        (part) => part === undefined || NAME_PART.test(part),
      ),
    'deployment, namespace, cluster and container are letters, digits, dots, dashes, underscores',
  )
  .default({});

const SecondsSchema = z.number().min(1).max(3_600);

/** What every source has beside the keys of its type. */
export const SourceEntrySchema = z.strictObject({
  name: z.string().regex(SOURCE_NAME, 'a name is letters, digits, . _ -').optional(),
  type: z.string().min(1).max(64),
  enabled: z.boolean().default(true),
  interval: SecondsSchema.optional().meta({
    description: 'seconds from one collection to the next; agent.collection_interval unless given',
  }),
  timeout: z.number().min(1).max(600).default(30).meta({
    description: 'seconds after which a collection is given up',
  }),
  labels: StaticLabelsSchema,
});
export type SourceEntry = z.infer<typeof SourceEntrySchema>;

/** The keys of a source that are not its type's own. */
export const SOURCE_ENTRY_KEYS = Object.keys(SourceEntrySchema.shape);

const LogLevelSchema = z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR']);

/** `helios-agent.yaml` without what is the sources' own: sections agent, sources, helios. */
export const AgentFileSchema = z.strictObject({
  agent: z
    .strictObject({
      name: z
        .string()
        .regex(NAME_PART, 'a name is letters, digits, dots, dashes, underscores')
        .optional()
        .meta({
          description: 'what Helios calls this agent; the host name and a number unless given',
        }),
      collection_interval: SecondsSchema.default(15),
      heartbeat_interval: z.number().int().min(5).max(3_600).default(30),
      log_level: z.preprocess(
        (level) => (typeof level === 'string' ? level.toUpperCase() : level),
        LogLevelSchema.default('INFO'),
      ),
      labels: StaticLabelsSchema,
      state_dir: z.string().min(1).optional().meta({
        description: 'where the buffer is; ~/.helios/agent unless given',
      }),
      catch_up_minutes: z.number().int().min(0).max(50_400).default(60).meta({
        description: 'how far back sources with a past are read after a gap',
      }),
      buffer: z
        .strictObject({
          max_mb: z.number().min(1).max(100_000).default(256),
          fsync: z.boolean().default(true).meta({
            description:
              'false: what waits survives the end of the process, but not of the machine',
          }),
        })
        .prefault({}),
    })
    .prefault({}),
  sources: z.array(SourceEntrySchema).max(MOST_AGENT_SOURCES).default([]),
  helios: z
    .strictObject({
      endpoint: z.url({ protocol: /^https?$/, error: 'a URL with http or https' }).optional(),
      api_key: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'best a variable; api_key_file is safer' }),
      api_key_file: z.string().min(1).optional(),
      timeout: z.number().min(1).max(120).default(35),
      batch_size: z.number().int().min(1).max(LIMITS.maxSamples).default(2_000),
      flush_interval: z.number().min(0).max(600).default(1).meta({
        description: 'seconds between two rounds of sending; each sends all that waits',
      }),
      retry_delay: z.number().min(0.1).max(60).default(1).meta({
        description: 'seconds; the bound of the first random pause, doubled with each failure',
      }),
      retry_attempts: z.number().int().min(0).optional().meta({
        description: 'known to the seeds; a batch is tried until it is taken or dropped',
      }),
    })
    .prefault({}),
});
export type AgentFile = z.infer<typeof AgentFileSchema>;
