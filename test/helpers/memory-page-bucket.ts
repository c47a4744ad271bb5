import type { PageBucket, PublishedFile } from '#app/ports/page-bucket.ts';

/** A page bucket in memory, which remembers the order of what was done to it. */
export function memoryPageBucket(
  name: string,
): PageBucket & { readonly files: Map<string, PublishedFile>; readonly done: readonly string[] } {
  const files = new Map<string, PublishedFile>();
  const done: string[] = [];
  return {
    name,
    files,
    done,
    async put(file) {
      files.set(file.path, file);
      done.push(`put ${file.path}`);
    },
    list: async () => [...files.keys()],
    async delete(path) {
      files.delete(path);
      done.push(`delete ${path}`);
    },
  };
}
