import { describe, expect, it } from '@jest/globals';
import type { Traffic } from '#adapters/sources/proc.ts';
import { runningTotals } from '#adapters/sources/running-totals.ts';
import { counterToRate } from '#core/series/counter-rate.ts';
import { epochMs, MINUTE } from '#core/time.ts';

function devices(bytes: Record<string, number>): ReadonlyMap<string, Traffic> {
  return new Map(
    Object.entries(bytes).map(([name, inBytes]) => [name, { inBytes, outBytes: 2 * inBytes }]),
  );
}

describe('the running totals of devices', () => {
  it('count from the first reading on', () => {
    const totals = runningTotals();
    expect(totals.add(devices({ eth0: 5_000, eth1: 100 }))).toBeUndefined();
    expect(totals.add(devices({ eth0: 5_010, eth1: 103 }))).toEqual({ inBytes: 13, outBytes: 26 });
    expect(totals.add(devices({ eth0: 5_010, eth1: 104 }))).toEqual({ inBytes: 14, outBytes: 28 });
  });

  it('neither fall nor leap when a device is unplugged, plugged in or reset', () => {
    const totals = runningTotals();
    totals.add(devices({ eth0: 1_000, usb0: 900 }));
    expect(totals.add(devices({ eth0: 1_001 }))?.inBytes).toBe(1);
    expect(totals.add(devices({ eth0: 1_002, wlan0: 7_000 }))?.inBytes).toBe(2);
    expect(totals.add(devices({ eth0: 1_002, wlan0: 7_005 }))?.inBytes).toBe(7);
    // eth0 starts again from zero and has counted 4 since.
    expect(totals.add(devices({ eth0: 4, wlan0: 7_005 }))?.inBytes).toBe(11);
  });

  it('start over at a gigabyte without a reader of counters losing a byte', () => {
    const totals = runningTotals();
    const raw = [0, 6e8, 9e8, 11e8, 11e8 + 5_000, 30e8];
    const points = raw.flatMap((bytes, i) => {
      const sum = totals.add(devices({ eth0: bytes }));
      return sum === undefined ? [] : [{ at: epochMs(i * 1_000), value: sum.inBytes }];
    });
    // 11e8 is beyond the limit, so the total becomes the increase 2e8. The last increase, 1.9e9, is
    // no fall below 2e8 and so has to stay on top of it.
    expect(points.map(({ value }) => value)).toEqual([6e8, 9e8, 2e8, 200_005_000, 21e8]);
    const rates = counterToRate(points, MINUTE).map(({ value }) => value);
    expect(rates).toEqual([3e8, 2e8, 5_000, 30e8 - 11e8 - 5_000]);
  });
});
