import { describe, expect, it } from '@jest/globals';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import type { Uplinked } from '#app/ports/agent-uplink.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, epochMs, HOUR, MINUTE, SECOND } from '#core/time.ts';
import { counting, DOWN, numbers, opened, START, WEB, world } from '#test/helpers/agent-world.ts';

describe('an agent', () => {
  it('reads once in every slot of the interval, and sends it within seconds', async () => {
    const { time, start, stored, calls } = world();
    const source = counting(time);
    const agent = await start([opened(source)]);
    await time.pass(10 * MINUTE);
    // At once, and then in each of 40 slots of 15 s; the first slot may have had the reading at once.
    expect([40, 41]).toContain(source.readings);
    const values = await stored();
    expect(values.slice(-39)).toEqual(numbers(source.readings).slice(-39));
    expect(calls.send).toHaveLength(source.readings);
    agent.stop();
    await time.pass(SECOND);
    expect(await agent.ended).toEqual({ isHanging: false });
  });

  it('keeps everything through ten minutes without Helios, and pauses ever longer', async () => {
    const { time, mood, start, stored, calls, said } = world();
    const source = counting(time);
    const agent = await start([opened(source)]);
    await time.pass(MINUTE);
    mood.answer = DOWN;
    const before = calls.send.length;
    await time.pass(10 * MINUTE);
    const tries = calls.send.slice(before).map(({ at }) => at);
    const pauses = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    // Half (the chance here) of 1, 2, 4, 8, 16, 32 and then always 60 s.
    expect(pauses.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(new Set(calls.send.slice(before).map(({ id }) => id)).size).toBe(1);
    mood.answer = undefined;
    await time.pass(2 * MINUTE);
    expect(agent.buffer.state()).toMatchObject({ waitingSamples: 0, droppedSamples: 0 });
    expect(await stored()).toEqual(numbers(source.readings));
    expect(said.filter((text) => text.includes('nobody listens'))).toHaveLength(1);
    expect(said).toContain('http://helios answers again');
  });

  it('waits as long as it is told to', async () => {
    const { time, mood, start, calls, setRandom } = world();
    setRandom(0);
    mood.answer = () => ({ kind: 'later', message: 'busy', retryAfterMs: 45_000 });
    await start([opened(counting(time))]);
    await time.pass(100 * SECOND);
    const pauses = calls.send.slice(1).map(({ at }, i) => at - (calls.send[i]?.at ?? 0));
    expect(pauses).toEqual([45_000, 45_000]);
  });

  it('loses and doubles nothing when it is killed at any moment and started again', async () => {
    const { time, mood, start, stored, services } = world();
    const source = counting(time);
    await start([opened(source)]);
    await time.pass(MINUTE);
    // The answer is lost after the batch was stored; then the process is killed: nobody stops it.
    mood.answer = DOWN;
    mood.afterStoring = true;
    await time.pass(MINUTE);
    const dead = source.readings;
    source.sweep = () => new Promise(() => {});
    mood.answer = undefined;
    const second = counting(time);
    second.readings = dead;
    await start([opened(second)]);
    await time.pass(2 * MINUTE);
    expect(await stored()).toEqual(numbers(second.readings));
    const directory = await services.directory.get(WEB);
    expect(directory?.metrics.has('jobs')).toBe(true);
  });

  it('goes on at its pace when the clock jumps an hour forwards, and back', async () => {
    const { time, start } = world();
    const source = counting(time);
    const agent = await start([opened(source)]);
    await time.pass(5 * MINUTE);
    const before = source.readings;
    time.jump(HOUR);
    await time.pass(5 * MINUTE);
    const forward = source.readings;
    // 20 slots in 5 minutes; one more or less at the jump.
    expect(Math.abs(forward - before - 20)).toBeLessThanOrEqual(1);
    time.jump(-HOUR);
    await time.pass(5 * MINUTE);
    expect(Math.abs(source.readings - forward - 20)).toBeLessThanOrEqual(1);
    expect(agent.buffer.state().waitingSamples).toBe(0);
  });

  it('keeps sending while the disk is full, and says so once', async () => {
    const { time, disk, mood, start, stored, said } = world();
    const source = counting(time);
    const agent = await start([opened(source)]);
    await time.pass(MINUTE);
    // What is removed gives room back, but never enough.
    disk.room = -100_000;
    await time.pass(2 * MINUTE);
    mood.answer = DOWN;
    await time.pass(MINUTE);
    expect(agent.buffer.state().problem).toContain('ENOSPC');
    mood.answer = undefined;
    disk.room = 1_000_000;
    await time.pass(2 * MINUTE);
    expect(agent.buffer.state().problem).toBeUndefined();
    expect(await stored()).toEqual(numbers(source.readings));
    expect(said.filter((text) => text.startsWith('the disk takes nothing'))).toHaveLength(1);
    expect(said).toContain('the disk takes samples again');
  });

  it('is not held up by a source that hangs, and does not pile up its calls', async () => {
    const { time, start, said, services } = world();
    const source = counting(time);
    let calls = 0;
    let aborted = 0;
    const hanging: MetricSource = {
      ...counting(time, 'stuck'),
      sweep: ({ signal }) => {
        calls++;
        signal?.addEventListener('abort', () => aborted++);
        return new Promise(() => {});
      },
    };
    const agent = await start([opened(hanging), opened(source)]);
    await time.pass(5 * MINUTE);
    expect([20, 21]).toContain(source.readings);
    expect({ calls, aborted }).toEqual({ calls: 3, aborted: 3 });
    expect(said).toContain('stuck: no answer within 10 s');
    const known = await services.agents.get('agent-1');
    expect(known?.said.sources.map(({ name, state }) => [name, state])).toEqual([
      ['stuck', 'failing'],
      ['probe', 'ok'],
    ]);
    agent.stop();
    await time.pass(SECOND);
    expect(await agent.ended).toEqual({ isHanging: false });
  });

  it('hears pause and resume while it collects nothing, and remembers them', async () => {
    const { time, start, services, calls, disk } = world();
    const source = counting(time);
    const agent = await start([opened(source)]);
    await time.pass(MINUTE);
    await services.agents.command('agent-1', { paused: true });
    await time.pass(MINUTE);
    const paused = source.readings;
    const beats = calls.beats;
    await time.pass(10 * MINUTE);
    expect(source.readings).toBe(paused);
    expect(calls.beats - beats).toBe(20);
    expect((await services.agents.get('agent-1'))?.said.paused).toBe(true);
    agent.stop();
    await time.pass(SECOND);
    const restarted = counting(time);
    const left = await openDiskBuffer(disk, { maxBytes: 1_000_000, fsync: true });
    await left.add([{ id: 'left-over', samples: 0, json: '{"metrics":[]}' }]);
    await start([opened(restarted)]);
    await time.pass(SECOND);
    expect(restarted.readings).toBe(0);
    // What waited is sent all the same.
    expect(calls.send.at(-1)?.id).toBe('left-over');
    await services.agents.command('agent-1', { paused: false });
    await time.pass(2 * MINUTE);
    expect(restarted.readings).toBeGreaterThanOrEqual(4);
  });

  it('collects as often as it is told to, and as configured again', async () => {
    const { time, start, services } = world();
    const source = counting(time);
    await start([opened(source)]);
    await time.pass(MINUTE);
    await services.agents.command('agent-1', { collection_interval: 60 });
    await time.pass(MINUTE);
    const before = source.readings;
    await time.pass(10 * MINUTE);
    expect(source.readings - before).toBe(10);
    await services.agents.command('agent-1', { collection_interval: null });
    await time.pass(MINUTE);
    const slow = source.readings;
    await time.pass(10 * MINUTE);
    expect(source.readings - slow).toBe(40);
  });

  it('stops when its key is refused, and keeps what waits', async () => {
    const { time, mood, start } = world();
    const error = new DomainError('UNAUTHORIZED', 'there is no such key');
    mood.answer = DOWN;
    const agent = await start([opened(counting(time))]);
    await time.pass(0);
    mood.answer = () => ({ kind: 'refused', error });
    await time.pass(SECOND);
    expect(await agent.ended).toEqual({ refusal: error, isHanging: false });
    expect(agent.buffer.state().waitingSamples).toBe(1);
  });

  it('sends what waits before it ends, within its bound', async () => {
    const { time, start, stored, calls } = world();
    const source = counting(time);
    const agent = await start([opened(source)], { flushEvery: durationMs(10 * MINUTE) });
    await time.pass(5 * MINUTE);
    const sent = calls.send.length;
    expect(agent.buffer.state().waitingSamples).toBeGreaterThan(10);
    agent.stop();
    await time.pass(0);
    expect(await agent.ended).toEqual({ isHanging: false });
    expect(calls.send.length).toBeGreaterThan(sent);
    expect(await stored()).toEqual(numbers(source.readings));
  });

  it('still sends what was being read when it was told to stop', async () => {
    const { time, start, stored } = world();
    const source = counting(time);
    const { sweep } = source;
    // A reading takes a second.
    source.sweep = async (request) => {
      const found = sweep?.(request);
      await time.sleep(SECOND);
      return found ?? { workloads: [], problems: [] };
    };
    const agent = await start([opened(source)]);
    await time.pass(500);
    expect(source.readings).toBe(1);
    agent.stop();
    await time.pass(2 * SECOND);
    expect(await agent.ended).toEqual({ isHanging: false });
    expect(await stored()).toEqual([1]);
    expect(agent.buffer.state().waitingSamples).toBe(0);
  });

  it('waits two seconds at most for what is being read when it is told to stop', async () => {
    const { time, start } = world();
    const agent = await start([opened({ ...counting(time), sweep: () => new Promise(() => {}) })]);
    await time.pass(SECOND);
    agent.stop();
    await time.pass(2 * SECOND);
    expect(await agent.ended).toEqual({ isHanging: false });
  });

  it('gives a batch up that Helios cannot take, and sends the others', async () => {
    const { time, mood, start, stored, said } = world();
    let asked = 0;
    mood.answer = () =>
      (++asked === 2 ? { kind: 'unusable', message: 'too large' } : undefined) as Uplinked<never>;
    const source = counting(time);
    await start([opened(source)]);
    await time.pass(MINUTE);
    expect(said).toContain('1 samples are given up: too large');
    expect(await stored()).toHaveLength(source.readings - 1);
  });

  it('loses nothing of a source with a past while the clock is an hour ahead', async () => {
    const { time, start } = world();
    const read = new Set<number>();
    let ahead = 0;
    const past: MetricSource = {
      ...counting(time, 'past'),
      // The server's own clock is right: it has nothing of the hour to come, and says no more than that.
      sweep: async ({ range }) => {
        const newest = time.clock.now() - ahead;
        for (let at = Math.ceil(range.from / MINUTE) * MINUTE; at < range.to; at += MINUTE) {
          if (at <= newest) read.add((at - START) / MINUTE);
        }
        return { workloads: [], problems: [], through: range.to };
      },
    };
    await start([opened(past, 60)]);
    await time.pass(3 * MINUTE);
    ahead = HOUR;
    time.jump(HOUR);
    await time.pass(10 * MINUTE);
    ahead = 0;
    time.jump(-HOUR);
    await time.pass(3 * MINUTE);
    for (let minute = 0; minute <= 14; minute++) expect(read).toContain(minute);
  });

  it('reads a source with a past from where it ended, after a gap and a restart', async () => {
    const { time, start } = world();
    const ranges: (readonly [number, number])[] = [];
    const past: MetricSource = {
      ...counting(time, 'past'),
      sweep: async ({ range }) => {
        ranges.push([range.from - START, range.to - START]);
        // Settled up to a minute ago.
        return { workloads: [], problems: [], through: epochMs(range.to - 60_000) };
      },
    };
    const agent = await start([opened(past, 60)]);
    await time.pass(3 * MINUTE);
    agent.stop();
    await time.pass(SECOND);
    const [, end = 0] = ranges.at(-1) ?? [];
    await time.pass(20 * MINUTE);
    await start([opened(past, 60)]);
    await time.pass(0);
    expect(ranges.at(-1)?.[0]).toBe(end - 60_000);
    for (const [i, [from]] of ranges.slice(1).entries()) {
      expect(from).toBe((ranges[i]?.[1] ?? 0) - 60_000);
    }
  });
});
