// Compiles src/kernels/assembly to WebAssembly, and that to a module which holds it: so the kernels are
// found from the sources, from dist/ and from the bundle of a function alike, without a file beside it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SOURCES = 'src/kernels/assembly';
const TARGET = 'src/kernels/wasm.generated.ts';

const OPTIONS = [
  ...['--enable', 'simd', '--runtime', 'minimal', '--optimizeLevel', '3', '--noAssert'],
  // Without a host to call: what cannot go on traps.
  ...['--use', 'abort='],
];

/** Compiles the kernels, unless what is there was made of the same sources. */
export async function buildKernels() {
  const { version } = JSON.parse(readFileSync('node_modules/assemblyscript/package.json', 'utf8'));
  const hash = createHash('sha256').update(JSON.stringify([version, OPTIONS]));
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(`${SOURCES}/${name}`));
  const head = `// ${hash.digest('hex')}\n`;
  if (existsSync(TARGET) && readFileSync(TARGET, 'utf8').startsWith(head)) return;
  const binary = await compile();
  const base64 = Buffer.from(binary).toString('base64');
  writeFileSync(TARGET, `${head}export const WASM_BASE64 =\n  '${base64}';\n`);
}

async function compile() {
  // Loaded when there is work: it takes longer than everything else a build does.
  const { default: asc } = await import('assemblyscript/asc');
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    [`${SOURCES}/index.ts`, '--outFile', 'kernels.wasm', ...OPTIONS],
    {
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents;
      },
    },
  );
  if (error) throw new Error(`the kernels do not compile: ${stderr}`, { cause: error });
  return binary;
}
