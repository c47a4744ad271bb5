// Run as a process of its own: serves the dynalite directory given until its input ends. Prints
// the endpoint once it holds the directory.
import { startDynalite } from '#adapters/local/dynalite-server.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new TypeError('give the directory to hold');
const server = await startDynalite({ path });
process.stdout.write(server.endpoint);
process.stdin.resume();
process.stdin.once('end', () => void server.close());
