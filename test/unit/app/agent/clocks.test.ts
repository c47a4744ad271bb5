import { describe, expect, it } from '@jest/globals';
import { createAgentClock } from '#app/agent/agent-clock.ts';
import { earlySamples } from '#app/agent/early-samples.ts';
import { DAY, durationMs, epochMs, HOUR, MINUTE, SECOND, toIso } from '#core/time.ts';
import {
  counting,
  DOWN,
  numbers,
  opened,
  START,
  STEP,
  WEB,
  world,
} from '#test/helpers/agent-world.ts';

describe('the clock of an agent', () => {
  /** A machine whose clock shows `START + ahead`, and was started a minute ago. */
  function machine() {
    const state = { elapsed: 0, ahead: 0 };
    const told: string[] = [];
    const clock = createAgentClock(
      { now: () => epochMs(START + state.elapsed + state.ahead) },
      () => MINUTE + state.elapsed,
      ({ isCorrecting }) => told.push(isCorrecting ? 'wrong' : 'right'),
    );
    /** An answer of an endpoint whose clock is right. */
    const hear = (roundTripMs = 0) =>
      clock.hear(Math.floor((START + state.elapsed) / SECOND) * SECOND, roundTripMs);
    return { state, clock, hear, told };
  }

  it('is the machine’s own until an answer says otherwise, and while it is off by 30 s at most', () => {
    const { state, clock, hear, told } = machine();
    state.ahead = 29_000;
    expect([clock.now(), clock.state()]).toEqual([START + 29_000, undefined]);
    hear();
    // A date counts whole seconds, so it is taken for the middle of one: 29 s − 0.5 s.
    expect(clock.state()).toMatchObject({ offset: 28_500, isCorrecting: false });
    expect(clock.now()).toBe(START + 29_000);
    expect(told).toEqual([]);
  });

  it.each([HOUR, -HOUR])(
    'goes on when the machine’s is set by %p ms between two answers, and back',
    (by) => {
      const { state, clock, hear, told } = machine();
      hear();
      state.elapsed = 10 * SECOND;
      state.ahead = by;
      // The answer was half a second past START, by its date.
      expect(clock.now()).toBe(START + 10_500);
      hear();
      expect(clock.state()).toMatchObject({ offset: by - 500, isCorrecting: true });
      state.elapsed = 20 * SECOND;
      state.ahead = 0;
      expect(clock.now()).toBe(START + 20 * SECOND);
      hear();
      expect(told).toEqual(['wrong', 'right']);
    },
  );

  it('does not move with every answer, and learns nothing of slow ones or without a date', () => {
    const { state, clock, hear } = machine();
    state.ahead = HOUR;
    hear();
    state.elapsed = 900;
    // Its date is that of the first: heard anew, the clock would go back by 0.9 s.
    hear();
    expect(clock.now()).toBe(START + 500 + 900);
    clock.hear(START - HOUR, 10_001);
    clock.hear(Number.NaN, 0);
    expect(clock.now()).toBe(START + 500 + 900);
  });
});

describe('samples from the future', () => {
  const sha256 = (text: string) => `of-${text.length}`;
  const sample = (at: number, value: number) => ({
    name: 'jobs',
    value,
    timestamp: toIso(epochMs(at)),
    labels: { deployment: 'web' },
  });
  const answer = (rejected: number, rejections: readonly { index: number; code: string }[]) => ({
    received: 4,
    accepted: 4 - rejected,
    duplicate: 0,
    superseded: 0,
    rejected,
    rejections: rejections.map((each) => ({ ...each, message: '' })),
    batch_id: 'b',
  });
  const batch = {
    id: 'b',
    samples: 4,
    json: JSON.stringify({
      step_seconds: 15,
      metrics: [
        sample(START, 1),
        sample(START + HOUR, 2),
        sample(START + HOUR, 3),
        sample(START + 2 * DAY, 4),
      ],
    }),
  };
  const valuesOf = (json = '{"metrics":[]}') =>
    JSON.parse(json).metrics.map(({ value }: { value: number }) => value);

  it('are kept by the places that the answer names, unless they are a day ahead', () => {
    const refusals = answer(3, [
      { index: 1, code: 'IN_FUTURE' },
      { index: 2, code: 'VALUE_INVALID' },
      { index: 3, code: 'IN_FUTURE' },
    ]);
    const kept = earlySamples(batch, refusals, START, sha256);
    expect(kept?.samples).toBe(1);
    expect(valuesOf(kept?.json)).toEqual([2]);
    expect(kept?.id).not.toBe(batch.id);
    expect(earlySamples(batch, refusals, START, sha256)).toEqual(kept);
  });

  it('are kept with everything behind the last refusal that is named', () => {
    const refusals = answer(2, [{ index: 1, code: 'IN_FUTURE' }]);
    expect(valuesOf(earlySamples(batch, refusals, START, sha256)?.json)).toEqual([2, 3]);
    const none = answer(1, [{ index: 1, code: 'VALUE_INVALID' }]);
    expect(earlySamples(batch, none, START, sha256)).toBeUndefined();
  });
});

