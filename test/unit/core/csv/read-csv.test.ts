import { describe, expect, it } from '@jest/globals';
import { parseMapping } from '#core/csv/column-mapping.ts';
import { MINUTES, read, refusal, TEN } from './read.ts';

describe('the form of a file', () => {
  it.each([
    [',', 'timestamp,cpu,memory\n2026-01-05T10:00:00Z,1,2\n'],
    [';', 'timestamp;cpu;memory\n2026-01-05T10:00:00Z;1;2\n'],
    ['\t', 'timestamp\tcpu\tmemory\n2026-01-05T10:00:00Z\t1\t2\n'],
    ['|', 'timestamp | cpu | memory\r\n2026-01-05T10:00:00Z | 1 | 2\r\n'],
    [';', 'sep=;\ntimestamp;cpu;memory\n2026-01-05T10:00:00Z;1;2\n'],
    [',', '"timestamp","cpu","memory"\n"2026-01-05T10:00:00Z","1","2"'],
    [',', '\uFEFFtimestamp,cpu,memory\n\n2026-01-05T10:00:00Z,1,2\n\n'],
  ])('is told from its columns: %j of %j', async (delimiter, text) => {
    const { values, form, problems } = await read(text);
    expect(values).toEqual(['cpu@0=1', 'memory@0=2']);
    expect(form).toMatchObject({ delimiter, decimal: '.', layout: 'wide', times: 'iso' });
    expect(problems).toEqual([]);
  });

  it('may be in UTF-8 or in UTF-16, in pieces of any size', async () => {
    const text = 'Größe;time\n1,5;2026-01-05T10:00:00Z\n';
    const map = [parseMapping('größe=memory_bytes:MB')];
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    for (const bytes of [Buffer.from(text), utf16]) {
      const [head, ...tail] = [
        bytes.subarray(0, 3),
        ...Array.from(bytes.subarray(3), (b) => Uint8Array.of(b)),
      ];
      expect((await read([head ?? bytes, ...tail], { map })).values).toEqual([
        'memory_bytes@0=1500000',
      ]);
    }
  });

  it.each([
    ['0,5', '12', ',', ['a@0=0.5', 'a@5=12']],
    ['-1,25', '1,250', ',', ['a@0=-1.25', 'a@5=1.25']],
    ['1', '2', '.', ['a@0=1', 'a@5=2']],
    ['1.5', '2', '.', ['a@0=1.5', 'a@5=2']],
  ])(
    'has a decimal comma where the numbers %s and %s tell',
    async (one, two, decimal, expected) => {
      const text = `time;a\n2026-01-05 10:00;${one}\n2026-01-05 10:05;${two}\n`;
      const { values, form } = await read(text, { zone: 'utc' });
      expect([form.decimal, values]).toEqual([decimal, expected]);
    },
  );

  it.each([
    ['1,250', '2', 'could have decimals or be thousands'],
    ['1,5', '2.5', 'which has decimals?'],
    ['1.250,5', '2', 'a mark between thousands'],
  ])('is refused where %s and %s leave it open', async (one, two, message) => {
    const text = `time;a\n2026-01-05T10:00Z;${one}\n2026-01-05T10:05Z;${two}\n`;
    expect(await refusal(text)).toContain(message);
  });

  it('is what a person says', async () => {
    const text = 'time;a\n2026-01-05T10:00Z;1,250\n';
    expect((await read(text, { decimal: ',' })).values).toEqual(['a@0=1.25']);
    expect((await read(text, { decimal: '.' })).problems).toEqual([
      '2: a: "1,250" is no finite number with decimals after a . (--decimal ,)',
    ]);
  });
});

