import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { createHandler } from './handler.ts';

const work = await openWork(process.env);
const collected = work.config.workloads.map((workload) => workloadKey(workloadId(workload)));

export const handler = createHandler({ ...work, collected }, createLogger('dispatch'));
