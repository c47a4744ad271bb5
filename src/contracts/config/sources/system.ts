import * as z from 'zod';

/** Keys of the source `system`: this machine. */
export const SystemSourceSchema = z.strictObject({
  collect_cpu: z.boolean().default(true),
  collect_memory: z.boolean().default(true),
  collect_disk: z.boolean().default(true).meta({
    description: 'disk_utilization, disk_read_bytes, disk_write_bytes',
  }),
  collect_network: z.boolean().default(true),
  /** Known to the seeds' agent. Helios keeps one series a machine: the mean of all its CPUs. */
  per_cpu: z
    .literal(false, { error: 'CPUs are not told apart here: only false is allowed' })
    .default(false),
  path: z.string().min(1).optional().meta({
    description: 'a directory on the file system whose filling up matters; / unless given',
  }),
});
export type SystemSourceConfig = z.infer<typeof SystemSourceSchema>;
