import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ModelListSchema } from '#contracts/http/catalog.ts';
import { IncidentListSchema } from '#contracts/http/incidents.ts';
import { RunDetailSchema, RunListSchema } from '#contracts/http/train.ts';
import { bodyOf, get } from '#test/helpers/api.ts';
import { until } from '#test/helpers/until.ts';
import {
  axeViolations,
  findChromium,
  launchChromium,
  openTab,
  overflow,
  type Tab,
} from './chromium.ts';
import { HOSTILE_NAMES, renameInAnswers } from './hostile-names.ts';
import { type ServedSample, serveSample } from './served-sample.ts';

const OF_SAMPLE = 'default/sample/webshop/*';
const CPU_MODELS = `models/${OF_SAMPLE}?metric=cpu_utilization`;
/** Every view, with something of the sample that only live data can say. */
const VIEWS: Readonly<Record<string, readonly [path: string, heading: RegExp, shown: RegExp]>> = {
  fleet: ['fleet', /^Fleet$/, /webshop\s*sample\s*simulated/],
  workload: [`workload/${OF_SAMPLE}`, /webshop/, /cpu_utilization/],
  recommendation: [`recommendation/${OF_SAMPLE}`, /webshop/, /simulated/],
  incidents: ['incidents', /Incidents/, /host/],
  models: ['models', /Models/, /webshop/],
  'models of a metric': [CPU_MODELS, /cpu_utilization/, /champion/],
  pipeline: ['pipeline', /Pipeline/, /succeeded/],
  health: ['health', /Health/, /simulator/],
};
const CASES = Object.entries(VIEWS).map(([name, [path, heading, shown]]) => ({
  name,
  path,
  heading,
  shown,
}));

const chromium = findChromium();
if (chromium === undefined) {
  process.stderr.write(
    'There is no Chromium here, so the dashboard is not tested: install one, or set CHROMIUM_PATH.\n',
  );
}

