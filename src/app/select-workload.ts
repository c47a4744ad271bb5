import type { WorkloadSelector } from '#contracts/http/common.ts';
import { DomainError } from '#core/errors.ts';
import { type WorkloadId, workloadId } from '#core/workload.ts';
import type { Workload, WorkloadDirectory } from './workload-directory.ts';
import { requireWorkload } from './workload-directory.ts';

/** The two spellings of one field. @throws {DomainError} `REQUEST_INVALID` when they disagree */
function either(
  names: string,
  first: string | undefined,
  second: string | undefined,
): string | undefined {
  if (first !== undefined && second !== undefined && first !== second) {
    throw new DomainError('REQUEST_INVALID', `${names} name different things: ${first}, ${second}`);
  }
  return first ?? second;
}

/** Which workload a selector names, its deployment if it names one. */
export function selectorParts(selector: WorkloadSelector) {
  return {
    deployment: either('deployment and workload', selector.deployment, selector.workload),
    namespace: selector.namespace,
    cluster: selector.cluster,
    container: either('container and container_name', selector.container, selector.container_name),
  };
}

/** The workload that a selector names in full. @throws {DomainError} `REQUEST_INVALID` */
export function selectWorkload(selector: WorkloadSelector): WorkloadId {
  const { deployment, ...rest } = selectorParts(selector);
  if (deployment === undefined) {
    throw new DomainError('REQUEST_INVALID', 'deployment is missing: it names the workload');
  }
  return workloadId({ deployment, ...rest });
}

/**
 * The known workload that a request is about. Without a deployment it is the only one there is (of
 * the namespace, cluster and container named, if any), as in the seeds' requests, which had none.
 * @throws {DomainError} `NOT_FOUND`, `REQUEST_INVALID` with the known workloads
 */
export async function resolveWorkload(
  directory: WorkloadDirectory,
  selector: WorkloadSelector,
): Promise<Workload> {
  const { deployment, namespace, cluster, container } = selectorParts(selector);
  if (deployment !== undefined) return requireWorkload(directory, selectWorkload(selector));
  const known = await directory.list();
  const [only, ...others] = known.filter(
    ({ id }) =>
      (namespace ?? id.namespace) === id.namespace &&
      (cluster ?? id.cluster) === id.cluster &&
      (container ?? id.container) === id.container,
  );
  if (only && others.length === 0) return only;
  const which = known.length === 0 ? 'nothing was observed yet' : `there are ${known.length}`;
  throw new DomainError('REQUEST_INVALID', `deployment is missing, and ${which}`, {
    known: known.slice(0, 50).map((workload) => workload.key),
  });
}
