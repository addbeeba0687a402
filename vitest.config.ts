import { defineConfig } from 'vitest/config'

const shared = {
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  define: { __VERSION__: '"test"' },
} as const

/** Tests in Chromium, Firefox and WebKit, which take longer than all others: `npm run test:engines`. */
const THREE_ENGINES = [
  'test/hostile.browser.test.ts',
  'test/tamper.browser.test.ts',
  'test/unload-engines.browser.test.ts',
]

/**
 * Three projects, fast tests first. Each test file is a process of its own, because the embedded ClickHouse holds one
 * data directory per process; one PostgreSQL server serves them all, with a database per file, and each copies an empty
 * ClickHouse.
 */
export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'node',
          include: ['{schema,loader,sdk,ingest-api,dashboard,examples,test}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', '**/dist/**'],
          globalSetup: 'test/stores.ts',
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          include: ['{sdk,loader,dashboard,test}/**/*.browser.test.ts'],
          globalSetup: 'test/chromium.ts',
          exclude: [...THREE_ENGINES, '**/node_modules/**', '**/dist/**'],
          pool: 'forks',
          // A browser and a server on two cores: one file at a time.
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          name: 'engines',
          include: THREE_ENGINES,
          globalSetup: 'test/chromium.ts',
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
