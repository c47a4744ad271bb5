import { describe, expect, it } from '@jest/globals';
import {
  parseDiskstats,
  parseMeminfo,
  parseNetDev,
  parseProcStat,
} from '#adapters/sources/proc.ts';

describe('/proc/stat', () => {
  it('adds up what keeps the CPUs busy, and leaves guest time out', () => {
    const text = [
      'cpu  100 20 30 800 50 1 2 3 40 5',
      'cpu0 50 10 15 400 25 0 1 1 20 2',
      'intr 123 0 0',
    ].join('\n');
    // Busy 100 + 20 + 30 + 1 + 2 + 3; total with 800 idle and 50 waiting for disks.
    expect(parseProcStat(text)).toEqual({ busy: 156, total: 1_006 });
  });

  it('reads lines of old kernels and of sandboxes', () => {
    expect(parseProcStat('cpu 1 2 3 4')).toEqual({ busy: 6, total: 10 });
    expect(parseProcStat('cpu  0 0 0 0 0 0 0 0 0 0\n')).toEqual({ busy: 0, total: 0 });
  });

  it('gives nothing for text without the line, or with something else in it', () => {
    expect(parseProcStat('')).toBeUndefined();
    expect(parseProcStat('cpu0 1 2 3 4')).toBeUndefined();
    expect(parseProcStat('cpu  1 2 3')).toBeUndefined();
    expect(parseProcStat('cpu  1 2 x 4 5')).toBeUndefined();
  });
});

describe('/proc/meminfo', () => {
  it('gives total and available in bytes', () => {
    const text = [
      'MemTotal:       16384 kB',
      'MemFree:         1024 kB',
      'MemAvailable:    4096 kB',
      'HugePages_Total:       0',
    ].join('\n');
    expect(parseMeminfo(text)).toEqual({ totalBytes: 16_777_216, availableBytes: 4_194_304 });
  });

  it('gives nothing where the kernel has no estimate of what is available', () => {
    expect(parseMeminfo('MemTotal: 16384 kB\nMemFree: 1024 kB\n')).toBeUndefined();
    expect(parseMeminfo('MemTotal: 0 kB\nMemAvailable: 0 kB\n')).toBeUndefined();
    expect(parseMeminfo('')).toBeUndefined();
  });
});

const NET_DEV_HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

describe('/proc/net/dev', () => {
  it('gives received and sent bytes of each physical interface', () => {
    const text = `${NET_DEV_HEADER}    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
  eth0: 346596193    9943    0    0    0     0          0         0   845170    6129    0    0    0     0       0          0
wlp0s20f3:17 1 0 0 0 0 0 0 18 1 0 0 0 0 0 0
`;
    expect([...parseNetDev(text)]).toEqual([
      ['eth0', { inBytes: 346_596_193, outBytes: 845_170 }],
      ['wlp0s20f3', { inBytes: 17, outBytes: 18 }],
    ]);
  });

  it('leaves out what passes a physical interface as well', () => {
    const names =
      'docker0 br-1a2b veth12ab@if3 virbr0 cni0 flannel.1 cali12 wg0 tun0 bond0 eth0.100';
    const rows = names.split(' ').map((name) => `${name}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0`);
    expect(parseNetDev(NET_DEV_HEADER + rows.join('\n')).size).toBe(0);
  });

  it('passes over lines that are cut off or not numbers', () => {
    const text = `${NET_DEV_HEADER}  eth0: 1 2 3\n  eth1: x 1 0 0 0 0 0 0 1 1\n  eth2\n\n`;
    expect(parseNetDev(text).size).toBe(0);
    expect(parseNetDev('').size).toBe(0);
  });
});

describe('/proc/diskstats', () => {
  it('counts whole disks, not their partitions nor what is stacked on them', () => {
    const text = `   7       0 loop0 10 0 99 0 0 0 99 0 0 0 0 0 0 0 0 0 0
   8       0 sda 100 5 2000 30 50 7 4000 40 0 60 70 0 0 0 0 0 0
   8       1 sda1 90 5 1900 30 40 7 3900 40 0 60 70 0 0 0 0 0 0
   8      17 sda12 1 0 10 0 1 0 10 0 0 0 0 0 0 0 0 0 0
 259       0 nvme0n1 10 0 16 1 20 0 32 2 0 3 4
 259       1 nvme0n1p1 10 0 16 1 20 0 32 2 0 3 4
 179       0 mmcblk0 1 0 2 1 1 0 4 1 0 1 1
 179       1 mmcblk0p1 1 0 2 1 1 0 4 1 0 1 1
 253       0 dm-0 90 5 1900 30 40 7 3900 40 0 60 70
   9       0 md127 90 5 1900 30 40 7 3900 40 0 60 70
 251       0 zram0 1 0 8 0 1 0 8 0 0 0 0
  11       0 sr0 1 0 8 0 1 0 8 0 0 0 0
`;
    // Sectors of 512 bytes: 2000 and 4000; 16 and 32; 2 and 4.
    expect([...parseDiskstats(text)]).toEqual([
      ['sda', { inBytes: 1_024_000, outBytes: 2_048_000 }],
      ['nvme0n1', { inBytes: 8_192, outBytes: 16_384 }],
      ['mmcblk0', { inBytes: 1_024, outBytes: 2_048 }],
    ]);
  });

  it('takes a numbered disk without its whole as a disk', () => {
    const disks = parseDiskstats('202 1 xvda1 1 0 2 0 1 0 4 0 0 0 0\n');
    expect([...disks]).toEqual([['xvda1', { inBytes: 1_024, outBytes: 2_048 }]]);
  });

  it('passes over the short lines of old kernels and whatever is no number', () => {
    expect(parseDiskstats('   8 1 sda1 5 6 7 8\n').size).toBe(0);
    expect(parseDiskstats('   8 0 sda 1 0 x 0 1 0 4 0 0 0 0\n').size).toBe(0);
    expect(parseDiskstats('').size).toBe(0);
  });
});
