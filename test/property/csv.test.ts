import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readDecimal } from '#core/csv/decimal.ts';
import { momentReader } from '#core/csv/moment-reader.ts';
import { splitLine } from '#core/csv/split-line.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';

describe('csv', () => {
  it('lines are cut as csv-parse cuts them', () => {
    const field = fc.oneof(
      fc.stringMatching(/^[a-z0-9 .=:-]{0,8}$/),
      fc.stringMatching(/^[a-z,;"= ]{0,8}$/).map((text) => `"${text.replaceAll('"', '""')}"`),
      fc.stringMatching(/^[a-z]{0,3}$/).map((text) => ` "${text}" `),
    );
    const line = fc.array(field, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(line, fc.constantFrom(',', ';', '\t', '|'), (fields, delimiter) => {
        const text = fields
          .map((each) => (each.includes('"') ? each : each.replaceAll(delimiter, '')))
          .join(delimiter);
        const [expected] = parse(text, { delimiter, trim: true, skip_empty_lines: false });
        // csv-parse keeps the spaces inside of quotes; times, names and numbers have none to keep.
        const trimmed = expected?.map((each: string) => each.trim());
        expect(splitLine(text, delimiter)).toEqual(trimmed);
      }),
    );
  });

  it('numbers are what the engine reads', () => {
    const decimals = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.stringMatching(/^\d{0,18}$/),
        fc.stringMatching(/^(\.\d{0,18})?$/),
      )
      .map((parts) => parts.join(''));
    const texts = fc.oneof(
      decimals,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.string(),
    );
    const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
    fc.assert(
      fc.property(texts, (text) => {
        const expected =
          NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : Number.NaN;
        expect(readDecimal(text, '.')).toBe(expected);
        if (!text.includes(',')) expect(readDecimal(text.replace('.', ','), ',')).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('times are what parseTimestamp reads, in any order', () => {
    const two = (most: number) =>
      fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
    const part = <T extends string>(...texts: T[]) => fc.constantFrom(...texts);
    const times = fc
      .tuple(
        fc.date({ min: new Date('1999-01-01'), max: new Date('2031-01-01'), noInvalidDate: true }),
        part('T', ' ', 'x'),
        two(25),
        two(61),
        part(':00', ':59', ':60', '', ':5', ':30.5', ':30,123456', ':30.', ':30.1234567891'),
        part('Z', '', ' UTC', '+02:00', '-0330', ' +01', '+1', '+25:00', 'Zulu'),
      )
      .map(
        ([date, between, hour, minute, rest, zone]) =>
          `${date.toISOString().slice(0, 10)}${between}${hour}:${minute}${rest}${zone}`,
      );
    const zone = fc.constantFrom(
      undefined,
      'utc',
      '+05:45',
      'Europe/Berlin',
      'Australia/Lord_Howe',
    );
    fc.assert(
      fc.property(fc.array(times, { maxLength: 8 }), zone, (texts, name) => {
        const reader = momentReader(name);
        for (const text of [...texts, ...texts]) {
          const expected = parseTimestamp(text, name === undefined ? {} : { zone: name });
          expect([text, reader(text)]).toEqual([
            text,
            expected.ok ? expected.at : expected.message,
          ]);
        }
      }),
    );
  });
});
