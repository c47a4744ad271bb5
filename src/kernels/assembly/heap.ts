/** Takes zeroed memory, aligned to 16 bytes; whoever took it releases it. */
export function allocate(bytes: usize): usize {
  const address = heap.alloc(bytes);
  memory.fill(address, 0, bytes);
  return address;
}

export function release(address: usize): void {
  heap.free(address);
}

/** Sets memory to zeros. */
export function clear(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
