import * as z from 'zod';
import { parseCpu, parseMemory } from '#core/recommend/quantities.ts';

/** CPU of one container as Kubernetes writes it; becomes cores. */
export const CpuQuantitySchema = z
  .string()
  .max(32)
  .transform((text, context) => {
    const cores = parseCpu(text);
    if (cores !== undefined) return cores;
    context.addIssue('an amount of CPU is a Kubernetes quantity, e.g. 250m, 1.5 or 2');
    return z.NEVER;
  })
  .meta({ description: 'CPU of one replica, e.g. 250m, 1.5 or 2' });

/** Memory of one container as Kubernetes writes it; becomes bytes. */
export const MemoryQuantitySchema = z
  .string()
  .max(32)
  .transform((text, context) => {
    const bytes = parseMemory(text);
    if (bytes !== undefined) return bytes;
    context.addIssue('an amount of memory is a Kubernetes quantity in bytes, e.g. 128Mi or 1.5Gi');
    return z.NEVER;
  })
  .meta({ description: 'memory of one replica, e.g. 128Mi, 1.5Gi or 500M' });

/** Quantities as answers write them, null where there is none. */
export const CpuMemoryTextSchema = z.strictObject({
  cpu: z.string().nullable().meta({ description: 'e.g. 1500m' }),
  memory: z.string().nullable().meta({ description: 'e.g. 128Mi' }),
});
