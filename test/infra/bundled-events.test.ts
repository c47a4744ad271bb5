import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { covers, grantsOf } from './grants.ts';
import { createSampleRunner, type SampleRunner } from './sample-events.ts';
import { synthesise } from './synthesise.ts';

const helios = synthesise();
let runner: SampleRunner;
beforeAll(async () => {
  runner = await createSampleRunner();
}, 60_000);
afterAll(() => runner.close());

/** One for each kind of trigger; the slow suite runs all. */
describe.each(['predict', 'dispatch', 'plan'])('the bundle of %s', (name) => {
  it('answers its sample events in a process of its own, within its role', async () => {
    const outcomes = await runner.run(name);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.map(({ sample, actual }) => [sample, actual])).toEqual(
      outcomes.map(({ sample, expected }) => [sample, expected]),
    );
    const fn = helios.functions.get(name);
    if (!fn) throw new RangeError(`${name} is not deployed`);
    const grants = grantsOf(helios, fn);
    const calls = outcomes.flatMap((outcome) => outcome.calls);
    expect(calls.length).toBeGreaterThan(0);
    expect(
      calls.filter(
        ({ action, resource }) => !grants.some((each) => covers(each, action, resource)),
      ),
    ).toEqual([]);
  }, 60_000);
});
