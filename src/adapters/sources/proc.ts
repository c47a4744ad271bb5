/**
 * Parsers of the Linux kernel's text files under /proc (proc(5)), pure and lenient: a line they do
 * not understand is passed over, and what is not there is left out.
 */

/** CPU time since boot in clock ticks; only differences mean something. */
export interface CpuTimes {
  /** Doing something: user, nice, system, irq, softirq, and stolen by the hypervisor. */
  readonly busy: number;
  /** `busy`, and idle with or without waiting for a disk. */
  readonly total: number;
}

/** Bytes in and out since boot of one device: received and sent, or read and written. */
export interface Traffic {
  readonly inBytes: number;
  readonly outBytes: number;
}

/**
 * The first line of /proc/stat, all CPUs together. Guest time is left out: the kernel counts it in
 * user time already.
 *
 * @example
 * ```ts
 * parseProcStat('cpu  10 1 5 80 4 0 0 0 0 0'); // => { busy: 16, total: 100 }
 * ```
 */
export function parseProcStat(text: string): CpuTimes | undefined {
  const line = text.split('\n').find((row) => row.startsWith('cpu '));
  if (line === undefined) return undefined;
  const [user, nice, system, idle, ...later] = numbers(line.split(/\s+/).slice(1, 9));
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) {
    return undefined;
  }
  // Kernels before 2.6 end the line after idle.
  const [iowait = 0, irq = 0, softirq = 0, steal = 0] = later;
  const busy = user + nice + system + irq + softirq + steal;
  const total = busy + idle + iowait;
  return Number.isFinite(total) ? { busy, total } : undefined;
}

/**
 * MemTotal and MemAvailable of /proc/meminfo, in bytes. MemAvailable is the kernel's own estimate
 * of what programs can still get without swapping; MemFree would call the page cache used.
 */
export function parseMeminfo(
  text: string,
): { readonly totalBytes: number; readonly availableBytes: number } | undefined {
  const total = kibibytes(text, 'MemTotal');
  const available = kibibytes(text, 'MemAvailable');
  if (total === undefined || available === undefined || total === 0) return undefined;
  return { totalBytes: total * 1024, availableBytes: available * 1024 };
}

/** Loopback, and interfaces whose bytes pass a physical one too: bridges, tunnels, VLANs, bonds. */
const VIRTUAL_INTERFACE =
  /^(lo\d*|veth.*|docker.*|br-.*|br\d+|virbr.*|vnet.*|cni.*|flannel.*|cali.*|cilium.*|lxc.*|tap.*|tun.*|wg.*|tailscale.*|dummy.*|ifb.*|bond.*|team.*|.*\..*)$/;

/** /proc/net/dev without loopback and virtual interfaces, so that no byte counts twice. */
export function parseNetDev(text: string): ReadonlyMap<string, Traffic> {
  const interfaces = new Map<string, Traffic>();
  for (const line of text.split('\n')) {
    // The name may be followed by its first number without a space: `eth0:1234`.
    const match = /^\s*([^\s:]+):\s*(\d.*)$/.exec(line);
    const [, name, fields] = match ?? [];
    if (name === undefined || fields === undefined || VIRTUAL_INTERFACE.test(name)) continue;
    const values = numbers(fields.trim().split(/\s+/));
    setTraffic(interfaces, name, values[0], values[8]);
  }
  return interfaces;
}

/** Stacked on whole disks (dm, md, multipath paths), in memory (ram, zram) or in a file (loop). */
const VIRTUAL_DISK = /^(loop|ram|zram|dm-|md|sr|fd|nbd|drbd|nvme\d+c)/;

/** The kernel counts in sectors of 512 bytes, whatever the disk's own sector is. */
const SECTOR_BYTES = 512;

/**
 * The whole disks of /proc/diskstats: a partition (`sda1` beside `sda`, `nvme0n1p1` beside
 * `nvme0n1`) is part of its disk already. A lone `xvda1`, as some virtual machines have, is a disk.
 */
export function parseDiskstats(text: string): ReadonlyMap<string, Traffic> {
  const rows = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 10);
  const names = new Set(rows.map((fields) => fields[2] ?? ''));
  const disks = new Map<string, Traffic>();
  for (const [, , name = '', ...fields] of rows) {
    const parent = /^(.*?)p?\d+$/.exec(name)?.[1];
    const isPartition = parent !== undefined && names.has(parent);
    if (isPartition || VIRTUAL_DISK.test(name)) continue;
    const values = numbers(fields);
    setTraffic(disks, name, times(values[2], SECTOR_BYTES), times(values[6], SECTOR_BYTES));
  }
  return disks;
}

function setTraffic(
  map: Map<string, Traffic>,
  name: string,
  inBytes: number | undefined,
  outBytes: number | undefined,
): void {
  if (inBytes === undefined || outBytes === undefined) return;
  if (Number.isFinite(inBytes) && Number.isFinite(outBytes)) map.set(name, { inBytes, outBytes });
}

function kibibytes(text: string, key: string): number | undefined {
  const digits = new RegExp(`^${key}:\\s+(\\d+) kB\\s*$`, 'm').exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function numbers(fields: readonly string[]): readonly number[] {
  return fields.filter((field) => field !== '').map(Number);
}

function times(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}