describe('columns', () => {
  it.each([
    ['timestamp,value\nT,1', {}, ['value@0=1']],
    ['timestamp,value\nT,1', { metric: 'cpu_cores' }, ['cpu_cores@0=1']],
    ['value,Time\n1,T', {}, ['value@0=1']],
    ['time,metric,value\nT,cpu,0.5\nT,rps,7', {}, ['cpu@0=0.5', 'rps@0=7']],
    ['ds,y\nT,3', {}, ['y@0=3']],
    ['timestamp,cpu_mean_5m,mem_mean_5m\nT,41,62', {}, ['cpu_mean_5m@0=41', 'mem_mean_5m@0=62']],
  ])('%j', async (text, options, expected) => {
    const { values } = await read(
      text.replaceAll('T,', '2026-01-05T10:00:00Z,').replace(/T$/, '2026-01-05T10:00:00Z'),
      options,
    );
    expect(values).toEqual(expected);
  });

  it('become metrics in the unit of the metric', async () => {
    const map = [
      'CPU %=cpu_utilization:percent',
      'Mem (MB)=memory_bytes:MB',
      'p95=latency_p95:ms',
      'Net=network_rx_bytes:Mbit/s',
      'queue_age=queue_age:min',
      'Load=requests:rpm',
    ].map(parseMapping);
    const text =
      'time,CPU %,Mem (MB),p95,Net,queue_age,Load\n2026-01-05T10:00:00Z,57,1.5,250,8,2,90\n';
    // 57/100, 1.5e6, 250/1000, 8e6/8 bytes, 2·60 s, 90/60 a second.
    expect((await read(text, { map })).values).toEqual([
      'cpu_utilization@0=0.57',
      'memory_bytes@0=1500000',
      'latency_p95@0=0.25',
      'network_rx_bytes@0=1000000',
      'queue_age@0=120',
      'request_rate@0=1.5',
    ]);
  });

  it.each([
    // Two of the unit, in the unit of the metric.
    ['error_rate:%', 0.02],
    ['cpu_cores:millicores', 0.002],
    ['cpu_cores:nanocores', 2e-9],
    ['memory_bytes:kB', 2_000],
    ['memory_bytes:GB', 2_000_000_000],
    ['memory_bytes:KiB', 2_048],
    ['memory_bytes:GiB', 2_147_483_648],
    ['memory_bytes:bits', 0.25],
    ['network_tx_bytes:kbit/s', 250],
    ['network_tx_bytes:Gbit/s', 250_000_000],
    ['network_tx_bytes:MiB/s', 2_097_152],
    ['request_rate:/min', 2 / 60],
    ['request_rate:per_hour', 2 / 3_600],
    ['latency_p95:us', 0.000_002],
    ['latency_p95:ns', 2e-9],
    ['age:hours', 7_200],
    ['replicas:count', 2],
  ])('of 2 in %s are %d', async (mapping, expected) => {
    const [metric] = mapping.split(':');
    const map = [parseMapping(`x=${mapping}`)];
    const { values } = await read('time,x\n2026-01-05T10:00:00Z,2\n', { map });
    expect(values).toEqual([`${metric}@0=${expected}`]);
  });

  it('of the long form are mapped by the names in them', async () => {
    const text =
      'time,metric,value\n2026-01-05T10:00:00Z,CPU %,50\n2026-01-05T10:00:00Z,Disk %,1\n';
    const { values, problems } = await read(text, { map: [parseMapping('cpu %=cpu:percent')] });
    expect(values).toEqual(['cpu_utilization@0=0.5']);
    expect(problems).toEqual([
      `3: "Disk %" is no metric name (a lower-case letter, then a-z, 0-9 and _): --map 'Disk %=metric'`,
    ]);
  });

  it('say which workload a row is of', async () => {
    const text =
      'time,namespace,deployment,container,pod,cpu_cores\n2026-01-05T10:00:00Z,shop,cart,app,cart-1,1\n2026-01-05T10:00:00Z,shop,cart,,cart-2,2\n2026-01-05T10:00:00Z,shop,a b,,,2\n';
    const { values, problems } = await read(text);
    expect(values).toEqual([
      'shop/cart/app/@cart-1 cpu_cores@0=1',
      'shop/cart/@cart-2 cpu_cores@0=2',
    ]);
    expect(problems).toEqual([expect.stringContaining('4: "a b" is no name of a workload')]);
  });

  it.each([
    ['2026-01-05T10:00:00Z,1', 'a header is required'],
    ['when,value', 'no column timestamp'],
    ['time,date,value', 'several columns could be the time'],
    ['timestamp', 'no column of values'],
    ['timestamp,CPU (%)', 'no metric names: cpu (%)'],
    ['timestamp,a,a', 'the column a is there twice'],
    ['timestamp,cpu,cpu_utilization', 'two columns are of the metric cpu_utilization'],
    ['', 'the file is empty'],
    ['"timestamp,a', 'a quote of the header is not closed'],
  ])('%j are refused: %s', async (header, message) => {
    expect(await refusal(`${header}\n`)).toContain(message);
  });

  it('that an option names must be there', async () => {
    const text = 'timestamp,a\n2026-01-05T10:00:00Z,1\n';
    expect(await refusal(text, { skip: ['b'] })).toBe(
      'CONFIG_INVALID --skip: the file has no column b',
    );
    expect(await refusal(text, { map: [parseMapping('b=c')] })).toContain('--map: the file has no');
    expect(await refusal(text, { timeColumn: 'b' })).toContain('--time-column: the file has no');
  });
});

