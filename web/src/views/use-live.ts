import { useEffect, useState } from 'preact/hooks';
import { type Resource, useResource } from '../api/use-resource.ts';

/** Often enough to see a run move. */
const LIVE_MS = 1_500;

/** Asks often for something that is going on, and once more when it is over. */
export function useLive<T>(path: string | null, isOver: (data: T) => boolean): Resource<T> {
  const [over, setOver] = useState(false);
  const resource = useResource<T>(path, { everyMs: over ? Number.POSITIVE_INFINITY : LIVE_MS });
  const isOverNow = resource.data !== undefined && isOver(resource.data);
  useEffect(() => setOver(isOverNow), [isOverNow]);
  return resource;
}
