import { useMemo } from 'preact/hooks';
import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import type { WorkloadRef } from '#contracts/http/common.ts';
import { workloadId } from '../api/query.ts';
import { useResource } from '../api/use-resource.ts';

/** Whether a workload is simulated, for answers that name workloads alone. */
export function useSimulated(): (workload: WorkloadRef) => boolean {
  const { data } = useResource<{ readonly workloads: readonly WorkloadInfo[] }>(
    '/api/v1/workloads',
    {
      everyMs: 300_000,
    },
  );
  return useMemo(() => {
    const known = (data?.workloads ?? []).filter(({ simulated }) => simulated);
    const ids = new Set(known.map(({ workload }) => workloadId(workload)));
    return (workload) => ids.has(workloadId(workload));
  }, [data]);
}
