import { type Command, InvalidArgumentError } from 'commander';
import { KEY_SCOPES, type KeyScope, LONGEST_KEY_DAYS } from '#contracts/http/keys.ts';
import { names, wholeNumber } from './command-context.ts';
import type { CreateKeyFlags } from './commands/keys.ts';
import type { Action } from './program.ts';

/** `helios keys` */
export function addKeys(program: Command, action: Action): void {
  const command = program
    .command('keys')
    .description('keys for agents and scrapers that cannot sign: create, list, revoke');
  const load = () => import('./commands/keys.ts');
  command
    .command('list', { isDefault: true })
    .description('every key with its scopes, its state and its end')
    .action(action(async (context) => (await load()).listKeys(context)));
  command
    .command('create')
    .description('make a key; it is printed once, on standard output, and cannot be read again')
    .argument('<name>', 'who or what will use it, e.g. prometheus')
    .requiredOption('--scope <list>', `what it may do: ${KEY_SCOPES.join(', ')}`, keyScopes)
    .option(
      '--days <number>',
      `until it expires, 1 to ${LONGEST_KEY_DAYS}`,
      wholeNumber(1, LONGEST_KEY_DAYS),
      90,
    )
    .action(
      action(async (context, name: string, flags: CreateKeyFlags) =>
        (await load()).createKey(context, name, flags),
      ),
    );
  command
    .command('revoke')
    .description('end a key; on AWS it is refused within a minute, elsewhere at once')
    .argument('<id>', 'as helios keys list shows it')
    .action(action(async (context, id: string) => (await load()).revokeKey(context, id)));
}

/** A parser of lists of scopes. */
function keyScopes(text: string): readonly KeyScope[] {
  return names(text).map((name) => {
    const scope = KEY_SCOPES.find((known) => known === name);
    if (scope) return scope;
    throw new InvalidArgumentError(`Allowed are ${KEY_SCOPES.join(', ')}, with commas between.`);
  });
}
