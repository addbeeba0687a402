import type { FrameRefusal } from '../../../schema/wire/frame'
import type { Launcher, Manifest } from '../../../schema/wire/manifest'

/** What the loader draws for a widget that is not on the page yet. */
export type LauncherAnswer = ({ title: string } & Partial<Launcher>) | { refused: FrameRefusal }

const HEADERS = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cache-Control': 'public, max-age=60',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
}

/**
 * Renders `GET /w/:id/launcher.js`: data as a script, because a host page with a strict policy lets Oriel bring
 * scripts and frames but connects to nobody. It answers 200 whatever it says; a module that fails says nothing.
 */
export function renderLauncher(answer: Pick<Manifest, 'title' | 'launcher'> | FrameRefusal) {
  const data: LauncherAnswer =
    typeof answer === 'string' ? { refused: answer } : { title: answer.title, ...answer.launcher }
  return { headers: HEADERS, script: `export default ${JSON.stringify(data)}` }
}
