import { runBundlesBench } from './bundles/command.ts';

/** `npm run bench:bundles`: size and import of every function, as it is deployed. */
process.exitCode = await runBundlesBench(process.argv.slice(2), process);
