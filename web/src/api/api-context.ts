import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApiClient } from './client.ts';
import type { ResourceStore } from './resource-store.ts';

/** What every view talks to. */
export interface Api {
  readonly client: ApiClient;
  readonly store: ResourceStore;
  /** Whether this page may do what takes a signature elsewhere, such as pausing an agent. */
  readonly mayOperate: boolean;
}

/** Carries the API to the views. */
export const ApiContext = createContext<Api | undefined>(undefined);

/** The API of this page. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new TypeError('useApi outside of ApiContext');
  return api;
}
