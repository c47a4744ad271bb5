import { expect, it } from '@jest/globals';
import { every } from '#server/every.ts';
import { virtualTime } from './virtual-time.ts';

/** Repeats every 1,000 ms from 12:00:00.300 on, as it were, and writes the times of the turns down. */
function repeat(work: () => Promise<void> = async () => {}) {
  const time = virtualTime(300);
  const turns: number[] = [];
  const errors: unknown[] = [];
  const repeated = every(
    1_000,
    async () => {
      turns.push(time.now());
      await work();
    },
    (error) => errors.push(error),
    time.now,
    time.timers,
  );
  return { time, turns, errors, repeated };
}

it('keeps to the grid of the clock, not to its own start', async () => {
  const { time, turns } = repeat();
  await time.advance(3_000);
  expect(turns).toEqual([1_000, 2_000, 3_000]);
});

it('takes a timer that ends a little early for its own time, and does not come twice', async () => {
  const { time, turns } = repeat();
  // The clock falls 4 ms behind the timers: that of 1,000 ends at 996.
  time.jump(-4);
  await time.advance(2_500);
  expect(turns).toEqual([996, 2_000]);
});

it('leaves out the times that a long turn covers', async () => {
  let finish = () => {};
  const { time, turns } = repeat(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await time.advance(3_200);
  finish();
  await time.advance(1_000);
  // Began at 1,000, ended at 3,500: the next multiple is 4,000.
  expect(turns).toEqual([1_000, 4_000]);
});

it('goes on after an error', async () => {
  const { time, turns, errors } = repeat(() => Promise.reject(new Error('no disk')));
  await time.advance(2_000);
  expect(turns).toEqual([1_000, 2_000]);
  expect(errors).toEqual([new Error('no disk'), new Error('no disk')]);
});

it('waits for the turn under way when it is stopped, and starts no other', async () => {
  const order: string[] = [];
  let finish = () => {};
  const { time, turns, repeated } = repeat(async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    order.push('turn');
  });
  await time.advance(700);
  const stopped = repeated.stop().then(() => order.push('stopped'));
  finish();
  await stopped;
  await time.advance(5_000);
  expect(order).toEqual(['turn', 'stopped']);
  expect(turns).toEqual([1_000]);
  expect(time.pending()).toBe(0);
});
