import type { Traffic } from './proc.ts';

/**
 * Where a total starts over. The store keeps seven significant digits, so a total of terabytes
 * would swallow what passes in five seconds; below this limit it resolves 100 bytes.
 */
const LIMIT_BYTES = 1e9;

/** The running totals of all devices of one kind, kept over devices that come and go. */
export interface RunningTotals {
  /**
   * Takes a reading of every device that is there now. Undefined the first time: an increase needs
   * two readings.
   */
  add(devices: ReadonlyMap<string, Traffic>): Traffic | undefined;
}

/**
 * Adds up the increases of each device, so that one that is unplugged, reset or plugged in does not
 * make the sum fall or leap. The totals count from zero when the process starts, and again at one
 * gigabyte: then the total *is* the last increase, which is exactly how a reader of counters takes
 * a total that fell, so nothing is lost.
 */
export function runningTotals(): RunningTotals {
  const last = new Map<string, Traffic>();
  let inTotal = 0;
  let outTotal = 0;
  let isFirst = true;
  return {
    add(devices) {
      let inIncrease = 0;
      let outIncrease = 0;
      for (const [name, now] of devices) {
        const before = last.get(name);
        if (before !== undefined) {
          inIncrease += increase(before.inBytes, now.inBytes);
          outIncrease += increase(before.outBytes, now.outBytes);
        }
        last.set(name, now);
      }
      inTotal = advance(inTotal, inIncrease);
      outTotal = advance(outTotal, outIncrease);
      if (!isFirst) return { inBytes: inTotal, outBytes: outTotal };
      isFirst = false;
      return undefined;
    },
  };
}

/** A device's own counter that fell has started again from zero. */
function increase(before: number, now: number): number {
  return now >= before ? now - before : now;
}

function advance(total: number, by: number): number {
  const next = total + by;
  // Starting over must look like a fall, or a reader would take the difference.
  return next > LIMIT_BYTES && by < total ? by : next;
}
