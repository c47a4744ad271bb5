import { describe, expect, it } from '@jest/globals';
import { createExpressions } from '#server/state-machine/expression.ts';

const { check, evaluate } = createExpressions(() => 0.5);
const value = (template: unknown, input: unknown = {}, variables = {}) =>
  evaluate(template, { states: { input, context: {} }, variables }, 'Output of P');

describe('evaluate', () => {
  it('replaces strings that are an expression as a whole, at any depth', async () => {
    const template = { a: ['{% $states.input.n %}', { b: '{% $x %}' }], c: 'plain {% no %} text' };
    expect(await value(template, { n: 1 }, { x: 2 })).toEqual({
      a: [1, { b: 2 }],
      c: 'plain {% no %} text',
    });
    expect(await value([null, true, 1])).toEqual([null, true, 1]);
  });

  it('gives plain JSON: one-element sequences are the element, unless written in brackets', async () => {
    const input = { list: [{ id: 1, on: true }, { id: 2 }] };
    expect(await value('{% $states.input.list[on].id %}', input)).toBe(1);
    const kept = await value('{% [$states.input.list[on].id] %}', input);
    expect(kept).toEqual([1]);
    const two = await value('{% $states.input.list.id %}', input);
    expect(two).toEqual([1, 2]);
    // JSONata marks its arrays; a copy that carried the marks would become an element again.
    expect(Object.getOwnPropertyNames(kept)).toEqual(['0', 'length']);
    expect(Object.getOwnPropertyNames(two)).toEqual(['0', '1', 'length']);
  });

  it('copies: the value shares nothing with its input', async () => {
    const input = { list: [1] };
    const copy = await value('{% $states.input %}', input);
    input.list.push(2);
    expect(copy).toEqual({ list: [1] });
  });

  it.each([
    ['gives nothing', '{% $states.input.missing %}'],
    ['is nothing under a key', { a: ['{% $nothing %}'] }],
    ['calls what is no function', '{% $missing() %}'],
    ['is a function', '{% $sum %}'],
    ['is a function of its own', '{% function($x) { $x } %}'],
    ['divides by zero', '{% 1 / 0 %}'],
  ])('an expression that %s fails', async (_, template) => {
    await expect(value(template)).rejects.toMatchObject({
      name: 'States.QueryEvaluationError',
      cause: expect.stringContaining('Output of P'),
    });
  });
});

describe('the functions of Step Functions', () => {
  it.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([], 2)', []],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 0, 1)', []],
    // SHA-256 of "abc", FIPS 180-2 appendix B.1.
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    // MD5 of "abc", RFC 1321 appendix A.5.
    ["$hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ['$parse(\'{"a":[1]}\').a', [1]],
    ['$random()', 0.5],
    // 16 bytes of 0x80, with version 4 and variant 10 put in.
    ['$uuid()', '80808080-8080-4080-8080-808080808080'],
  ])('%s is %j', async (source, expected) => {
    expect(await value(`{% ${source} %}`)).toEqual(expected);
  });

  it.each([
    '$partition([1], 0)',
    '$range(0, 1, 0)',
    '$range(0, 1000, 1)',
    "$hash('abc', 'toString')",
    "$parse('{')",
    '$random(7)',
  ])('%s fails', async (source) => {
    await expect(value(`{% ${source} %}`)).rejects.toMatchObject({
      name: 'States.QueryEvaluationError',
    });
  });
});

describe('check', () => {
  it.each([
    ['{% 1 + %}', 'a syntax error'],
    ["{% $eval('1') %}", '$eval'],
    ['{% $map(["1"], $eval) %}', '$eval as a value'],
    ['{% ($e := $eval; $e("1")) %}', '$eval under another name'],
    ['{% 1', 'no end'],
    ['1 %}', 'no start'],
    [' {% 1 %}', 'space before'],
    ['{% 1 %} ', 'space after'],
  ])('refuses %s: %s', (source) => {
    expect(() => check({ a: [source] }, 'States.P.Output')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: { path: 'States.P.Output.a[0]' },
      }),
    );
  });

  it('refuses $eval also where nothing was checked before', async () => {
    await expect(value("{% $eval('1') %}")).rejects.toMatchObject({
      name: 'States.QueryEvaluationError',
    });
  });
});
