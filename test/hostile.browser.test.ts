import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type Browser } from './browsers/browser'
import { launch } from './browsers/launch'
import { CLASSES } from './hostile/attempt'
import { prove, type Finding, type Shape } from './hostile/prove'
import { countedOf, ENGINE_TITLES, listedUnder, successesOf, summarize } from './hostile/summary'

/**
 * A hostile widget tries everything, in three engines. `docs/security.md` says what gets through, and the tests hold
 * it to that; what they found is in `test-results/hostile-<engine>.md`, in the page's own form.
 */
const ENOUGH = 120
const page = readFileSync('docs/security.md', 'utf8')

describe.for(ENGINES)('a hostile widget in %s', (engine) => {
  const through = listedUnder(page, `What gets through in ${ENGINE_TITLES[engine]}`)
  const unproven = listedUnder(page, `What could not be proven in ${ENGINE_TITLES[engine]}`)
  const findings: Finding[] = []
  let browsers: Record<Shape, Browser>

  beforeAll(async () => {
    browsers = { control: await launch(engine), success: await launch(engine) }
  })
  afterAll(async () => {
    await browsers.control.close()
    await browsers.success.close()
    mkdirSync('test-results', { recursive: true })
    writeFileSync(`test-results/hostile-${engine}.md`, `${summarize(engine, findings)}\n`)
  })

  test.for(CLASSES)('gets no further than is written down: %s', async (kind) => {
    const found = await prove(browsers, kind, { control: unproven, success: through })
    findings.push(...found)
    const named = (names: string[]) => names.map((name) => `${kind}: ${name}`)
    expect(through).toEqual(expect.arrayContaining(named(successesOf(found, kind))))
    const counted = countedOf(found)
    const uncounted = found.map(({ name }) => name).filter((name) => !counted.includes(name))
    expect(unproven).toEqual(expect.arrayContaining(named(uncounted)))
  })

  test('is proven able to do what it is kept from', () => {
    expect(countedOf(findings).length).toBeGreaterThanOrEqual(ENOUGH)
  })
})
