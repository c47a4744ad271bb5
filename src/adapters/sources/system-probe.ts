import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { CpuTimes } from './proc.ts';

/** What the operating system can be asked, as an argument so that tests own the machine. */
export interface SystemProbe {
  /** A small text file of the system, or undefined where it does not exist or may not be read. */
  readText(path: string): Promise<string | undefined>;
  /** CPU times as Node.js gives them, for systems without /proc. Undefined when it gives none. */
  cpuTimes(): CpuTimes | undefined;
  memory(): { readonly totalBytes: number; readonly freeBytes: number };
  /** The file system that holds `path`, in blocks; undefined when it cannot be asked. */
  disk(path: string): Promise<DiskSpace | undefined>;
}

/** The blocks of a file system (statvfs(3)). */
export interface DiskSpace {
  readonly blocks: number;
  readonly freeBlocks: number;
  /** Free for everybody; the rest of the free ones is reserved for the system. */
  readonly availableBlocks: number;
}

/** This machine. */
export const nodeProbe: SystemProbe = {
  async readText(path) {
    // Whatever the reason (another system, a sandbox), it means that this way of asking is closed.
    return readFile(path, 'utf8').catch(() => undefined);
  },
  cpuTimes() {
    let busy = 0;
    let total = 0;
    for (const { times } of cpus()) {
      const working = times.user + times.nice + times.sys + times.irq;
      busy += working;
      total += working + times.idle;
    }
    return total > 0 ? { busy, total } : undefined;
  },
  memory() {
    return { totalBytes: totalmem(), freeBytes: freemem() };
  },
  async disk(path) {
    const found = await statfs(path).catch(() => undefined);
    if (found === undefined) return undefined;
    return { blocks: found.blocks, freeBlocks: found.bfree, availableBlocks: found.bavail };
  },
};
