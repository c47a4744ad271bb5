import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { openSystem } from '#adapters/sources/system-kind.ts';
import type { SystemProbe } from '#adapters/sources/system-probe.ts';
import { SYSTEM_METRICS, systemSource } from '#adapters/sources/system-source.ts';
import type { Collected } from '#app/ports/metric-source.ts';
import { SystemSourceSchema } from '#contracts/config/sources/system.ts';
import { type Clock, durationMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';

const WORKLOAD = workloadId({ namespace: 'local', deployment: 'host' });
const NOON = Date.parse('2026-01-05T12:00:00Z');

/** A Linux machine whose counters the tests move. */
class Machine implements SystemProbe, Clock {
  time = NOON;
  readonly files = new Map<string, string>();
  cpu: { busy: number; total: number } | undefined = undefined;
  space: Awaited<ReturnType<SystemProbe['disk']>> = {
    blocks: 1_000,
    freeBlocks: 500,
    availableBlocks: 300,
  };
  totalBytes = 8_000;
  freeBytes = 2_000;

  now() {
    return epochMs(this.time);
  }
  async readText(path: string) {
    return this.files.get(path);
  }
  cpuTimes() {
    return this.cpu;
  }
  memory() {
    return { totalBytes: this.totalBytes, freeBytes: this.freeBytes };
  }
  async disk() {
    return this.space;
  }
  /** User time, idle time, and bytes that came in; as many go out and to and from the disk. */
  set(user: number, idle: number, sectors: number) {
    const bytes = sectors * 512;
    this.files.set('/proc/stat', `cpu  ${user} 0 0 ${idle} 0 0 0 0 0 0\n`);
    this.files.set('/proc/meminfo', 'MemTotal: 4000 kB\nMemAvailable: 1000 kB\n');
    this.files.set('/proc/net/dev', `eth0: ${bytes} 1 0 0 0 0 0 0 ${2 * bytes} 1 0 0 0 0 0 0\n`);
    const disk = `8 0 sda 1 0 ${sectors} 0 1 0 ${3 * sectors} 0 0 0 0\n`;
    this.files.set('/proc/diskstats', disk);
  }
}

function collectorOf(machine: Machine) {
  const source = systemSource({ clock: machine, dataDir: '/data', probe: machine });
  return (metrics: readonly string[] = []) =>
    source.collect({
      workload: WORKLOAD,
      metrics,
      range: { from: epochMs(0), to: epochMs(1) },
    });
}

function valuesOf(collected: Collected): Record<string, number> {
  return Object.fromEntries(collected.observations.map(({ metric, value }) => [metric, value]));
}

describe('the system source', () => {
  it('gives at once what one reading tells, and names what needs two', async () => {
    const machine = new Machine();
    machine.set(100, 900, 10);
    const first = await collectorOf(machine)();
    // (4000 - 1000) kB of 4000; used 1000 - 500 of used + available 500 + 300.
    expect(valuesOf(first)).toEqual({
      memory_utilization: 0.75,
      memory_bytes: 3_072_000,
      disk_utilization: 0.625,
    });
    expect(first.problems.map(({ metric }) => metric)).toEqual([
      'cpu_utilization',
      'network_rx_bytes',
      'network_tx_bytes',
      'disk_read_bytes',
      'disk_write_bytes',
    ]);
    expect(first.problems[0]?.reason).toBe('needs two readings: comes with the next collect');
    expect(first.step).toBe(5_000);
  });

  it('gives the difference of two readings from then on, at the time of the clock', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.set(100, 900, 10);
    await collect();
    machine.time += 5_000;
    machine.set(130, 970, 14);
    const second = await collect();
    // 30 of 100 ticks busy; 4 sectors of 512 bytes.
    expect(valuesOf(second)).toMatchObject({
      cpu_utilization: 0.3,
      network_rx_bytes: 2_048,
      network_tx_bytes: 4_096,
      disk_read_bytes: 2_048,
      disk_write_bytes: 6_144,
    });
    expect(second.problems).toEqual([]);
    expect(second.observations.map(({ metric }) => metric)).toEqual([...SYSTEM_METRICS]);
    for (const observation of second.observations) {
      expect(observation).toMatchObject({
        at: NOON + 5_000,
        asOf: NOON + 5_000,
        source: 'system',
      });
    }
    expect(second.counters).toEqual([
      'network_rx_bytes',
      'network_tx_bytes',
      'disk_read_bytes',
      'disk_write_bytes',
    ]);
  });

  it('delivers what is asked for, and says what it does not measure', async () => {
    const machine = new Machine();
    machine.set(1, 1, 1);
    const collected = await collectorOf(machine)(['memory_bytes', 'request_rate']);
    expect(Object.keys(valuesOf(collected))).toEqual(['memory_bytes']);
    expect(collected.problems).toEqual([{ metric: 'request_rate', reason: 'not measured here' }]);
  });

  it('makes no mean over a sleep, and goes on after it', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.set(0, 0, 0);
    await collect();
    machine.time += 8 * 3_600_000;
    machine.set(100, 100, 4);
    const woken = await collect(['cpu_utilization', 'network_rx_bytes']);
    expect(valuesOf(woken)).toEqual({ network_rx_bytes: 2_048 });
    machine.time += 5_000;
    machine.set(125, 175, 4);
    expect(valuesOf(await collect(['cpu_utilization']))).toEqual({ cpu_utilization: 0.25 });
  });

  it('waits while a clock that was set back stands before the last reading', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.set(0, 0, 0);
    await collect();
    machine.time -= 60_000;
    const waiting = await collect(['cpu_utilization', 'memory_bytes']);
    expect(waiting.observations).toEqual([]);
    expect(waiting.problems).toEqual([
      {
        metric: 'cpu_utilization',
        reason: 'the clock was set back: waiting for 2026-01-05T12:00:00.000Z',
      },
      {
        metric: 'memory_bytes',
        reason: 'the clock was set back: waiting for 2026-01-05T12:00:00.000Z',
      },
    ]);
    machine.time = NOON + 5_000;
    machine.set(10, 30, 0);
    expect(valuesOf(await collect(['cpu_utilization']))).toEqual({ cpu_utilization: 0.25 });
  });

  it('begins afresh when the clock was set back by more than it can wait for', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.set(0, 0, 0);
    await collect();
    machine.time -= 86_400_000;
    machine.set(10, 30, 8);
    const fresh = await collect(['cpu_utilization', 'memory_bytes', 'network_rx_bytes']);
    expect(valuesOf(fresh)).toEqual({ memory_bytes: 3_072_000 });
    machine.time += 5_000;
    machine.set(20, 60, 9);
    const next = await collect(['cpu_utilization', 'network_rx_bytes']);
    expect(valuesOf(next)).toEqual({ cpu_utilization: 0.25, network_rx_bytes: 512 });
  });

  it('keeps a share between 0 and 1 when the kernel’s counters step back', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.set(100, 900, 0);
    await collect();
    machine.time += 5_000;
    machine.set(150, 890, 0);
    expect(valuesOf(await collect(['cpu_utilization']))).toEqual({ cpu_utilization: 1 });
    machine.time += 5_000;
    machine.set(100, 800, 0);
    const back = await collect(['cpu_utilization']);
    expect(back.problems[0]?.reason).toBe('no CPU time has passed since the last reading');
  });

  it('uses what Node.js gives where there is no /proc, and makes nothing up', async () => {
    const machine = new Machine();
    const collect = collectorOf(machine);
    machine.cpu = { busy: 10, total: 100 };
    await collect();
    machine.time += 5_000;
    machine.cpu = { busy: 30, total: 140 };
    const collected = await collect();
    expect(valuesOf(collected)).toEqual({
      cpu_utilization: 0.5,
      memory_utilization: 0.75,
      memory_bytes: 6_000,
      disk_utilization: 0.625,
    });
    const reasons = Object.fromEntries(
      collected.problems.map(({ metric, reason }) => [metric, reason]),
    );
    expect(reasons).toEqual({
      network_rx_bytes: 'the system does not tell the traffic of any network interface',
      network_tx_bytes: 'the system does not tell the traffic of any network interface',
      disk_read_bytes: 'the system does not tell the traffic of any disk',
      disk_write_bytes: 'the system does not tell the traffic of any disk',
    });
  });

  it('has a reason for everything on a machine that tells nothing', async () => {
    const machine = new Machine();
    machine.totalBytes = 0;
    machine.freeBytes = 0;
    machine.space = { blocks: 0, freeBlocks: 0, availableBlocks: 0 };
    const collect = collectorOf(machine);
    const collected = await collect();
    expect(collected.observations).toEqual([]);
    expect(collected.problems.map(({ metric }) => metric)).toEqual([...SYSTEM_METRICS]);
    machine.space = undefined;
    const { problems } = await collect(['disk_utilization']);
    expect(problems[0]?.reason).toBe(
      'the file system of the data directory does not tell its size',
    );
  });

  it('measures the machine this runs on', async () => {
    const source = systemSource({ clock: { now: () => epochMs(NOON) }, dataDir: tmpdir() });
    const collected = await source.collect({
      workload: WORKLOAD,
      metrics: ['memory_bytes', 'memory_utilization', 'disk_utilization'],
      range: { from: epochMs(0), to: epochMs(1) },
    });
    expect(collected.problems).toEqual([]);
    const { memory_bytes, memory_utilization, disk_utilization } = valuesOf(collected);
    expect(memory_bytes).toBeGreaterThan(0);
    for (const share of [memory_utilization, disk_utilization]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });
});

