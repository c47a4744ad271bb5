import type * as z from 'zod';
import type { RecommendationQuerySchema } from '#contracts/http/recommend.ts';
import { epochMs } from '#core/time.ts';
import type { RecommendationLog } from '../recommendation-log.ts';
import { resolveWorkload } from '../select-workload.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';

/** What was recommended for a workload over time. @throws {DomainError} `NOT_FOUND` */
export async function listPublished(
  deps: {
    readonly directory: WorkloadDirectory;
    readonly recommendations: Pick<RecommendationLog, 'history'>;
  },
  query: z.output<typeof RecommendationQuerySchema>,
) {
  const { id, key, simulated } = await resolveWorkload(deps.directory, query);
  const [from, to] = [query.from, query.to].map((time) => epochMs(Date.parse(time)));
  const recommendations = await deps.recommendations.history(
    key,
    from ?? epochMs(0),
    to ?? epochMs(0),
    query.limit,
  );
  return { workload: id, simulated, recommendations };
}
