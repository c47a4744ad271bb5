/** Hands a file to whoever looks at the page. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = safeName(name);
  link.click();
  // The download has begun by the time this runs.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name that any file system takes. */
export function safeName(name: string): string {
  const dot = name.lastIndexOf('.');
  const stem = name.slice(0, dot).replace(/[^A-Za-z0-9._]+/g, '-');
  return `${stem.replace(/^[-.]+|[-.]+$/g, '').slice(0, 100) || 'chart'}${name.slice(dot)}`;
}
