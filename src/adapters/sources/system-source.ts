import type { Collected, MetricSource } from '#app/ports/metric-source.ts';
import {
  type Clock,
  type DurationMs,
  durationMs,
  type EpochMs,
  SECOND,
  toIso,
} from '#core/time.ts';
import {
  type CpuTimes,
  parseDiskstats,
  parseMeminfo,
  parseNetDev,
  parseProcStat,
  type Traffic,
} from './proc.ts';
import { type RunningTotals, runningTotals } from './running-totals.ts';
import { type DiskSpace, nodeProbe, type SystemProbe } from './system-probe.ts';

/** How often this machine is to be asked. */
export const SYSTEM_STEP: DurationMs = durationMs(5 * SECOND);

const COUNTERS = [
  'network_rx_bytes',
  'network_tx_bytes',
  'disk_read_bytes',
  'disk_write_bytes',
] as const;

/** What the `system` source measures. */
export const SYSTEM_METRICS = [
  'cpu_utilization',
  'memory_utilization',
  'memory_bytes',
  'disk_utilization',
  ...COUNTERS,
] as const;

type SystemMetric = (typeof SYSTEM_METRICS)[number];

/** A value, or why there is none. */
type Reading = number | { readonly reason: string };

/** A mean over longer than this (the machine slept) says nothing about now. */
const LONGEST_CPU_MEAN: DurationMs = durationMs(30 * SECOND);

/** A clock that was set back further than this was wrong before; less, and it will catch up. */
const LONGEST_WAIT_FOR_CLOCK: DurationMs = durationMs(600 * SECOND);

const NEEDS_TWO = { reason: 'needs two readings: comes with the next collect' };

/**
 * This machine, as its operating system describes it: Linux by /proc, other systems by what Node.js
 * gives (CPU, memory, disk space; there "used memory" includes what the system uses as a cache).
 *
 * It can only measure now, so the range of a request is ignored; observations carry the clock's
 * time. What needs a difference (CPU, network, disk traffic) is there from the second collect on,
 * and CPU again after a sleep. A metric that cannot be measured is in `problems`, never made up.
 *
 * - `cpu_utilization`: busy share of all CPUs since the collect before, waiting for disks not busy
 * - `memory_bytes`, `memory_utilization`: total − available
 * - `disk_utilization`: of the file system of `dataDir`, as `df` says: used / (used + available)
 * - `network_*_bytes`, `disk_*_bytes`: running totals (`counters`) over physical interfaces and
 *   whole disks
 */
export function systemSource(options: {
  readonly clock: Clock;
  /** A directory on the file system whose filling up matters. */
  readonly dataDir: string;
  readonly probe?: SystemProbe;
  /** CPU use over longer than this is none; 30 s unless given. */
  readonly longestMean?: DurationMs;
}): MetricSource {
  const { clock, dataDir, probe = nodeProbe, longestMean = LONGEST_CPU_MEAN } = options;
  let state = freshState();

  return {
    name: 'system',
    async collect({ metrics }): Promise<Collected> {
      const wanted = metrics.length === 0 ? SYSTEM_METRICS : metrics;
      const at = clock.now();
      const behind = state.lastAt === undefined ? 0 : state.lastAt - at;
      if (behind > LONGEST_WAIT_FOR_CLOCK) state = freshState();
      else if (behind > 0) return waiting(wanted, state.lastAt ?? at);

      const readings = await readAll({ probe, dataDir, longestMean }, state, at);
      const present = wanted.flatMap((metric) => {
        const value = isSystemMetric(metric) ? readings[metric] : undefined;
        return typeof value === 'number' ? [{ metric, value }] : [];
      });
      const problems = wanted.flatMap((metric) => {
        const value = isSystemMetric(metric) ? readings[metric] : { reason: 'not measured here' };
        return typeof value === 'number' ? [] : [{ metric, reason: value.reason }];
      });
      return {
        step: SYSTEM_STEP,
        observations: present.map(({ metric, value }) => ({
          metric,
          at,
          value,
          source: 'system',
          asOf: at,
        })),
        counters: COUNTERS,
        problems,
      };
    },
  };
}

/** What has to be remembered between two collects. */
interface State {
  lastAt: EpochMs | undefined;
  cpu: CpuTimes | undefined;
  readonly network: RunningTotals;
  readonly disks: RunningTotals;
}

