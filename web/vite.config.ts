import { defineConfig } from 'vite';

/** Where `npx vite web` sends what it does not serve itself: a running `helios serve`. */
const ENDPOINT = 'http://127.0.0.1:8080';

const API = ['/api', '/health', '/ready', '/models', '/config.json', '/openapi.json'];

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: 'public',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the page is served under a Content-Security-Policy that forbids it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(API.map((path) => [path, ENDPOINT])),
  },
});
