import type { Command } from 'commander';
import type { ActuationFlags } from './commands/actuation.ts';
import type { Action } from './program.ts';

/** `helios actuation` */
export function addActuation(program: Command, action: Action): void {
  const command = program
    .command('actuation')
    .description('minimums that Helios raises on AWS, where somebody has turned that on');
  const load = () => import('./commands/actuation.ts');
  command
    .command('status', { isDefault: true })
    .description('whether it may act, and what its last run did or would have done')
    .action(action(async (context) => (await load()).showActuation(context)));
  command
    .command('stop')
    .description('take back everything that is raised, and raise nothing until resumed')
    .option('--note <text>', 'why, for whoever reads it')
    .action(
      action(async (context, flags: ActuationFlags) =>
        (await load()).switchActuation(context, 'stopActuation', flags),
      ),
    );
  command
    .command('resume')
    .description('go on after a stop')
    .option('--note <text>', 'why, for whoever reads it')
    .action(
      action(async (context, flags: ActuationFlags) =>
        (await load()).switchActuation(context, 'resumeActuation', flags),
      ),
    );
}
