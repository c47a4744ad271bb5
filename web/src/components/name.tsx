import type { WorkloadRef } from '#contracts/http/common.ts';

/** A name that somebody else has given: any length, any script, kept from its surroundings. */
export function Name({ text }: { readonly text: string }) {
  return (
    <bdi class="name" title={text}>
      {text}
    </bdi>
  );
}

/** A workload by its name, with what sets it apart from others of that name. */
export function WorkloadName({ of }: { readonly of: WorkloadRef }) {
  const where = [
    of.cluster !== 'default' && of.cluster,
    of.namespace !== 'default' && of.namespace,
  ].filter((part) => part !== false);
  return (
    <span class="workload-name">
      <Name text={of.container === '*' ? of.deployment : `${of.deployment} · ${of.container}`} />
      {where.length > 0 && (
        <span class="quiet small">
          <Name text={where.join(' / ')} />
        </span>
      )}
    </span>
  );
}

/** A workload in one line, for titles of windows and files. */
export function workloadTitle({ cluster, namespace, deployment, container }: WorkloadRef): string {
  const parts = [cluster, namespace].filter((part) => part !== 'default');
  return [...parts, deployment, ...(container === '*' ? [] : [container])].join('/');
}