describe('the system source of an agent', () => {
  it('gives the mean of a long interval, and of a second only where there is no reading before', async () => {
    const machine = new Machine();
    const source = openSystem(
      SystemSourceSchema.parse({}),
      {
        clock: machine,
        // Within the second that is waited for, one of four ticks is busy.
        sleep: async (ms) => {
          machine.time += ms;
          machine.set(101, 903, 0);
        },
        random: () => 0.5,
        fetch,
        env: {},
        secrets: noSecrets,
        name: 'system',
        workload: WORKLOAD,
        labels: {},
        host: 'host-1',
      },
      machine,
    );
    const cpu = async () => {
      const range = { from: epochMs(0), to: machine.now() };
      const swept = await source.sweep?.({ range, every: durationMs(MINUTE) });
      return swept?.workloads
        .flatMap(({ collected }) => collected.observations)
        .find(({ metric }) => metric === 'cpu_utilization')?.value;
    };
    machine.set(100, 900, 0);
    expect(await cpu()).toBe(0.25);
    machine.time += MINUTE;
    // 30 of 100 ticks since; a second of it would say 0.25 or nothing.
    machine.set(131, 973, 0);
    expect(await cpu()).toBe(0.3);
    // Paused for long: what was then is not of this minute.
    machine.time += 60 * MINUTE;
    machine.set(100, 900, 0);
    expect(await cpu()).toBe(0.25);
  });
});
