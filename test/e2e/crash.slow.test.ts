import { afterAll, describe, it } from '@jest/globals';
import { createSandbox } from '#test/helpers/helios-process.ts';
import { compareKilledWithSpared } from './crash/kills.ts';

const sandbox = createSandbox();
afterAll(() => sandbox.clear());

/** Another one each time; the test's name tells which, to repeat it. */
const seed = Math.floor(Date.now() / 1_000);

describe('a server that is killed 50 times', () => {
  it(`loses nothing it has acknowledged and ends as one that was spared (seed ${seed})`, async () => {
    await compareKilledWithSpared(sandbox, { kills: 50, seed });
  }, 900_000);
});
