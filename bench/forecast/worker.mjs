// The loader of the main thread does not reach its worker threads: each registers its own.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
