import { expect, it } from '@jest/globals';
import { createCleanup } from '#server/cleanup.ts';

function record() {
  const ran: string[] = [];
  const cleanup = createCleanup();
  const add = (name: string, error?: Error) =>
    cleanup.add(async () => {
      ran.push(name);
      if (error) throw error;
    });
  return { ran, cleanup, add };
}

it('takes apart in the reverse order of building', async () => {
  const { ran, cleanup, add } = record();
  add('store');
  add('server');
  await cleanup.run();
  expect(ran).toEqual(['server', 'store']);
});

it('runs every step although one fails, and tells of the first failure', async () => {
  const { ran, cleanup, add } = record();
  add('store', new Error('second'));
  add('queue');
  add('server', new Error('first'));
  await expect(cleanup.run()).rejects.toThrow('first');
  expect(ran).toEqual(['server', 'queue', 'store']);
});

it('runs once, however often it is asked', async () => {
  const { ran, cleanup, add } = record();
  add('store');
  await Promise.all([cleanup.run(), cleanup.run()]);
  await cleanup.run();
  expect(ran).toEqual(['store']);
});
