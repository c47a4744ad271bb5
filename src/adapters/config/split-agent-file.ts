import { SOURCE_ENTRY_KEYS } from '#contracts/config/agent.ts';

type Path = readonly (string | number)[];
type Keys = Readonly<Record<string, unknown>>;

/** A part of the file with the place of each key, wherever it was written. */
export interface Placed {
  readonly keys: Keys;
  readonly places: ReadonlyMap<string, Path>;
}

/** The file with its two forms made one. */
export interface SplitFile {
  /** Sections agent, sources (common keys only), helios. */
  readonly file: Keys;
  /** What is each source's own. */
  readonly configs: readonly Placed[];
  /** Where a place of `file` was written. */
  placeOf(path: Path): Path;
  readonly problems: readonly { readonly path: Path; readonly message: string }[];
}

/** Keys of the other form of the seeds: at the top, and in `endpoint`. */
const MOVED: Readonly<Record<string, Path>> = {
  batch_size: ['helios', 'batch_size'],
  flush_interval: ['helios', 'flush_interval'],
  log_level: ['agent', 'log_level'],
};
const MOVED_ENDPOINT: Readonly<Record<string, Path>> = {
  url: ['helios', 'endpoint'],
  api_key: ['helios', 'api_key'],
  timeout: ['helios', 'timeout'],
  retry_attempts: ['helios', 'retry_attempts'],
  retry_delay: ['helios', 'retry_delay'],
};

const SECTIONS: readonly string[] = ['agent', 'sources', 'helios', 'endpoint'];

/**
 * Brings both forms of the seeds' agent file into one: `endpoint: {url, api_key}` beside `helios:
 * {endpoint}`, and sources whose keys are flat, in `options`, or in `config`. Nothing is dropped; what
 * is written twice is a problem.
 */
export function splitAgentFile(root: unknown): SplitFile {
  const problems: { path: Path; message: string }[] = [];
  const origins = new Map<string, Path>();
  if (!isKeys(root)) {
    const problem = { path: [], message: 'the file holds no keys: agent, sources, helios' };
    return { file: {}, configs: [], placeOf: (path) => path, problems: [problem] };
  }
  // A section whose keys are all commented out is as good as none; what is misspelled is still told.
  const filled = Object.fromEntries(
    Object.entries(root).filter(([key, value]) => value !== null || !SECTIONS.includes(key)),
  );
  const { sources, endpoint, ...rest } = filled;
  const file: Record<string, unknown> = { ...rest };
  const move = (to: Path, from: Path, value: unknown) => {
    const [section = '', key = ''] = to.map(String);
    const current = file[section] ?? {};
    delete file[String(from.length === 1 ? from[0] : '')];
    if (!isKeys(current)) return;
    if (Object.hasOwn(current, key)) {
      problems.push({ path: from, message: `is given twice: also as ${section}.${key}` });
      return;
    }
    file[section] = { ...current, [key]: value };
    origins.set(to.join('\n'), from);
  };
  for (const [key, to] of Object.entries(MOVED)) {
    if (Object.hasOwn(rest, key)) move(to, [key], rest[key]);
  }
  if (isKeys(endpoint)) {
    for (const [key, value] of Object.entries(endpoint)) {
      const to = MOVED_ENDPOINT[key];
      if (to) move(to, ['endpoint', key], value);
      else {
        const allowed = Object.keys(MOVED_ENDPOINT).join(', ');
        problems.push({
          path: ['endpoint', key],
          message: `unknown key, allowed are ${allowed}`,
        });
      }
    }
  } else if (endpoint !== undefined) {
    problems.push({
      path: ['endpoint'],
      message: 'is not keys with values: write helios.endpoint',
    });
  }
  const split = Array.isArray(sources)
    ? sources.map((source: unknown, index) => splitSource(source, ['sources', index], problems))
    : [];
  file.sources = Array.isArray(sources) ? split.map(({ entry }) => entry) : sources;
  if (file.sources === undefined) delete file.sources;
  return {
    file,
    configs: split.map(({ config }) => config),
    placeOf: (path) =>
      origins.get(path.join('\n')) ??
      (path[0] === 'sources' && typeof path[1] === 'number' && path.length === 3
        ? (split[path[1]]?.places.get(String(path[2])) ?? path)
        : path),
    problems,
  };
}

function splitSource(source: unknown, at: Path, problems: { path: Path; message: string }[]) {
  const places = new Map<string, Path>();
  const none: Placed = { keys: {}, places };
  if (!isKeys(source)) return { entry: source, config: none, places };
  const entry: Record<string, unknown> = {};
  const keys: Record<string, unknown> = {};
  const put = (key: string, value: unknown, place: Path, isFlat: boolean) => {
    // `timeout` bounds a collection wherever it stands; the others are common only at the top.
    const isCommon = isFlat ? SOURCE_ENTRY_KEYS.includes(key) : key === 'timeout';
    if (places.has(key)) {
      problems.push({
        path: place,
        message: `is given twice: also as ${(places.get(key) ?? []).slice(2).join('.')}`,
      });
      return;
    }
    places.set(key, place);
    (isCommon ? entry : keys)[key] = value;
  };
  for (const [key, value] of Object.entries(source)) {
    if ((key === 'config' || key === 'options') && (isKeys(value) || value === null)) {
      for (const [inner, each] of Object.entries(value ?? {})) {
        put(inner, each, [...at, key, inner], false);
      }
    } else put(key, value, [...at, key], true);
  }
  return { entry, config: { keys, places }, places };
}

function isKeys(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
