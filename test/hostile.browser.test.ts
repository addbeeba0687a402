import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { ENGINES } from './browsers/browser'
import { launch } from './browsers/launch'
import { prove, type Finding } from './hostile/prove'
import { countedOf, listedUnder, successesOf, summarize } from './hostile/summary'

/**
 * A hostile widget tries everything, in three engines. `docs/security.md` says what gets through, and the tests hold
 * it to that; what they found is in `test-results/hostile-<engine>.md`, in the page's own form.
 */
const TITLES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }
const ENOUGH = 120
const page = readFileSync('docs/security.md', 'utf8')

describe.for(ENGINES)('a hostile widget in %s', (engine) => {
  let findings: Finding[]

  beforeAll(async () => {
    const browser = await launch(engine)
    try {
      findings = await prove(browser)
    } finally {
      await browser.close()
    }
    mkdirSync('test-results', { recursive: true })
    writeFileSync(`test-results/hostile-${engine}.md`, `${summarize(engine, findings)}\n`)
  }, 900_000)

  test.for(['confidentiality', 'integrity', 'navigation'] as const)('gets nowhere in %s', (kind) => {
    expect(successesOf(findings, kind)).toEqual([])
  })

  test('reaches the network and disturbs no further than is written down', () => {
    const found = (['network', 'nuisance'] as const).flatMap((kind) =>
      successesOf(findings, kind).map((name) => `${kind}: ${name}`),
    )
    const written = listedUnder(page, `What gets through in ${TITLES[engine]}`)
    expect(written).toEqual(expect.arrayContaining(found))
  })

  test('is proven able to do what it is kept from', () => {
    const written = listedUnder(page, `What could not be proven in ${TITLES[engine]}`)
    const uncounted = findings.filter(({ name }) => !countedOf(findings).includes(name))
    expect(written).toEqual(expect.arrayContaining(uncounted.map(({ kind, name }) => `${kind}: ${name}`)))
    expect(countedOf(findings).length).toBeGreaterThanOrEqual(ENOUGH)
  })
})
