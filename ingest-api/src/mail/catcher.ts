import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../log'
import type { Mail } from './mail'

/** For development, where no mail server is: each message becomes a file that the developer opens. */
export function openCatcher(directory: string, { log, now }: { log: Log; now: () => number }): Mail {
  let written = 0
  return {
    async send({ to, subject, text }) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const time = new Date(now()).toISOString().replaceAll(':', '-')
      const path = join(directory, `${time}-${++written}.txt`)
      await writeFile(path, `To: ${to}\nSubject: ${subject}\n\n${text}`, { mode: 0o600, flag: 'wx' })
      log.info('a mail was written', { path })
    },
    async close() {},
  }
}
