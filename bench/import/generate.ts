import { addMs, DAY, durationMs, epochMs, SECOND, toIso } from '#core/time.ts';

const STEP = durationMs(15 * SECOND);
const ROWS_A_DAY = DAY / STEP;
const START = epochMs(Date.UTC(2016, 0, 1));
const DATE_CHARACTERS = 10;
const HEADER = 'timestamp,cpu_utilization,memory_bytes,request_rate\n';

/**
 * A CSV file of about `bytes` bytes that no disk has to hold: a row every 15 s, three metrics. A day is
 * written once and then copied with another date, so that making it costs next to nothing beside
 * reading it.
 */
export function* generateCsv(bytes: number): Generator<Buffer, void, undefined> {
  const rows = dayOfRows();
  const day = Buffer.from(rows.join(''));
  yield Buffer.from(HEADER);
  let made = HEADER.length;
  for (let days = 0; made < bytes; days++) {
    const copy = Buffer.from(day);
    const date = toIso(addMs(START, DAY, days)).slice(0, DATE_CHARACTERS);
    let at = 0;
    for (const row of rows) {
      copy.write(date, at, 'latin1');
      at += row.length;
    }
    made += copy.length;
    yield copy;
  }
}

/** What the values are does not matter; they are as long as real ones. */
function dayOfRows(): readonly string[] {
  return Array.from({ length: ROWS_A_DAY }, (_, i) => {
    const cpu = ((i * 7_919) % 1_000_000) / 1_000_000;
    const memory = 1_000_000_000 + ((i * 104_729) % 1_000_000_000);
    const requests = ((i * 31) % 9_973) / 10;
    return `${toIso(addMs(START, STEP, i))},${cpu},${memory},${requests}\n`;
  });
}
