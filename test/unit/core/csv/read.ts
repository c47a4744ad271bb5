import { type CsvOptions, readCsv } from '#core/csv/read-csv.ts';

/** What `@0` is in the answers below. */
export const TEN = Date.UTC(2026, 0, 5, 10);
export const MINUTES = 60_000;

async function* pieces(parts: readonly (string | Uint8Array)[]) {
  yield* parts;
}

/** What is read of a text: `metric@minutes after 10:00=value`, with the workload where rows say it. */
export async function read(
  text: string | readonly (string | Uint8Array)[],
  options: CsvOptions = {},
) {
  const values: string[] = [];
  const problems: string[] = [];
  const summary = await readCsv(pieces(typeof text === 'string' ? [text] : text), options, {
    value({ workload, instance, metric }, at, value) {
      const { cluster, namespace, deployment, container } = workload;
      const names = [cluster, namespace, deployment, container, instance && `@${instance}`];
      const owner = names.filter(Boolean).join('/');
      values.push(`${owner && `${owner} `}${metric}@${(at - TEN) / MINUTES}=${value}`);
    },
    problem: (line, reason) => problems.push(`${line}: ${reason}`),
  });
  return { ...summary, values, problems };
}

/** Why a text is refused: its code and its message. */
export const refusal = async (text: string, options: CsvOptions = {}) =>
  read(text, options).then(
    () => 'nothing was refused',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );
