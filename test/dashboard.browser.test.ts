import { rm } from 'node:fs/promises'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

/** The built dashboard with the demo in it, as people with a screen reader, a phone or both meet it. */
let oriel: OrielProcess
let dataDir: string
let browser: Browser

beforeAll(async () => {
  dataDir = await makeDataDir()
  oriel = await startOriel(dataDir, { ORIEL_DEMO: '1' })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  oriel?.child.kill('SIGTERM')
  await oriel?.exited
  await rm(dataDir, { recursive: true, force: true })
})

/** What the demo's people are called, and what the navigation of each leads to. */
const PEOPLE = { owner: 'demo-owner', builder: 'demo-builder', admin: 'demo-admin' }
const SIZES = { 'a phone': { width: 390, height: 844 }, 'a desk': { width: 1280, height: 800 } }

async function signIn(page: Page, name: keyof typeof PEOPLE) {
  await page.goto(`${oriel.url}/login`)
  await page.getByLabel('Email').fill(`${name}@demo.oriel`)
  await page.getByLabel('Password').fill(PEOPLE[name])
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

/** What axe finds, and what does not fit the screen. */
async function problems(page: Page): Promise<string[]> {
  // What is still fading in has no colours of its own yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
  // Out of the debugger's own world, which the page's policy does not reach.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return over > 0 ? [...found, `wider than the screen by ${over} px`] : found
}

/** Presses keys one after the other, as somebody without a mouse does. */
async function press(page: Page, ...keys: string[]) {
  for (const key of keys) await page.keyboard.press(key)
}

describe.each(Object.keys(SIZES) as (keyof typeof SIZES)[])('on %s', (size) => {
  test.each(Object.keys(PEOPLE) as (keyof typeof PEOPLE)[])(
    'axe finds nothing on the pages of the %s',
    async (name) => {
      const context = await browser.newContext({ viewport: SIZES[size] })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      await signIn(page, name)
      const links = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').all()
      const paths = await Promise.all(links.map((link) => link.getAttribute('href')))
      expect(paths.length).toBeGreaterThan(2)
      for (const path of paths)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          await page.goto(`${oriel.url}${path}`)
          await page.getByRole('heading', { level: 1 }).first().waitFor()
          await page.waitForLoadState('networkidle')
          expect([path, colorScheme, await problems(page)]).toEqual([path, colorScheme, []])
        }
      await context.close()
    },
  )

  test('somebody with keys alone watches errors, is told, and settles it', async () => {
    const context = await browser.newContext({ viewport: SIZES[size] })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    await signIn(page, 'owner')
    await page.goto(`${oriel.url}/alerts`)
    await page.getByRole('button', { name: 'Watch something' }).focus()
    await press(page, 'Enter')
    const name = `Loads on ${size}`
    await page.getByLabel('Name', { exact: true }).focus()
    await page.keyboard.type(name)
    await page.getByLabel('What', { exact: true }).focus()
    await page.keyboard.type('Loads')
    await page.getByLabel('Number').focus()
    await page.keyboard.type('-1')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect([colorScheme, await problems(page)]).toEqual([colorScheme, []])
    }
    await press(page, 'Enter')
    await page.getByRole('button', { name: `Edit ${name}` }).waitFor()
    // Looked at now, and not within the minute.
    const { status } = await page.evaluate(async () => {
      const answer = await fetch('/api/analytics/pipelines/alerts/run', { method: 'POST' })
      return { status: answer.status }
    })
    expect(status).toBe(200)
    await page.getByRole('button', { name: `Acknowledge ${name}` }).focus()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect([colorScheme, await problems(page)]).toEqual([colorScheme, []])
      await page.screenshot({
        path: `test-results/alerts-${size.replace(/ /g, '-')}-${colorScheme}.png`,
        fullPage: true,
      })
    }
    await press(page, 'Enter')
    await page.getByRole('row').filter({ hasText: name }).getByText('Acknowledged').waitFor()
    await page.getByRole('button', { name: `Resolve ${name}` }).focus()
    await press(page, 'Enter')
    await page.getByText('Nothing that you watch is happening.').waitFor()
    await page.getByRole('button', { name: `Delete ${name}` }).focus()
    await press(page, 'Enter')
    await page.getByText('You watch nothing yet.').waitFor()
    await context.close()
  })
})
