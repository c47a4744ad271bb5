/**
 * Kubernetes resource quantities: a number with a binary suffix (`Ki` … `Pi`, powers of 1024), a
 * decimal one (`n`, `u`, `m`, `k` … `P`, powers of 1000) or a decimal exponent (`1e3`). See the type
 * Quantity in k8s.io/apimachinery/pkg/api/resource.
 */

/** Of parts of 1: meant for CPU. `128m` of memory is an eighth of a byte, a well-known slip. */
const PARTS: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
]);
/** `K` is none of Kubernetes', but what one of the seeds wrote for `k`. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['k', 3],
  ['K', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
]);
const BINARIES: ReadonlyMap<string, number> = new Map([
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
]);

const QUANTITY = /^(\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE]([+-]?\d{1,2})|([a-zA-Z]{0,2}))$/;

const MILLICORES_A_CORE = 1_000;
const KIBIBYTE = 2 ** 10;
const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** 8 PiB: above it not every whole number of bytes has a double of its own. */
const MOST_BYTES = 2 ** 53;
const MOST_CORES = Number.MAX_SAFE_INTEGER / MILLICORES_A_CORE;

/**
 * An amount of CPU in cores; undefined when `text` is none.
 *
 * @example
 * ```ts
 * parseCpu('250m'); // => 0.25
 * parseCpu('1.5'); // => 1.5
 * parseCpu('100000000n'); // => 0.1
 * parseCpu('1.5 cores'); // => undefined
 * ```
 */
export function parseCpu(text: string): number | undefined {
  return parseQuantity(text, { most: MOST_CORES, allowsParts: true });
}

/**
 * An amount of memory in bytes, a part of a byte counted as a whole one; undefined when `text` is
 * none. `128m`, which Kubernetes takes as an eighth of a byte, is refused.
 *
 * @example
 * ```ts
 * parseMemory('128Mi'); // => 134217728
 * parseMemory('128M'); // => 128000000
 * parseMemory('1.5Gi'); // => 1610612736
 * parseMemory('1e9'); // => 1000000000
 * parseMemory('128m'); // => undefined
 * ```
 */
export function parseMemory(text: string): number | undefined {
  const bytes = parseQuantity(text, { most: MOST_BYTES, allowsParts: false });
  return bytes === undefined ? undefined : Math.ceil(bytes);
}

/**
 * Cores as Kubernetes writes them, in whole millicores, never less than `cores`.
 *
 * @throws {RangeError} when `cores` is negative, not finite, or beyond whole millicores
 * @example
 * ```ts
 * formatCpu(1.5); // => '1500m'
 * formatCpu(2); // => '2'
 * formatCpu(0.0681); // => '69m'
 * ```
 */
export function formatCpu(cores: number): string {
  if (!(cores >= 0 && cores <= MOST_CORES)) {
    throw new RangeError(`cores lie between 0 and ${MOST_CORES}, got ${cores}`);
  }
  const milli = millicores(cores);
  return milli % MILLICORES_A_CORE === 0 ? String(milli / MILLICORES_A_CORE) : `${milli}m`;
}

/**
 * Bytes as Kubernetes writes them, in the largest binary unit that holds them without rest: whole
 * Mi from 1 Mi on, whole Ki below, never less than `bytes`.
 *
 * @throws {RangeError} when `bytes` is negative, not finite, or above 2^53
 * @example
 * ```ts
 * formatMemory(134_217_728); // => '128Mi'
 * formatMemory(134_217_729); // => '129Mi'
 * formatMemory(2_147_483_648); // => '2Gi'
 * formatMemory(1_000); // => '1Ki'
 * ```
 */
export function formatMemory(bytes: number): string {
  if (!(bytes >= 0 && bytes <= MOST_BYTES)) {
    throw new RangeError(`bytes lie between 0 and ${MOST_BYTES}, got ${bytes}`);
  }
  if (bytes === 0) return '0';
  // Of whole bytes, divisions by powers of two are exact.
  const wholeBytes = Math.ceil(bytes);
  if (wholeBytes <= MEBIBYTE - KIBIBYTE) return `${Math.ceil(wholeBytes / KIBIBYTE)}Ki`;
  const whole = Math.ceil(wholeBytes / MEBIBYTE);
  const perGi = GIBIBYTE / MEBIBYTE;
  return whole % perGi === 0 ? `${whole / perGi}Gi` : `${whole}Mi`;
}

/** The fewest that are not below `cores`. 2.007 x 1000 is 2007.0000000000002, and yet 2007m is enough. */
function millicores(cores: number): number {
  const about = Math.ceil(cores * MILLICORES_A_CORE);
  const candidates = [about - 1, about, about + 1];
  return candidates.find((milli) => milli / MILLICORES_A_CORE >= cores) ?? about + 1;
}

function parseQuantity(
  text: string,
  { most, allowsParts }: { readonly most: number; readonly allowsParts: boolean },
): number | undefined {
  const match = QUANTITY.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = '', exponent, suffix = ''] = match;
  const value = amountOf(digits, exponent, suffix, allowsParts);
  return value !== undefined && value <= most ? value : undefined;
}

/** A decimal power is read with the digits in one: `1.1` times a million is a little more than 1.1M. */
function amountOf(
  digits: string,
  exponent: string | undefined,
  suffix: string,
  allowsParts: boolean,
): number | undefined {
  if (exponent !== undefined) return Number(`${digits}e${exponent}`);
  const binary = BINARIES.get(suffix);
  if (binary !== undefined) return Number(digits) * binary;
  const power = DECIMALS.get(suffix) ?? (allowsParts ? PARTS.get(suffix) : undefined);
  return power === undefined ? undefined : Number(`${digits}e${power}`);
}