(chromium === undefined ? describe.skip : describe)('the dashboard in a browser', () => {
  let browser: Browser;
  let sample: ServedSample;
  let url: string;
  const tabs: Tab[] = [];
  const newTab = async () => {
    const tab = await openTab(browser, url);
    tabs.push(tab);
    return tab;
  };

  beforeAll(async () => {
    [sample, browser] = await Promise.all([serveSample(), launchChromium(chromium ?? '')]);
    url = sample.server.url;
  }, 240_000);
  // A tab that is left open goes on asking.
  afterEach(async () => {
    await Promise.all(tabs.splice(0).map(({ page }) => page.context().close()));
  });
  afterAll(async () => {
    await browser?.close();
    await sample?.sandbox.clear();
  });

  it.each(CASES)('$name shows live data, to everybody, in any window', async (view) => {
    const { name, path, heading, shown } = view;
    const file = name.replaceAll(' ', '-');
    const { page, problems, open, shoot } = await newTab();
    await open(path);
    expect(await headingOf(page)).toMatch(heading);
    expect(await page.locator('main').innerText()).toMatch(shown);
    await shoot(file);
    expect(await axeViolations(page)).toEqual([]);

    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(`${file}-dark`);
    expect(await axeViolations(page)).toEqual([]);

    for (const width of [360, 2_560]) {
      await page.setViewportSize({ width, height: 800 });
      await shoot(`${file}-${width}`);
      expect([width, await overflow(page)]).toEqual([width, 0]);
    }
    expect(problems).toEqual([]);
  });

  const picture = process.env.HELIOS_PICTURE ? it : it.skip;
  picture('has its picture taken for the README', async () => {
    const tab = await newTab();
    await tab.open(`workload/${OF_SAMPLE}`);
    expect(await tab.page.getByText('simulated').first().isVisible()).toBe(true);
    await tab.page.screenshot({ path: 'docs/images/dashboard.png' });
  });

  it('draws observations and forecasts of the sample', async () => {
    const tab = await newTab();
    await tab.open(`workload/${OF_SAMPLE}`);
    // Some pixel of a chart is drawn.
    const painted =
      await tab.page.evaluate<boolean>(`[...document.querySelectorAll('canvas')].some((canvas) =>
      canvas.width > 0 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0))`);
    expect(painted).toBe(true);
  });

  it('starts a training, and shows how it goes', async () => {
    const tab = await newTab();
    const { page } = tab;
    await tab.open('pipeline');
    const before = await runsOf(url);
    await page.getByRole('button', { name: 'Start a training' }).click();
    const dialog = page.getByRole('dialog');
    const workload = dialog.getByRole('combobox').first();
    await workload.selectOption({ value: await optionOf(page, 'webshop') });
    await dialog.getByLabel('cpu_utilization').check();
    // From the same history the same version would come.
    await dialog.getByLabel('Hours of history').fill('336');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/run=/);
    const [runId = ''] = (await runsOf(url)).filter((id) => !before.includes(id));
    expect(page.url()).toContain(runId);
    await tab.shoot('training');
    await until(90_000, 'the training to end', async () => {
      const { run } = bodyOf(await get(url, `/api/v1/runs/${runId}`), RunDetailSchema);
      return run.finished_at !== null;
    });
    // Without a reload: the page asks again by itself.
    await page.locator('main').getByText('succeeded').first().waitFor({ timeout: 60_000 });
    await tab.settle();
    await tab.shoot('training-ended');
    expect(tab.problems).toEqual([]);
  });

  it('promotes a version and rolls it back, each after asking', async () => {
    const tab = await newTab();
    const { page } = tab;
    await tab.open(CPU_MODELS);
    const first = await championOf(url);
    const other = (await versionsOf(url)).find((version) => version !== first);
    expect(other).toBeDefined();
    await openVersion(page, other ?? '');
    for (const [action, expected] of [
      ['Promote', (champion: string | undefined) => champion !== first],
      ['Roll back', (champion: string | undefined) => champion === first],
    ] as const) {
      await page.getByRole('button', { name: action, exact: true }).first().click();
      const dialog = page.getByRole('dialog');
      await tab.shoot(action.toLowerCase().replace(' ', '-'));
      await dialog.getByRole('button', { name: action, exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await tab.settle();
      expect(expected(await championOf(url))).toBe(true);
    }
    expect(tab.problems).toEqual([]);
  });

  it('marks an incident as expected', async () => {
    const tab = await newTab();
    const { page } = tab;
    await tab.open(`incidents?id=${encodeURIComponent(sample.incident.id)}`);
    await page.getByLabel('Note').fill('the <b>nightly</b> batch');
    await page.getByRole('button', { name: 'Mark as expected' }).click();
    await page.getByRole('button', { name: 'Take it back' }).waitFor();
    await tab.shoot('incident-expected');
    const { incidents } = bodyOf(await get(url, '/api/v1/incidents'), IncidentListSchema);
    expect(incidents.find(({ id }) => id === sample.incident.id)?.feedback).toMatchObject({
      label: 'expected',
      note: 'the <b>nightly</b> batch',
    });
    expect(tab.problems).toEqual([]);
  });

  describe.each(Object.entries(HOSTILE_NAMES))('a name of %s', (_, hostile) => {
    it.each([
      ['workload', 'webshop', ['fleet', 'incidents', 'models', 'health']],
      ['metric', 'cpu_utilization', ['fleet', `workload/${OF_SAMPLE}`, 'models']],
    ] as const)('of a %s is shown as text', async (_kind, real, paths) => {
      const tab = await newTab();
      await renameInAnswers(tab.page, real, hostile);
      for (const path of paths) {
        await tab.open(path);
        expect([path, await overflow(tab.page)]).toEqual([path, 0]);
        const injected = await tab.page.evaluate<unknown>(
          '[window.injected, document.querySelectorAll("img[src=x], main script").length]',
        );
        expect(injected).toEqual([undefined, 0]);
      }
      // The API refuses such a name where it is asked for it, which the console reports.
      expect(tab.problems.filter((text) => !text.startsWith('Failed to load resource'))).toEqual(
        [],
      );
    });
  });

  it('says when the API is gone, shows nothing as new, and recovers when it is back', async () => {
    const tab = await newTab();
    const { page } = tab;
    await tab.open('fleet');
    const { port } = new URL(url);
    await sample.server.end('SIGTERM');
    await page.evaluate("dispatchEvent(new Event('online'))");
    const banner = page.getByText('API unreachable');
    await banner.waitFor({ timeout: 60_000 });
    expect(await page.locator('main').innerText()).toContain('webshop');
    await tab.shoot('unreachable');
    await sample.sandbox.serve(sample.dataDir, '--port', port);
    await page.getByRole('button', { name: 'Try again' }).click();
    await banner.waitFor({ state: 'hidden', timeout: 60_000 });
  }, 180_000);
});

async function headingOf(page: Page): Promise<string> {
  return (await page.locator('main h1').first().innerText()).trim();
}

/** The value of the option whose text holds this. */
function optionOf(page: Page, text: string): Promise<string> {
  const option = page.locator('dialog option', { hasText: text }).first();
  return option
    .waitFor({ state: 'attached' })
    .then(async () => (await option.getAttribute('value')) ?? '');
}

async function openVersion(page: Page, version: string): Promise<void> {
  await page
    .getByRole('button', { name: version.slice(0, 12) })
    .first()
    .click();
  await page.getByRole('button', { name: 'Promote', exact: true }).waitFor();
}

const MODELS = '/api/v1/models?deployment=webshop&namespace=sample&metric=cpu_utilization';

async function modelsOf(url: string) {
  const { models } = bodyOf(await get(url, MODELS), ModelListSchema);
  return models.filter(({ metric }) => metric === 'cpu_utilization');
}

async function versionsOf(url: string): Promise<readonly string[]> {
  return (await modelsOf(url)).map(({ version }) => version);
}

async function championOf(url: string): Promise<string | undefined> {
  return (await modelsOf(url)).find(({ stage }) => stage === 'champion')?.version;
}

async function runsOf(url: string): Promise<readonly string[]> {
  return bodyOf(await get(url, '/api/v1/runs'), RunListSchema).runs.map(({ run_id }) => run_id);
}
