import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Config } from '../config'

const DAY_MS = 24 * 60 * 60 * 1000

type DataDir = Pick<Config, 'dataDir'>

export const exportFolder = ({ dataDir }: DataDir): string => join(dataDir, 'exports')

export const exportPath = (config: DataDir, jobId: string): string =>
  join(exportFolder(config), `${jobId}.zip`)

/** @returns undefined when this process does not have the file */
export async function openExport(config: DataDir, jobId: string): Promise<ReadableStream | undefined> {
  const file = await open(exportPath(config, jobId)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return file && Readable.toWeb(file.createReadStream())
}

export const removeExport = (config: DataDir, jobId: string): Promise<void> =>
  rm(exportPath(config, jobId), { force: true })

/** Removes what was left by jobs that another process finished, or that never came to their end. */
export async function sweepExports(config: DataDir, now: number): Promise<void> {
  const folder = exportFolder(config)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if ((await stat(path)).mtimeMs < now - 8 * DAY_MS) await rm(path, { force: true })
  }
}
