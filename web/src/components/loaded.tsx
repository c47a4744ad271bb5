import type { ComponentChildren } from 'preact';
import { isStale } from '../api/resource.ts';
import type { Resource } from '../api/use-resource.ts';
import { Failure } from './failure.tsx';
import { Time } from './time.tsx';

/**
 * Shows something once it is there, and says what is the matter while it is not: being loaded, refused,
 * or no longer confirmed by the API.
 */
export function Loaded<T>({
  resource,
  what,
  children,
}: {
  readonly resource: Resource<T>;
  /** Named while it is loaded, e.g. `models`. */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, failure, confirmedAt, everyMs } = resource;
  if (data === undefined) {
    if (failure) return <Failure error={failure} />;
    return (
      <p class="loading" role="status">
        Loading {what} …
      </p>
    );
  }
  const stale = failure !== undefined || isStale(resource, everyMs, Date.now());
  return (
    <>
      {stale && (
        <p class="stale" role="status">
          {failure && failure.kind !== 'unreachable' && <bdi>{failure.message}; </bdi>}
          these {what} are as of <Time at={confirmedAt ?? 0} form="clock" />
        </p>
      )}
      {children(data)}
    </>
  );
}
