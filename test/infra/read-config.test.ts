import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '#lib/read-config.ts';

describe('the configuration that is deployed', () => {
  const root = mkdtempSync(join(tmpdir(), 'helios-read-config-'));
  const other = mkdtempSync(join(tmpdir(), 'helios-read-config-'));
  const empty = mkdtempSync(join(tmpdir(), 'helios-read-config-'));

  beforeAll(() => {
    writeFileSync(join(root, 'helios.config.yaml'), 'training:\n  window_days: 7\n');
    writeFileSync(join(root, 'typo.yaml'), 'training:\n  window_day: 7\n');
    writeFileSync(join(root, 'comment.yaml'), '# nothing is set\n');
    writeFileSync(join(other, 'team.yaml'), 'training:\n  window_days: 9\n');
  });
  afterAll(() => {
    for (const directory of [root, other, empty]) rmSync(directory, { recursive: true });
  });

  it('is helios.config.yaml of the project', () => {
    expect(readConfig(root).training.window_days).toBe(7);
  });

  it('is the file named instead, absolute or in the project', () => {
    expect(readConfig(root, join(other, 'team.yaml')).training.window_days).toBe(9);
    expect(readConfig(other, 'team.yaml').training.window_days).toBe(9);
  });

  it('is the defaults where there is no file, or nothing in it', () => {
    expect(readConfig(empty).training.window_days).toBe(28);
    expect(readConfig(root, 'comment.yaml').training.window_days).toBe(28);
  });

  it('is refused with the place that is wrong', () => {
    expect(() => readConfig(root, 'typo.yaml')).toThrow(
      /typo\.yaml:2: training\.window_day: unknown key, did you mean window_days\?/,
    );
  });

  it('is refused when the file named is not there', () => {
    expect(() => readConfig(root, 'missing.yaml')).toThrow(/missing\.yaml/);
  });
});
