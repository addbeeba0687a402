import { createWriteStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { exportFolder, exportPath } from './export-file'
import { filesOf } from './export-contents'
import type { JobHandles, RunningJob } from './job'

/**
 * Writes what Oriel keeps of the job's owner into a zip in the data directory. Everything flows: a page of rows at a
 * time from the databases, through the compression, to the disk. The file has its name once it is whole.
 */
export async function writeExport(handles: JobHandles, job: RunningJob): Promise<void> {
  const { config } = handles
  const path = exportPath(config, job.id)
  await mkdir(exportFolder(config), { recursive: true, mode: 0o700 })
  const zip = new ZipFile()
  let rows = 0
  for await (const { name, lines } of filesOf(handles, job.ownerId))
    zip.addReadStreamLazy(name, { mtime: new Date(handles.now()) }, (open) =>
      open(null, Readable.from(counted(lines()), { objectMode: false }).on('error', fail)),
    )
  zip.end()
  zip.on('error', fail)
  // The stream of the library is a PassThrough, which its types do not say.
  const output = zip.outputStream as Readable
  await pipeline(output, createWriteStream(`${path}.part`, { mode: 0o600, flush: true }))
  await rename(`${path}.part`, path)
  const { size } = await stat(path)
  await job.report({ rows, fileBytes: size })

  function fail(error: Error) {
    output.destroy(error)
  }
  async function* counted(pages: AsyncIterable<string[]>) {
    for await (const page of pages) {
      rows += page.length
      await job.report({ rows })
      yield page.join('')
    }
  }
}