describe('an agent whose clock is wrong', () => {
  /** Times stored, in steps since the start, by the value. */
  const stepsOf = async ({ services }: ReturnType<typeof world>) => {
    const range = { from: epochMs(START - DAY), to: epochMs(START + DAY) };
    const columns = await services.observations.read(WEB, STEP, range);
    return new Map(
      columns.flatMap(({ slots }) =>
        slots.map((slot) => [slot.value, (slot.start - START) / STEP] as const),
      ),
    );
  };

  it.each([HOUR, -HOUR])(
    'stores every sample in its time when the clock jumps by %p ms, and back',
    async (by) => {
      const here = world();
      const { time, clock, start, stored, said, services } = here;
      const source = counting({ clock });
      const agent = await start([opened(source)]);
      await time.pass(5 * MINUTE);
      time.jump(by);
      await time.pass(5 * MINUTE);
      const known = await services.agents.get('agent-1');
      expect(known?.said.clock).toMatchObject({ corrected: true });
      time.jump(-by);
      await time.pass(5 * MINUTE);
      expect(await stored()).toEqual(numbers(source.readings));
      expect(agent.early.state().waitingSamples).toBe(0);
      // In a slot of its own each, the n-th some 15 s after the one before, and none outside the 15 minutes.
      const steps = [...(await stepsOf(here)).values()];
      expect(Math.min(...steps)).toBe(0);
      expect(Math.max(...steps)).toBeLessThanOrEqual(60);
      expect(said).toHaveLength(2);
      expect(said[0]).toContain(`is 60 min ${by > 0 ? 'ahead' : 'behind'} of the endpoint's`);
      expect(said[1]).toBe('the clock of this machine is right again');
    },
  );

  it('keeps what was stamped an hour ahead before the first answer until its time has come', async () => {
    const here = world();
    const { time, clock, mood, start, stored, services } = here;
    mood.answer = DOWN;
    time.jump(HOUR);
    const source = counting({ clock });
    const agent = await start([opened(source)]);
    await time.pass(5 * MINUTE);
    const ahead = source.readings;
    expect(ahead).toBeGreaterThanOrEqual(20);
    mood.answer = undefined;
    await time.pass(10 * MINUTE);
    // What was taken since is stored; what Helios calls too early waits, and the agent says so.
    expect(await stored()).toEqual(numbers(source.readings).slice(ahead));
    expect(agent.buffer.state().waitingSamples).toBe(0);
    const known = await services.agents.get('agent-1');
    expect(known?.said.buffer).toMatchObject({ waiting_samples: ahead, early_samples: ahead });
    expect(known?.said.buffer.dropped_samples).toBe(0);
    // Also through a restart.
    agent.stop();
    await time.pass(SECOND);
    expect(await agent.ended).toEqual({ isHanging: false });
    const again = await start([]);
    await time.pass(66 * MINUTE);
    expect(again.early.state().waitingSamples).toBe(0);
    const steps = await stepsOf(here);
    expect([...steps.keys()].sort((a, b) => a - b)).toEqual(numbers(source.readings));
    // As they were stamped, an hour of 240 steps ahead: nobody has made up another time for them.
    expect(steps.get(1)).toBe(240);
  });

  it('sends what is due by its own clock alone once a minute, not in a circle', async () => {
    const { time, mood, start, calls, services } = world();
    // Helios answers without a date: its time is not known.
    mood.isDated = false;
    time.jump(HOUR);
    const source = counting(time);
    await start([opened(source, 600)]);
    await time.pass(10 * MINUTE - SECOND);
    // The first one at once, then as early at most every minute.
    expect(calls.send.length).toBeGreaterThan(1);
    expect(calls.send.length).toBeLessThanOrEqual(12);
    // No later reading of the same slot is to win over it.
    source.sweep = async () => ({ workloads: [], problems: [] });
    time.jump(-HOUR);
    await time.pass(62 * MINUTE);
    const range = { from: START, to: epochMs(START + DAY) };
    const columns = await services.observations.read(WEB, durationMs(600 * SECOND), range);
    expect(columns.flatMap(({ slots }) => slots.map(({ value }) => value))).toContain(1);
  });
});
