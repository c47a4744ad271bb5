import * as z from 'zod';

/** The key of a workload as tasks and queues carry it: four parts joined by `#`. */
export const WorkloadKeySchema = z
  .string()
  .max(520)
  .regex(/^[^#]+(?:#[^#]+){3}$/);
