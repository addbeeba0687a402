import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTimeOf } from './process'

/**
 * Takes a data directory for this process. The lock names its holder by pid and start time, because a pid alone is
 * soon another process's; a holder that was killed leaves nothing that has to be cleaned up by hand.
 * @returns releases the directory
 * @throws Error in one sentence when a living process holds it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'lock')
  const own = JSON.stringify({ pid: process.pid, startedAt: await startTimeOf(process.pid) })
  for (;;) {
    if (await succeeds(writeFile(path, own, { flag: 'wx' }))) return () => rm(path, { force: true })
    const held = await readFile(path, 'utf8').catch(() => '')
    const holder = parseHolder(held)
    if (holder && holder.startedAt === (await startTimeOf(holder.pid)))
      throw new Error(`Another Oriel (process ${holder.pid}) is using the data directory ${directory}.`)
    await removeStale(path, held)
  }
}

/** Removes the lock only if it is still the stale one: of two that start together, one has taken it over already. */
async function removeStale(path: string, stale: string) {
  const aside = `${path}.${process.pid}`
  if (!(await succeeds(rename(path, aside)))) return
  if ((await readFile(aside, 'utf8')) !== stale) await succeeds(link(aside, path))
  await rm(aside, { force: true })
}

/** False where the file is there already or gone already; any other failure is thrown. */
async function succeeds(operation: Promise<void>): Promise<boolean> {
  try {
    await operation
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOENT'))
      return false
    throw error
  }
}

/** Nothing for an empty file: its writer was killed between creating and filling it. */
function parseHolder(text: string): { pid: number; startedAt: string } | undefined {
  return text.endsWith('}') ? JSON.parse(text) : undefined
}
