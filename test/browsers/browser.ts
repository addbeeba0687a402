import { execFileSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the proofs need of a browser, the same for three engines. */
export type Browser = {
  /** Name and version, as the browser says it. */
  name: string
  newPage: () => Promise<Page>
  close: () => Promise<void>
}

/** Dialogs are accepted at once and counted. */
export type Page = {
  /** Resolves when the page has loaded. */
  open: (url: string) => Promise<void>
  /** The value of an expression in the page, awaited; it travels as JSON. */
  evaluate: <T>(expression: string) => Promise<T>
  /** A PNG of what is in sight. */
  screenshot: () => Promise<Buffer>
  countDialogs: () => number
  close: () => Promise<void>
}

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const
export type Engine = (typeof ENGINES)[number]

/**
 * The first of the paths that exists, after installing Debian's packages where none does.
 * @throws naming what is missing: a proof is never skipped
 */
export function findOrInstall(paths: string[], packages: string[]): string {
  const find = () => paths.find((path) => existsSync(path))
  const found = find()
  if (found) return found
  console.log(`Installing ${packages.join(' and ')}`)
  try {
    const stdio = ['ignore', 'ignore', 'inherit'] as const
    execFileSync('apt-get', ['update', '-qq'], { stdio: [...stdio], timeout: 120_000 })
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
    execFileSync('apt-get', install, { stdio: [...stdio], timeout: 600_000 })
  } catch (error) {
    console.log(String(error))
  }
  const installed = find()
  if (!installed) throw new Error(`This test needs ${paths[0]} (Debian: ${packages.join(', ')}). Install it.`)
  return installed
}

/** Resolves with the match of a line that a program prints when it is ready. */
export function waitForLine(program: ChildProcess, pattern: RegExp): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const read = (chunk: Buffer) => {
      printed += chunk
      const match = printed.match(pattern)
      if (match) resolve(match)
    }
    program.stdout?.on('data', read)
    program.stderr?.on('data', read)
    program.once('error', reject)
    program.once('exit', (code) => reject(new Error(`Ended with ${code}: ${printed}`)))
  })
}

/** Ends a program that this process started, and waits for it. */
export async function endProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const ended = new Promise((resolve) => program.once('exit', resolve))
  program.kill()
  const late = setTimeout(() => program.kill('SIGKILL'), 3000)
  await ended
  clearTimeout(late)
}
