import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Application, ApplicationOptions } from '#cli/environment.ts';
import { isLoopback } from '#cli/session.ts';
import { DomainError } from '#core/errors.ts';
import { type RunOptions, run, temporaryDirectory } from './fake-environment.ts';

/** An application that runs until the test sends `signals` signals, the later ones while it closes. */
function served(signals: number) {
  const started: ApplicationOptions[] = [];
  const exits: number[] = [];
  let handler = () => {};
  let closed = 0;
  const application: Application = {
    url: 'http://127.0.0.1:8080',
    close: async () => {
      for (let i = 1; i < signals; i++) handler();
      closed++;
    },
  };
  const options: RunOptions = {
    startApplication: async (given) => {
      started.push(given);
      given.onProgress('training sample: 3/7');
      return application;
    },
    onSignal: (added) => {
      handler = added;
      queueMicrotask(added);
      return () => {
        handler = () => {};
      };
    },
    exit: (code) => exits.push(code),
  };
  return { options, started, exits, closed: () => closed };
}

describe('helios serve', () => {
  it('starts with what is wanted, says where and what to try, and closes on a signal', async () => {
    const { options, started, closed } = served(1);
    const home = await temporaryDirectory();
    const { code, out, err } = await run(['serve'], { ...options, homeDirectory: home });
    expect(code).toBe(0);
    expect(started[0]).toMatchObject({
      dataDir: join(home, '.helios'),
      host: '127.0.0.1',
      port: 8080,
      sample: true,
      hostMetrics: true,
      schedule: true,
    });
    expect(started[0]).not.toHaveProperty('apiKeySha256');
    expect(out).toBe(
      'Helios is ready: http://127.0.0.1:8080\n\nTry, in another terminal:\n' +
        '  npx helios status\n  npx helios predict cpu -d webshop -n sample\n  npx helios import FILE.csv\n',
    );
    expect(err).toContain('  training sample: 3/7\n');
    expect(closed()).toBe(1);
  });

  it('ends at once on a second signal', async () => {
    const { options, exits } = served(2);
    await run(['serve'], options);
    expect(exits).toEqual([130]);
  });

  it('tells --no-host, which is this machine, from --host, which is an address', async () => {
    const { options, started } = served(1);
    await run(['serve', '--host', '127.0.0.2', '--no-host', '--no-sample', '--port', '0'], options);
    expect(started[0]).toMatchObject({
      host: '127.0.0.2',
      hostMetrics: false,
      sample: false,
      port: 0,
    });
  });

  it('needs a key of 32 characters off this machine, and keeps its hash only', async () => {
    const { options, started } = served(1);
    const home = await temporaryDirectory();
    const argv = ['serve', '--host', '0.0.0.0'];
    const open = await run(argv, { ...options, homeDirectory: home });
    expect(open).toMatchObject({ code: 2 });
    expect(open.err).toContain('--api-key-file is required');

    await writeFile(join(home, 'key'), `${'k'.repeat(31)}\n`);
    const short = await run([...argv, '--api-key-file', 'key'], {
      ...options,
      homeDirectory: home,
    });
    expect(short.err).toContain('has 31 characters, 32 or more are allowed');
    expect(started).toEqual([]);

    await writeFile(join(home, 'key'), `${'k'.repeat(32)}\n`);
    await run([...argv, '--api-key-file', 'key'], { ...options, homeDirectory: home });
    const hash = createHash('sha256').update('k'.repeat(32)).digest('hex');
    expect(started[0]?.apiKeySha256).toBe(hash);
    expect(JSON.stringify(started)).not.toContain('kkkk');
  });

  it('reads the configuration of the service and refuses a bad one', async () => {
    const { options, started } = served(1);
    const home = await temporaryDirectory();
    await writeFile(join(home, 'helios.config.yaml'), 'training: { window_days: 7 }\n');
    await run(['serve'], { ...options, homeDirectory: home });
    expect(started[0]?.config?.training.window_days).toBe(7);
    await writeFile(join(home, 'bad.yaml'), 'trainig: {}\n');
    const bad = await run(['serve', '--config', 'bad.yaml'], { ...options, homeDirectory: home });
    expect(bad).toMatchObject({ code: 2 });
    expect((await run(['serve', '--config', 'no.yaml'], options)).err).toContain(
      'there is no configuration file',
    );
  });

  it('ends with 4 when another process has the data directory', async () => {
    const startApplication = async () => {
      throw new DomainError('STORE_LOCKED', 'tables is open in another process');
    };
    const { code, err } = await run(['serve'], { startApplication });
    expect(code).toBe(4);
    expect(err).toContain('another process uses this data directory');
  });
});

describe('loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['127.0.0.1.evil.org', false],
    ['localhost.evil.org', false],
    ['::', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
