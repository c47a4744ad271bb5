import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openTab } from '#test/browser/chromium.ts';
import { serveSample } from '#test/browser/served-sample.ts';
import { DRAW_CLOCK, scroller } from './in-page.ts';

const ASSETS = fileURLToPath(new URL('../../dist/web/assets', import.meta.url));
const STARTS = 7;
const WORKLOADS = 500;
const DRAWS = 20;
/** Four weeks of five minutes. */
const HISTORY_HOURS = 672;

interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface DashboardMeasures {
  readonly script: { readonly gzip_bytes: number };
  readonly page: { readonly complete_ms: Spread; readonly launch_ms: Spread };
  readonly scroll: { readonly workloads: number; readonly frame_ms: Spread };
  readonly draw: { readonly points: number; readonly draw_ms: Spread };
}

/** Measures the built page against a server of the build with the trained sample. */
export async function measureDashboard(chromium: string): Promise<DashboardMeasures> {
  const { sandbox, server } = await serveSample();
  try {
    const page = await measureStarts(chromium, server.url);
    const browser = await launchChromium(chromium);
    try {
      const scroll = await measureScrolling(browser, server.url);
      const draw = await measureDrawing(browser, server.url);
      return { script: { gzip_bytes: scriptBytes() }, page, scroll, draw };
    } finally {
      await browser.close();
    }
  } finally {
    await sandbox.clear();
  }
}

function scriptBytes(): number {
  return readdirSync(ASSETS)
    .filter((name) => name.endsWith('.js'))
    .reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length,
      0,
    );
}

/** From starting the process of a browser with an empty profile until everything of the fleet is drawn. */
async function measureStarts(chromium: string, url: string) {
  const launches: number[] = [];
  const completes: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startedAt = performance.now();
    const browser = await launchChromium(chromium);
    launches.push(performance.now() - startedAt);
    const { page } = await openTab(browser, url);
    await page.goto(`${url}/`);
    await page.locator('tbody tr').first().waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    completes.push(performance.now() - startedAt);
    await browser.close();
  }
  return { complete_ms: spreadOf(completes), launch_ms: spreadOf(launches) };
}

async function measureScrolling(browser: Browser, url: string) {
  const { page, open } = await openTab(browser, url);
  await manyWorkloads(page);
  await open('fleet');
  const frames = await page.evaluate<number[]>(scroller());
  return { workloads: WORKLOADS, frame_ms: spreadOf(frames) };
}

/** The sample again and again, under other names. */
async function manyWorkloads(page: Page): Promise<void> {
  await page.route(/\/api\/v1\/fleet(\?|$)/, async (route) => {
    const response = await route.fetch();
    const { workloads, ...rest } = await response.json();
    const [first] = workloads.filter(({ simulated }: { simulated: boolean }) => simulated);
    const many = Array.from({ length: WORKLOADS }, (_, i) => ({
      ...first,
      workload: { ...first.workload, deployment: `service-${String(i).padStart(3, '0')}` },
    }));
    await route.fulfill({ response, json: { ...rest, workloads: many } });
  });
  // What rows draw is asked for by the names that were made up.
  await page.route('**/api/v1/fleet/outlook', async (route) => {
    const postData =
      route
        .request()
        .postData()
        ?.replaceAll(/service-\d{3}/g, 'webshop') ?? '';
    await route.fulfill({ response: await route.fetch({ postData }) });
  });
}

async function measureDrawing(browser: Browser, url: string) {
  const { page, open } = await openTab(browser, url);
  await page.addInitScript(DRAW_CLOCK);
  await open(`workload/default/sample/webshop/*?history=${HISTORY_HOURS}&horizon=168`);
  await page.evaluate('window.draws.length = 0');
  for (let i = 0; i < DRAWS; i++) {
    // Another width: everything is drawn anew.
    await page.setViewportSize({ width: 1_280 - (i % 2) * 40, height: 800 });
    await page.waitForTimeout(300);
  }
  const draws = await page.evaluate<number[]>('window.draws');
  if (draws.length < DRAWS) throw new Error(`${draws.length} draws of ${DRAWS} were seen`);
  return { points: HISTORY_HOURS * 12, draw_ms: spreadOf(draws) };
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
