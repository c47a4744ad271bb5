import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { resolveSettings } from '#cli/settings.ts';
import { run, temporaryDirectory } from './fake-environment.ts';

let home = '';
beforeEach(async () => {
  home = await temporaryDirectory();
});

async function writeConfigFile(text: string): Promise<void> {
  await mkdir(join(home, '.helios'), { recursive: true });
  await writeFile(join(home, '.helios', 'config.yaml'), text);
}

function settings(flags: Record<string, string> = {}, env: Record<string, string> = {}) {
  return resolveSettings({ env, homeDirectory: home, workingDirectory: home }, flags);
}

describe('settings', () => {
  it('takes the default when nothing is said', async () => {
    const { endpoint, output, data_dir, api_key_file } = await settings();
    expect(endpoint).toEqual({
      value: 'http://127.0.0.1:8080',
      origin: 'default',
      from: 'default',
    });
    expect(output.value).toBe('table');
    expect(data_dir.value).toBe(join(home, '.helios'));
    expect(api_key_file.value).toBeNull();
  });

  it('prefers flag, environment, file, running server, in this order', async () => {
    await mkdir(join(home, '.helios'), { recursive: true });
    await writeFile(join(home, '.helios', 'server.json'), '{"pid":1,"url":"http://127.0.0.1:4"}');
    expect((await settings()).endpoint).toMatchObject({
      value: 'http://127.0.0.1:4',
      origin: 'server',
    });
    await writeConfigFile('endpoint: http://file:3\n');
    expect((await settings()).endpoint).toMatchObject({ value: 'http://file:3', origin: 'file' });
    const env = { HELIOS_ENDPOINT: 'http://env:2' };
    expect((await settings({}, env)).endpoint).toEqual({
      value: 'http://env:2',
      origin: 'environment',
      from: 'HELIOS_ENDPOINT',
    });
    const flags = { endpoint: 'http://flag:1' };
    expect((await settings(flags, env)).endpoint).toMatchObject({
      value: 'http://flag:1',
      origin: 'flag',
    });
  });

  it('passes over a server file that is being written', async () => {
    await mkdir(join(home, '.helios'), { recursive: true });
    await writeFile(join(home, '.helios', 'server.json'), '{"pid":1,"ur');
    expect((await settings()).endpoint.origin).toBe('default');
  });

  it.each([
    [{ endpoint: 'ftp://x' }, {}, '--endpoint is "ftp://x"'],
    [{}, { HELIOS_OUTPUT: 'xml' }, 'HELIOS_OUTPUT is "xml"'],
  ])('names the place of a value that is not allowed: %j %j', async (flags, env, message) => {
    const text = expect.stringContaining(message);
    await expect(settings(flags, env)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: text,
    });
  });

  it('refuses unknown keys of the file', async () => {
    await writeConfigFile('endpont: http://x\n');
    await expect(settings()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('helios config', () => {
  const inHome = (...argv: string[]) => run(['config', ...argv], { homeDirectory: home });

  it('stores a value for its owner only, shows it with its origin, and removes it', async () => {
    const path = join(home, '.helios', 'config.yaml');
    expect((await inHome('set', 'endpoint', 'http://x:1')).code).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('endpoint: http://x:1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { out } = await inHome('show', '-o', 'csv');
    expect(out).toBe(
      'key,value,origin,from\r\n' +
        `endpoint,http://x:1,file,${path}\r\n` +
        'api_key_file,,default,default\r\n' +
        // The name of the flag would be a formula, so it is guarded.
        "output,csv,flag,'--output\r\n" +
        `data_dir,${join(home, '.helios')},default,default\r\n`,
    );
    expect((await inHome('unset', 'endpoint')).code).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('{}\n');
  });

  it('keeps paths as places and not as words', async () => {
    await inHome('set', 'data_dir', 'data');
    expect(await readFile(join(home, '.helios', 'config.yaml'), 'utf8')).toBe(
      `data_dir: ${join(home, 'data')}\n`,
    );
  });

  it('suggests the key that was meant', async () => {
    const { code, err } = await inHome('set', 'endpont', 'x');
    expect(code).toBe(2);
    expect(err).toBe(
      'error: unknown key endpont, did you mean endpoint?\n' +
        '  allowed: endpoint, api_key_file, output, data_dir\n' +
        '  next: correct the option or the key named in details\n' +
        '  code: CONFIG_INVALID\n',
    );
  });

  it('refuses a value that is not allowed and stores nothing', async () => {
    const { code, err } = await inHome('set', 'output', 'xml');
    expect(code).toBe(2);
    expect(err).toContain('output: ');
    await expect(stat(join(home, '.helios', 'config.yaml'))).rejects.toThrow('ENOENT');
  });

  it('can say where a broken file is', async () => {
    await writeConfigFile('endpont: x\n');
    expect(await inHome('path')).toMatchObject({
      code: 0,
      out: `${join(home, '.helios', 'config.yaml')}\n`,
    });
    expect((await inHome('check')).code).toBe(2);
  });

  it('checks the configuration of the service', async () => {
    await writeFile(join(home, 'helios.config.yaml'), 'training: { window_days: 0 }\n');
    const { code, out } = await inHome('check');
    expect(code).toBe(2);
    expect(out).toContain('helios.config.yaml:1: training.window_days');
    await writeFile(join(home, 'helios.config.yaml'), 'training: { window_days: 7 }\n');
    expect((await inHome('check')).code).toBe(0);
  });
});
