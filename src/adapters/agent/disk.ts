import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** An open file, as far as an agent uses one. */
export interface DiskFile {
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  appendFile(data: Buffer): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What an agent asks of Node's file system; tests put a disk in its place that fails at any point. */
export interface Disk {
  mkdir(path: string, options: { readonly recursive: true; mode: number }): Promise<unknown>;
  readdir(path: string): Promise<readonly string[]>;
  open(path: string, flags: string | number, mode?: number): Promise<DiskFile>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, text: string, options: { mode: number; flush?: boolean }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

export const nodeDisk: Disk = { mkdir, open, readdir, readFile, rename, rm, writeFile };
