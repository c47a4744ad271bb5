import { describe, expect, it } from '@jest/globals';
import { rememberFor } from '#app/queries/remember.ts';
import { durationMs, epochMs } from '#core/time.ts';

function counter(fail: () => boolean = () => false) {
  let now = 1_000;
  let looks = 0;
  const ask = rememberFor({ now: () => epochMs(now) }, durationMs(5_000), async () => {
    looks++;
    if (fail()) throw new Error('no answer');
    return looks;
  });
  return { ask, set: (ms: number) => (now = ms) };
}

describe('remembering an answer', () => {
  it('looks again only after its lifetime', async () => {
    const { ask, set } = counter();
    expect(await ask()).toBe(1);
    set(5_999);
    expect(await ask()).toBe(1);
    set(6_000);
    expect(await ask()).toBe(2);
  });

  it('shares one look-up among those who ask at once', async () => {
    const { ask } = counter();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  });

  it('does not remember a failure', async () => {
    let isDown = true;
    const { ask } = counter(() => isDown);
    await expect(ask()).rejects.toThrow('no answer');
    isDown = false;
    expect(await ask()).toBe(2);
  });

  it('looks again when the clock is set back', async () => {
    const { ask, set } = counter();
    await ask();
    set(500);
    expect(await ask()).toBe(2);
  });
});
