import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { until } from '#test/helpers/until.ts';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const SETTLE_MS = 60_000;
const LOOK_MS = 100;
const OUTPUT = 'test-output/dashboard';

/** The Chromium of this machine: `CHROMIUM_PATH`, or the first on the path; undefined where there is none. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const places = PATH.split(delimiter).flatMap((place) =>
    COMMANDS.map((command) => join(place, command)),
  );
  return places.find((place) => existsSync(place));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  // Containers rarely let a process make namespaces, which the sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A tab, and everything that went wrong in it. */
export interface Tab {
  readonly page: Page;
  /** Errors of the console, exceptions and dialogs; violations of the policy are errors of the console. */
  readonly problems: readonly string[];
  /** Shows a view, and waits until all of it is there. */
  open(view: string): Promise<void>;
  settle(): Promise<void>;
  /** Kept as an output of the tests. */
  shoot(name: string): Promise<void>;
}

/** A new tab at the address of a server, in a profile of its own. */
export async function openTab(browser: Browser, url: string): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1_280, height: 800 },
    timezoneId: 'Pacific/Chatham',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  // By locators: the policy of the page forbids the `eval` that waiting for an expression takes.
  const settle = async () => {
    await page.locator('h1').first().waitFor();
    await page.waitForLoadState('networkidle');
    await until(SETTLE_MS, 'everything to be loaded', async () => {
      // What is out of sight is loaded when it comes into it.
      const isLoading = await page.evaluate<boolean>(`(() => {
        const loading = document.querySelector('.loading');
        loading?.scrollIntoView();
        return loading !== null;
      })()`);
      if (isLoading) await page.waitForTimeout(LOOK_MS);
      return !isLoading;
    });
    await page.evaluate('scrollTo(0, 0)');
  };
  return {
    page,
    problems,
    settle,
    async open(view) {
      // Between two views of one page there is no load to wait for.
      await page.goto('about:blank');
      await page.goto(`${url}/#/${view}`);
      await settle();
    },
    async shoot(name) {
      mkdirSync(OUTPUT, { recursive: true });
      await page.screenshot({ path: join(OUTPUT, `${name}.png`), fullPage: true });
    },
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds against WCAG 2.2 A and AA and its own best practices: rule and place. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(
    ({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`);
}

/** How many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}
