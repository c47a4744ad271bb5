import type { WorkloadRef } from '#contracts/http/common.ts';
import type { Outlook, OutlookRequest } from '#contracts/http/fleet.ts';
import type { ApiClient } from './client.ts';
import { workloadId } from './query.ts';

/** Workloads in one request; the API takes no more. */
const BATCH = 40;
/** How long rows that come into sight wait for each other. */
const GATHER_MS = 120;
const FRESH_MS = 120_000;

/** What is known of the outlook of a workload. */
export type OutlookState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'known'; readonly outlook: Outlook }
  | { readonly kind: 'failed'; readonly message: string };

/** Loads outlooks for the rows in sight, many in one request, and keeps them fresh while they are. */
export interface OutlookLoader {
  state(workload: WorkloadRef): OutlookState;
  /** Loads it, and keeps it fresh; the function it returns ends that. */
  want(workload: WorkloadRef, changed: () => void): () => void;
}

export interface OutlookLoaderDeps {
  readonly client: ApiClient;
  readonly now: () => number;
  readonly later: (run: () => void, ms: number) => () => void;
  readonly isVisible: () => boolean;
}

interface Entry {
  readonly workload: WorkloadRef;
  readonly listeners: Set<() => void>;
  state: OutlookState;
  askedAt: number;
}

const LOADING: OutlookState = { kind: 'loading' };

export function createOutlookLoader(deps: OutlookLoaderDeps, metric?: string): OutlookLoader {
  const entries = new Map<string, Entry>();
  let timer: (() => void) | undefined;

  const due = () =>
    [...entries.values()].filter(
      ({ listeners, askedAt }) => listeners.size > 0 && deps.now() - askedAt >= FRESH_MS,
    );

  const plan = (ms: number) => {
    timer ??= deps.later(() => {
      timer = undefined;
      if (deps.isVisible()) load(due());
      if ([...entries.values()].some(({ listeners }) => listeners.size > 0)) plan(FRESH_MS / 4);
    }, ms);
  };

  const soon = () => {
    timer?.();
    timer = undefined;
    plan(GATHER_MS);
  };

  const load = (wanted: readonly Entry[]) => {
    for (let i = 0; i < wanted.length; i += BATCH) loadBatch(wanted.slice(i, i + BATCH));
  };

  const loadBatch = (batch: readonly Entry[]) => {
    for (const entry of batch) entry.askedAt = deps.now();
    const body: Partial<OutlookRequest> = {
      workloads: batch.map(({ workload }) => workload),
      ...(metric !== undefined && { metric }),
    };
    deps.client.ask<{ outlooks: Outlook[] }>({ path: '/api/v1/fleet/outlook', body }).then(
      ({ outlooks }) => {
        batch.forEach((entry, i) => {
          const outlook = outlooks[i];
          if (outlook) tell(entry, { kind: 'known', outlook });
        });
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        for (const entry of batch) {
          // What was known stays on the screen; the page says that the API is not reached.
          if (entry.state.kind !== 'known') tell(entry, { kind: 'failed', message });
        }
      },
    );
  };

  const tell = (entry: Entry, state: OutlookState) => {
    entry.state = state;
    for (const changed of entry.listeners) changed();
  };

  return {
    state: (workload) => entries.get(workloadId(workload))?.state ?? LOADING,
    want(workload, changed) {
      const id = workloadId(workload);
      const entry = entries.get(id) ?? {
        workload,
        listeners: new Set(),
        state: LOADING,
        askedAt: Number.NEGATIVE_INFINITY,
      };
      entries.set(id, entry);
      entry.listeners.add(changed);
      if (deps.now() - entry.askedAt >= FRESH_MS) soon();
      return () => entry.listeners.delete(changed);
    },
  };
}
