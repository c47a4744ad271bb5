import { afterAll, describe, it } from '@jest/globals';
import { createSandbox } from '#test/helpers/helios-process.ts';
import { compareKilledWithSpared } from './crash/kills.ts';

const sandbox = createSandbox();
afterAll(() => sandbox.clear());

const SEED = 20_260_701;

describe('a server that is killed 6 times, once at each kind of moment', () => {
  it(`loses nothing it has acknowledged and ends as one that was spared (seed ${SEED})`, async () => {
    await compareKilledWithSpared(sandbox, { kills: 6, seed: SEED });
  }, 300_000);
});
