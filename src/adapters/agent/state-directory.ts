import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentMemory } from '#app/ports/agent-memory.ts';
import {
  type AgentReport,
  AgentReportSchema,
  type AgentState,
  AgentStateSchema,
} from '#contracts/agent-state.ts';
import { DomainError } from '#core/errors.ts';
import { errorCodeOf } from '../error-code.ts';
import { type Disk, nodeDisk } from './disk.ts';

const STATE = 'agent.json';
const REPORT = 'status.json';
/** A socket's path may have 107 bytes on Linux, 103 on macOS. */
const LONGEST_SOCKET_PATH = 100;

/** What an agent remembers, as files. */
export interface StateFiles extends AgentMemory {
  /** What it remembered when they were opened; undefined on a first start, or when it was damaged. */
  readonly remembered: AgentState | undefined;
  /** When all is written. */
  settled(): Promise<void>;
}

/** The directory of one running agent. */
export interface StateDirectory extends Omit<StateFiles, 'settled'> {
  readonly bufferPath: string;
  /** For samples that came too early. */
  readonly earlyPath: string;
  close(): Promise<void>;
}

/**
 * Opens the directory of an agent for it alone.
 * @throws {DomainError} `STORE_LOCKED` while another agent runs on it, `CONFIG_INVALID` when it cannot be used
 */
export async function openStateDirectory(directory: string): Promise<StateDirectory> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const message = `the agent cannot keep its buffer in ${directory}: ${errorCodeOf(error)}`;
    const details = { path: directory, try: 'agent.state_dir' };
    throw new DomainError('CONFIG_INVALID', message, details, error);
  }
  const lock = await lockDirectory(directory);
  const { settled, ...files } = await stateFiles(directory);
  return {
    ...files,
    bufferPath: join(directory, 'buffer'),
    earlyPath: join(directory, 'early'),
    close: async () => {
      await settled();
      await new Promise((resolve) => lock.close(resolve));
    },
  };
}

/** Opens the files of a directory that is there. */
export async function stateFiles(directory: string, disk: Disk = nodeDisk): Promise<StateFiles> {
  const write = async (name: string, value: unknown) => {
    const path = join(directory, name);
    // Renamed before it is on the disk, a power cut would leave an empty file: another agent, not paused.
    const flush = name === STATE;
    const text = `${JSON.stringify(value, null, 2)}\n`;
    await disk.writeFile(`${path}.new`, text, { mode: 0o600, flush });
    await disk.rename(`${path}.new`, path);
  };
  // One after the other: two writers of one temporary file would mix.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (name: string, value: unknown): Promise<void> => {
    const result = last.then(() => write(name, value));
    last = result.catch(() => {});
    return result;
  };
  return {
    remembered: await readJson(disk, join(directory, STATE), AgentStateSchema),
    save: (state) => inTurn(STATE, state),
    report: (report) => inTurn(REPORT, report),
    settled: () => last,
  };
}

/** How the agent of a directory did last; undefined when none has run there. */
export async function readReport(directory: string): Promise<AgentReport | undefined> {
  return readJson(nodeDisk, join(directory, REPORT), AgentReportSchema);
}

async function readJson<T>(
  disk: Disk,
  path: string,
  schema: { safeParse(value: unknown): { readonly data?: T | undefined } },
): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await disk.readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/**
 * A socket that lives as long as the process: unlike the number of a process in a file it tells for sure
 * whether the other one is alive, also after a kill and in containers, where all are number 1.
 */
async function lockDirectory(directory: string): Promise<Server> {
  const inside = join(directory, 'agent.sock');
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const short = join(tmpdir(), `helios-agent-${hash}.sock`);
  const path = Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH ? inside : short;
  if (await isAnswered(path)) {
    const details = { path: directory, try: 'another agent.state_dir' };
    throw new DomainError('STORE_LOCKED', `another agent runs on ${directory}`, details);
  }
  await rm(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return server.unref();
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