function freshState(): State {
  return { lastAt: undefined, cpu: undefined, network: runningTotals(), disks: runningTotals() };
}

/**
 * While the clock stands before the last collect, values would land on slots that are taken, and
 * totals would seem to fall.
 */
function waiting(wanted: readonly string[], lastAt: EpochMs): Collected {
  const reason = `the clock was set back: waiting for ${toIso(lastAt)}`;
  const problems = wanted.map((metric) => ({ metric, reason }));
  return { step: SYSTEM_STEP, observations: [], counters: COUNTERS, problems };
}

async function readAll(
  {
    probe,
    dataDir,
    longestMean,
  }: {
    readonly probe: SystemProbe;
    readonly dataDir: string;
    readonly longestMean: DurationMs;
  },
  state: State,
  at: EpochMs,
): Promise<Readonly<Record<SystemMetric, Reading>>> {
  const [stat, meminfo, netDev, diskstats, space] = await Promise.all([
    probe.readText('/proc/stat'),
    probe.readText('/proc/meminfo'),
    probe.readText('/proc/net/dev'),
    probe.readText('/proc/diskstats'),
    probe.disk(dataDir),
  ]);
  const cpu = (stat === undefined ? undefined : parseProcStat(stat)) ?? probe.cpuTimes();
  const elapsed = state.lastAt === undefined ? undefined : at - state.lastAt;
  const before = elapsed !== undefined && elapsed <= longestMean ? state.cpu : undefined;
  const cpuReading = cpuUtilization(before, cpu);
  state.cpu = cpu;
  state.lastAt = at;

  const memory = memoryUsed(meminfo, probe);
  const network = totals(state.network, netDev && parseNetDev(netDev), 'network interface');
  const disks = totals(state.disks, diskstats && parseDiskstats(diskstats), 'disk');
  return {
    cpu_utilization: cpuReading,
    memory_utilization: memory.utilization,
    memory_bytes: memory.bytes,
    disk_utilization: diskUtilization(space),
    network_rx_bytes: network.in,
    network_tx_bytes: network.out,
    disk_read_bytes: disks.in,
    disk_write_bytes: disks.out,
  };
}

function cpuUtilization(before: CpuTimes | undefined, now: CpuTimes | undefined): Reading {
  if (now === undefined) return { reason: 'the system does not tell its CPU times' };
  if (before === undefined) return NEEDS_TWO;
  const total = now.total - before.total;
  if (total <= 0) return { reason: 'no CPU time has passed since the last reading' };
  // The kernel's counters of waiting can step back a little (proc(5)), so the share can pass 1.
  return Math.min(Math.max((now.busy - before.busy) / total, 0), 1);
}

function memoryUsed(
  meminfo: string | undefined,
  probe: SystemProbe,
): { readonly bytes: Reading; readonly utilization: Reading } {
  const known = meminfo === undefined ? undefined : parseMeminfo(meminfo);
  const asked = probe.memory();
  const total = known?.totalBytes ?? asked.totalBytes;
  const used = total - (known?.availableBytes ?? asked.freeBytes);
  if (total > 0 && used >= 0) return { bytes: used, utilization: used / total };
  const problem = { reason: 'the system does not tell its memory' };
  return { bytes: problem, utilization: problem };
}

function diskUtilization(space: DiskSpace | undefined): Reading {
  const used = space === undefined ? 0 : space.blocks - space.freeBlocks;
  const usable = used + (space?.availableBlocks ?? 0);
  return usable > 0
    ? used / usable
    : { reason: 'the file system of the data directory does not tell its size' };
}

function totals(
  running: RunningTotals,
  devices: ReadonlyMap<string, Traffic> | '' | undefined,
  kind: string,
): { readonly in: Reading; readonly out: Reading } {
  if (!devices || devices.size === 0) {
    const problem = { reason: `the system does not tell the traffic of any ${kind}` };
    return { in: problem, out: problem };
  }
  const sums = running.add(devices);
  return sums === undefined
    ? { in: NEEDS_TWO, out: NEEDS_TWO }
    : { in: sums.inBytes, out: sums.outBytes };
}

function isSystemMetric(metric: string): metric is SystemMetric {
  return SYSTEM_METRICS.some((known) => known === metric);
}
