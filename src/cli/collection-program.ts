import { type Command, InvalidArgumentError } from 'commander';
import { RESOURCE_KINDS, type ResourceKind } from '#contracts/config/discovery.ts';
import { moreNames, names } from './command-context.ts';
import type { DiscoverFlags } from './commands/discover.ts';
import type { Action } from './program.ts';
import { addSourceCommands } from './sources-program.ts';

/** `helios discover`: what there is to watch, and what that costs. */
export function addDiscover(program: Command, action: Action): void {
  program
    .command('discover')
    .description('what Helios would watch in your AWS account, and what reading it costs a month')
    .option(
      '--config <file>',
      'with discovery and accounts (default: helios.config.yaml, if there)',
    )
    .option('--kind <list>', `of ${RESOURCE_KINDS.join(', ')} (default: all)`, resourceKinds)
    .option('--name <list>', 'names to include, with * for anything, e.g. shop-*', moreNames)
    .option('--exclude <list>', 'names to leave out', moreNames)
    .option('--tag <key=value>', 'only with this tag; may be given several times', tag)
    .option('--region <region>', 'there (default: that of your AWS profile)')
    .action(
      action(async (context, flags: DiscoverFlags) => {
        const { discoverWorkloads } = await import('./commands/discover.ts');
        return discoverWorkloads(context, flags);
      }),
    );
}

/** `helios sources` and `helios budget`: how collection does. */
export function addSources(program: Command, action: Action): void {
  const load = () => import('./commands/sources.ts');
  const sources = program
    .command('sources')
    .description('how each source does: last success, last problem, age of its data')
    .action(action(async (context) => (await load()).showSources(context)));
  addSourceCommands(sources, action);
  program
    .command('budget')
    .description("this month's budget for reading CloudWatch, and what is read more rarely for it")
    .action(action(async (context) => (await load()).showCollectionBudget(context)));
}

function resourceKinds(text: string): readonly ResourceKind[] {
  return names(text).map((name) => {
    const kind = RESOURCE_KINDS.find((each) => each === name);
    if (kind) return kind;
    throw new InvalidArgumentError(`Allowed are ${RESOURCE_KINDS.join(', ')}.`);
  });
}

/** Collects `--tag team=shop --tag team=web --tag watched` into values by key. */
function tag(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (key === '') throw new InvalidArgumentError('A tag is written as key=value, or key for any.');
  return { ...before, [key]: [...(before[key] ?? []), ...(at < 0 ? [] : [text.slice(at + 1)])] };
}
