/** Where something happened: state names, and under a Map or Parallel state the index, `['Map', '3', 'Fit']`. */
export type StatePath = readonly string[];

/** What a caller of the interpreter may watch, for progress and logs. */
export type StateMachineEvent =
  | { readonly type: 'entered' | 'exited'; readonly path: StatePath }
  | {
      readonly type: 'retried';
      readonly path: StatePath;
      readonly error: string;
      readonly cause: string;
      /** 1 for the first retry. */
      readonly attempt: number;
      readonly delayMs: number;
    }
  | {
      readonly type: 'caught';
      readonly path: StatePath;
      readonly error: string;
      readonly cause: string;
      readonly next: string;
    }
  | {
      readonly type: 'failed';
      readonly path: StatePath;
      readonly error: string;
      readonly cause: string;
    }
  | { readonly type: 'map-started'; readonly path: StatePath; readonly items: number }
  | {
      readonly type: 'item-finished';
      readonly path: StatePath;
      readonly index: number;
      readonly status: 'SUCCEEDED' | 'FAILED';
      /** Items that are done so far, failed ones included. */
      readonly finished: number;
      readonly failed: number;
      readonly items: number;
    };
