import { describe, expect, it } from '@jest/globals';
import { type Drivers, measure } from '#core/simulate/webshop-model.ts';

/** 64 requests a second on a version that has been running for one half-life of memory growth. */
const REST: Drivers = {
  arrivals: 64,
  cpuFactor: 1,
  cpuShift: 0,
  cpuReading: 1,
  memoryFactor: 1,
  ageMinutes: 2880,
  garbageFactor: 1,
  leakedBytes: 0,
  pageCache: 0.06,
  missRatio: 0.2,
  dbShift: 0,
  dbSlowdown: 0,
  dbReading: 1,
  heldConnections: 0,
  connectionsReading: 1,
  dbMemoryShift: 0,
};

describe('measure', () => {
  it('follows from arrivals by utilisation, response time and Little’s law', () => {
    const values = measure(REST);
    // 8 cores: 64 * 0.05 / 8 = 0.4, and 0.03 for the system itself.
    expect(values.cpu_utilization).toBeCloseTo(0.43, 12);
    // In flight: 64 * (0.12 + 0.05 / 0.6) = 13.01333, of 1.5 MiB each. Four replicas of
    // 900 + 320 / 2 MiB: 4240 + 19.52 = 4259.52 MiB of 8192 MiB.
    expect(values.memory_bytes).toBe(4_466_430_444);
    expect(values.memory_utilization).toBeCloseTo(4259.52 / 8192 + 0.06, 8);
    expect(values.request_rate).toBe(64);
    // 64 * 6 * 0.2 = 76.8 queries a second; * 0.012 / 4 = 0.2304, and 0.03 at rest.
    expect(values.db_cpu).toBeCloseTo(0.2604, 12);
    // 12 at rest + 64 * 0.25 + 76.8 * 0.012 / (1 - 0.2304) = 29.197505.
    expect(values.db_connections).toBeCloseTo(29.197505, 6);
    expect(values.db_memory).toBeCloseTo(0.7 + 0.0008 * 29.197505, 8);
  });

  it('slows queries down by a share of the database’s level, which holds connections longer', () => {
    const values = measure({ ...REST, dbSlowdown: 0.5 });
    // 1.5 * 0.2604. Busy 0.2304 + 0.1302 = 0.3606, so a query takes 0.012 * 0.3606 / 0.2304 =
    // 0.01878125 s, and 76.8 * 0.01878125 / (1 - 0.3606) = 2.255865 wait.
    expect(values.db_cpu).toBeCloseTo(0.3906, 12);
    expect(values.db_connections).toBeCloseTo(28 + 2.255865, 6);
    expect(values.cpu_utilization).toBe(measure(REST).cpu_utilization);
  });

  it('turns away what is beyond capacity, and reports no machine fuller than 0.99', () => {
    const values = measure({ ...REST, arrivals: 400 });
    // 0.99 * 8 / 0.05 = 158.4 a second are served: 158.4 * 1.2 * 0.012 / 4 + 0.03.
    expect(values.request_rate).toBe(400);
    expect(values.cpu_utilization).toBe(0.99);
    expect(values.db_cpu).toBeCloseTo(0.60024, 12);
  });

  it('stays inside the bounds of the metrics under absurd drivers', () => {
    const worst = measure({
      ...REST,
      arrivals: 1e6,
      leakedBytes: 1e15,
      heldConnections: 1e6,
      dbSlowdown: 100,
      dbMemoryShift: 5,
    });
    expect(worst.memory_utilization).toBe(0.99);
    expect(worst.memory_bytes).toBe(Math.round(0.99 * 8192 * 1_048_576));
    expect(worst.db_cpu).toBe(0.99);
    expect(worst.db_connections).toBe(120);
    expect(worst.db_memory).toBe(0.99);
    const nothing = measure({ ...REST, arrivals: 0, cpuReading: -1, dbMemoryShift: -5 });
    expect(nothing.cpu_utilization).toBe(0);
    expect(nothing.db_memory).toBe(0);
    expect(nothing.db_connections).toBe(12);
  });
});
