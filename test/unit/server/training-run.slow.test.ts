import { describe, expect, it } from '@jest/globals';
import { killEverywhere } from './training-fleet.ts';

describe('a run that is killed between any two states and goes on', () => {
  it('ends as one that was spared, with no task done twice', async () => {
    expect(await killEverywhere(1)).toBeGreaterThan(60);
  }, 300_000);
});
