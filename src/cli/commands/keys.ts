import type { CreatedKey, Key, KeyScope } from '#contracts/http/keys.ts';
import type { CommandContext } from '../command-context.ts';
import { printable } from '../failure.ts';
import { type Cell, renderTable, type Table, textCell } from '../render/table.ts';
import { momentOf, type TimeFormat } from '../render/time.ts';

export interface CreateKeyFlags {
  readonly scope: readonly KeyScope[];
  readonly days: number;
}

/** Makes a key. Its secret goes to standard output and nowhere else. */
export async function createKey(
  context: CommandContext,
  name: string,
  { scope, days }: CreateKeyFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const body = { name, scopes: [...scope], expires_in_days: days };
    const answer = await client.call('createKey', { body });
    context.print({
      data: answer,
      table: createdTable(answer, context.time),
      text: () => `${answer.secret}\n`,
    });
    const { id, scopes, expires_at } = answer.key;
    const until = context.time.dateTime(momentOf(expires_at));
    context.messages.note(`key ${id} may ${scopes.join(', ')} until ${until}`);
    context.messages.note('keep it in a file for --api-key-file: it is not shown again');
    return 0;
  });
}

/** Lists keys. */
export async function listKeys(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('listKeys', {});
    const table = keyTable(answer.keys, context.time);
    context.print({
      data: answer,
      table,
      text: () =>
        answer.keys.length === 0
          ? 'no keys: helios keys create <name> --scope ingest\n'
          : renderTable(table, context.terminal),
    });
    return 0;
  });
}

/** Ends a key. */
export async function revokeKey(context: CommandContext, id: string): Promise<number> {
  return context.withSession(async ({ client }) => {
    const key = await client.call('revokeKey', { params: { id } });
    context.print({
      data: key,
      table: keyTable([key], context.time),
      text: () => printable(`key ${key.id} (${key.name}) is revoked`).concat('\n'),
    });
    return 0;
  });
}

function keyTable(keys: readonly Key[], time: TimeFormat): Table {
  return {
    columns: [
      { title: 'Id', key: 'id' },
      { title: 'Name', key: 'name' },
      { title: 'Scopes', key: 'scopes' },
      { title: 'State', key: 'state' },
      { title: 'Expires', key: 'expires_at' },
      { title: 'Created', key: 'created_at' },
      { title: 'By', key: 'created_by', wraps: true },
    ],
    rows: keys.map((key) => [
      textCell(key.id),
      textCell(key.name),
      textCell(key.scopes.join(', ')),
      textCell(key.state),
      at(key.expires_at, time),
      at(key.created_at, time),
      { text: key.created_by ?? '', raw: key.created_by },
    ]),
  };
}

/** With the secret in its own column, for CSV and the like. */
function createdTable({ key, secret }: CreatedKey, time: TimeFormat): Table {
  const { columns, rows } = keyTable([key], time);
  return {
    columns: [...columns, { title: 'Secret', key: 'secret' }],
    rows: rows.map((row) => [...row, textCell(secret)]),
  };
}

function at(iso: string, time: TimeFormat): Cell {
  return { text: time.dateTime(momentOf(iso)), raw: iso };
}
