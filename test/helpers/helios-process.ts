import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const HELIOS = fileURLToPath(new URL('../../dist/bin/helios.js', import.meta.url));
const START_MS = 60_000;

/** How a command ended, and what it said. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `helios serve` in a process of its own. */
export interface HeliosServer {
  readonly url: string;
  readonly pid: number;
  /** What it has said on standard error so far. */
  stderr(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Finished>;
}

/** Where a command runs, and where it finds what is the person's own. */
export interface Places {
  readonly directory?: string;
  readonly home?: string;
}

/** Processes and directories of one test file; none is left when it ends. */
export interface Sandbox {
  /** A new, empty directory. */
  directory(): Promise<string>;
  /** Runs one command to its end, in an empty directory and with an empty home unless given. */
  helios(args: readonly string[], options?: Places): Promise<Finished>;
  /** Resolves when the server says that it is ready; rejects with what it said if it ends instead. */
  serve(dataDir: string, ...flags: readonly string[]): Promise<HeliosServer>;
  /** Starts a server and kills it after so many milliseconds, ready or not. */
  serveBriefly(dataDir: string, lifeMs: number, ...flags: readonly string[]): Promise<void>;
  /** Kills what still runs, and removes the directories. */
  clear(): Promise<void>;
}

/** Starts the compiled command with an environment that holds nothing of the person who tests. */
export function createSandbox(): Sandbox {
  const running = new Set<ChildProcess>();
  const directories: string[] = [];

  const directory = async () => {
    const path = await mkdtemp(join(tmpdir(), 'helios-e2e-'));
    directories.push(path);
    return path;
  };

  const launch = async (args: readonly string[], places: Places = {}) => {
    const home = places.home ?? (await directory());
    const cwd = places.directory ?? (await directory());
    const { PATH, TZ } = process.env;
    const env = { PATH, TZ, HOME: home, USERPROFILE: home, NO_COLOR: '1' };
    const child = spawn(process.execPath, [HELIOS, ...args], { cwd, env });
    running.add(child);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    const ended = new Promise<Finished>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal, ...said });
      });
    });
    return { child, said, ended };
  };

  const launchServer = async (dataDir: string, flags: readonly string[]) =>
    launch(['serve', '--port', '0', '--data-dir', dataDir, ...flags]);

  return {
    directory,

    async helios(args, places) {
      const { ended } = await launch(args, places);
      return ended;
    },

    async serve(dataDir, ...flags) {
      const { child, said, ended } = await launchServer(dataDir, flags);
      let finished: Finished | undefined;
      ended.then(
        (end) => {
          finished = end;
        },
        () => {},
      );
      const url = await until(START_MS, 'the server to be ready', () => {
        if (finished) throw new Error(`the server ended: ${JSON.stringify(finished)}`);
        return /Helios is ready: (http:\/\/\S+)/.exec(said.stdout)?.[1];
      });
      if (child.pid === undefined) throw new Error('a server that is ready has a process');
      return {
        url,
        pid: child.pid,
        stderr: () => said.stderr,
        end(signal) {
          child.kill(signal);
          return ended;
        },
      };
    },

    async serveBriefly(dataDir, lifeMs, ...flags) {
      const { child, ended } = await launchServer(dataDir, flags);
      await setTimeout(lifeMs);
      child.kill('SIGKILL');
      await ended;
    },

    async clear() {
      const ends = [...running].map(
        (child) => new Promise((resolve) => child.once('close', resolve).kill('SIGKILL')),
      );
      await Promise.all(ends);
      await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}
