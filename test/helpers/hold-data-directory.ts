// Run as a process of its own: serves the dynalite directory given until its input ends. Prints
// the endpoint once it holds the directory. New tables stay in CREATING.
import { startDynalite } from '#adapters/local/dynalite-server.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new TypeError('give the directory to hold');
const server = await startDynalite({ path, createTableMs: 600_000 });
process.stdout.write(server.endpoint);
process.stdin.resume();
process.stdin.once('end', () => void server.close());
