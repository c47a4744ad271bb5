import { runDashboardBench } from './dashboard/command.ts';

/** `npm run bench:dashboard`: the page in a real Chromium, how fast it is there, scrolls and draws. */
process.exitCode = await runDashboardBench(process.argv.slice(2), process);
