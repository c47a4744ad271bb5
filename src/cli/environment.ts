import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import type { Clock } from '#core/time.ts';

/** Waits for `ms` milliseconds, or less when `signal` aborts it; it never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Where a program writes: standard output, standard error, or what a test put in their place. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

/** The local process with its API, scheduler and stores. */
export interface Application {
  readonly url: string;
  close(): Promise<void>;
}

/** How the local process is started; `src/server/application.ts` does it. */
export interface ApplicationOptions {
  readonly dataDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly sample: boolean;
  readonly hostMetrics: boolean;
  readonly schedule: boolean;
  readonly apiKeySha256?: string;
  readonly config?: HeliosConfig;
  readonly onProgress: (message: string) => void;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

/** @throws {DomainError} `STORE_LOCKED` when another process uses the data directory */
export type StartApplication = (options: ApplicationOptions) => Promise<Application>;

/**
 * Everything a command takes from outside, so that tests own it. Only `main.ts` fills it from the
 * process.
 */
export interface Environment {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: NodeJS.ReadableStream;
  readonly clock: Clock;
  /** Milliseconds since this machine was started, its sleep included; setting the clock changes nothing. */
  readonly uptimeMs: () => number;
  readonly sleep: Sleep;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly homeDirectory: string;
  readonly workingDirectory: string;
  readonly hostName: string;
  /** IANA name of the zone people here read times in. */
  readonly timeZone: string;
  /** Calls `handler` on SIGINT and SIGTERM until the returned function is called. */
  readonly onSignal: (handler: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly startApplication: StartApplication;
}
