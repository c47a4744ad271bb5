import { describe, expect, it } from '@jest/globals';
import { backOff } from '#adapters/backoff.ts';
import { mapConcurrently } from '#adapters/concurrency.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('mapConcurrently', () => {
  it('keeps the order and the limit', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (turns) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < turns; i++) await turn();
      running--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('starts nothing after a failure, and waits for what is running', async () => {
    const log: string[] = [];
    const work = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
      log.push(`start ${item}`);
      if (item === 1) throw new Error('one');
      for (let i = 0; i < 3; i++) await turn();
      log.push(`end ${item}`);
    });
    await expect(work).rejects.toThrow('one');
    expect(log).toEqual(['start 1', 'start 2', 'end 2']);
  });

  it('of nothing is nothing', async () => {
    expect(await mapConcurrently([], 3, async () => 1)).toEqual([]);
  });
});

describe('backOff', () => {
  it('doubles its bound up to a second and draws below it', async () => {
    const slept: number[] = [];
    const sleep = async (ms: number) => {
      slept.push(ms);
    };
    for (let attempt = 1; attempt <= 7; attempt++) {
      await backOff({ sleep, random: () => 0.25 }, attempt);
    }
    // A quarter of 40, 80, 160, 320, 640, then of 1000.
    expect(slept).toEqual([10, 20, 40, 80, 160, 250, 250]);
  });
});
