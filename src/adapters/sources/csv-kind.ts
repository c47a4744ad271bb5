import { CsvSourceSchema } from '#contracts/config/sources/csv.ts';
import { csvSource } from './csv-source.ts';
import { defineSource } from './define-source.ts';

/** A CSV file that grows, as an agent's source. */
export const csvKind = defineSource({
  type: 'csv',
  summary: 'a CSV file that grows, by the rules of helios import',
  schema: CsvSourceSchema,
  open: (config, deps) => csvSource(config, deps),
});