describe('times', () => {
  it.each([
    ['2026-01-05T10:00:00Z', 'iso'],
    ['2026-01-05 11:00:00.000+01:00', 'iso'],
    ['1767607200', 'iso'],
    ['1767607200000', 'iso'],
    ['1767607200000000', 'epoch'],
    ['1767607200000000000', 'epoch'],
    ['20260105T100000Z', 'compact'],
    ['2026/1/5 10:00 UTC', 'ymd'],
    ['5.1.2026 10:00:00Z', 'dmy'],
    ['5 Jan 2026 10:00:00 GMT', 'month-name'],
    ['Mon, 05 Jan 2026 10:00:00 GMT', 'month-name'],
    ['05/Jan/2026:10:00:00 +0000', 'month-name'],
    ['January 5 2026 11:00 AM +01:00', 'month-name'],
  ])('%s are told by their form', async (time, times) => {
    const { values, form } = await read(`time;a\n${time};1\n`);
    expect([values, form.times]).toEqual([['a@0=1'], times]);
  });

  it('with the day or the month first are told by a day after the 12th, of any row', async () => {
    const rows = (...dates: string[]) =>
      `time,a\n${dates.map((date) => `${date} 10:00,1\n`).join('')}`;
    const zone = 'utc';
    const day = await read(rows('05/01/2026', '13/01/2026'), { zone });
    const month = await read(rows('01/05/2026', '01/13/2026'), { zone });
    expect([day.form.times, month.form.times]).toEqual(['dmy', 'mdy']);
    expect(day.values).toEqual(['a@0=1', `a@${8 * 24 * 60}=1`]);
    expect(month.values).toEqual(day.values);
  });

  it.each([
    ['01/05/2026 10:00', 'could begin with the day or with the month: it is never guessed'],
    ['01-05-2026 10:00', 'could begin with the day or with the month'],
    ['13/01/2026 10:00,1\n01/13/2026 10:00', 'begins with the day, 01/13/2026'],
    ['05.01.26 10:00', 'has two digits'],
    ['2026-01-05 10:00', 'has no zone, and none is guessed'],
    ['13/01/2026 10:00', 'has no zone, and none is guessed'],
  ])('%j are refused: %s', async (time, message) => {
    expect(await refusal(`time,a\n${time},1\n`)).toContain(message);
  });

  it.each([
    ['01/05/2026 10:00 AM', 'mdy'],
    ['05/01/26 10:00', 'dmy'],
    ['5-1-2026 10:00', 'dmy'],
  ] as const)('%s are read as %s when a person says so', async (time, dateFormat) => {
    const { values } = await read(`time,a\n${time},1\n`, { dateFormat, zone: '+00:00' });
    expect(values).toEqual(['a@0=1']);
  });

  it('of half a day begin at 12', async () => {
    const text = 'time,a\n1/5/2026 12:30 AM,1\n1/5/2026 12:30 p.m.,2\n1/5/2026 0:30 AM,3\n';
    const { values, problems } = await read(text, { dateFormat: 'mdy', zone: 'utc' });
    // 0:30 is 9.5 hours before 10:00, 12:30 is 2.5 hours after it.
    expect(values).toEqual(['a@-570=1', 'a@150=2']);
    expect(problems).toEqual(['4: "1/5/2026 0:30 AM" is no timestamp like the others']);
  });

  it('of clocks that changed within a quarter of an hour are told apart', async () => {
    // Paris went from 9 min 21 s ahead of Greenwich to its time at midnight: 23:50:39 to 24:00 was twice.
    const text = 'time,a\n1911-03-10 23:46,1\n1911-03-10 23:55,2\n';
    const { values, problems } = await read(text, { zone: 'Europe/Paris' });
    expect(values).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining('showed 1911-03-10 23:55 twice')]);
  });

  it('of the hour that clocks repeat or skip are rejected, the others are read', async () => {
    // Berlin: 2026-03-29 02:30 never was, 2026-10-25 02:30 was twice; winter is UTC+1.
    const rows = ['2026-01-05 11:00', '2026-03-29 02:30', '2026-10-25 02:30', '2026-01-05 11:05'];
    const text = `time,a\n${rows.map((row) => `${row},1\n`).join('')}`;
    const { values, problems } = await read(text, { zone: 'Europe/Berlin' });
    expect(values).toEqual(['a@0=1', 'a@5=1']);
    expect(problems).toEqual([
      expect.stringContaining('3: clocks in Europe/Berlin skipped'),
      expect.stringContaining('twice'),
    ]);
  });
});

describe('rows', () => {
  const at = (minutes: number) => `2026-01-05T10:${String(minutes).padStart(2, '0')}:00Z`;

  it('that cannot be read are told with line and reason, and stop nothing', async () => {
    const text = `timestamp,a,b\n${at(0)},1,2\nyesterday,1,2\n\n${at(5)},1\n2026-01-05 10:10,1,2\n"${at(15)},1,2\n${at(20)},x,2\n${at(25)},1e999,1e31\n${at(30)},,NaN\n"${at(35)}"x,1,2\n${at(40)},7,8\n`;
    const { values, problems, rows, missing } = await read(text);
    expect(values).toEqual(['a@0=1', 'b@0=2', 'b@20=2', 'a@40=7', 'b@40=8']);
    expect(problems).toEqual([
      '3: "yesterday" is no timestamp: use ISO 8601, 10 digits of epoch seconds or 13 digits of epoch milliseconds',
      '5: 2 columns, the header has 3',
      '6: 2026-01-05 10:10 has no zone: append Z or an offset, or name its zone',
      '7: a quote is not closed, or something stands behind it',
      '8: a: "x" is no finite number',
      '9: a: "1e999" is no finite number',
      '9: b: 1e+31 is beyond 1e30',
      '11: a quote is not closed, or something stands behind it',
    ]);
    expect({ rows, missing }).toEqual({ rows: 10, missing: 2 });
  });

  it('that the exporter interpolated are left out', async () => {
    const { values, filled } = await read(`timestamp,value,filled\n${at(0)},1,1\n${at(5)},2,0\n`);
    expect({ values, filled }).toEqual({ values: ['value@5=2'], filled: 1 });
  });

  it('without end are refused and not kept in memory', async () => {
    const endless = ['timestamp,value\n', ...Array.from({ length: 11 }, () => 'x'.repeat(100_000))];
    await expect(read(endless)).rejects.toMatchObject({ code: 'IMPORT_INVALID' });
  });

  it('are read as the first thousand told, whatever comes later', async () => {
    const rows = Array.from(
      { length: 2_000 },
      (_, i) => `${new Date(TEN + i * MINUTES).toISOString()},${i}\n`,
    );
    const { values } = await read(`time,a\n${rows.join('')}05/01/2026 10:00,1\n`);
    expect([values.length, values[0], values.at(-1)]).toEqual([2_000, 'a@0=0', 'a@1999=1999']);
  });
});
