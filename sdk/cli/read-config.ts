import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { z } from 'zod'
import { manifest } from '../../schema/checks/manifest'
import type { Manifest } from '../../schema/wire/manifest'
import type { WidgetConfig } from '../config'
import { explainBuild } from './explain-build'
import { Failure } from './failure'

/** The launcher's icon where the widget brings none: a speech bubble. */
const BUBBLE = 'M4 4h16v12H9l-5 4z'
const FILE = 'oriel.config.ts'
const described = manifest.omit({ integrity: true, size: true })

export type Described = { entry: string; described: Omit<Manifest, 'integrity' | 'size'> }

/**
 * Reads and checks `oriel.config.ts` in a folder.
 * @throws Failure that names every wrong setting with its line
 */
export async function readConfig(folder: string): Promise<Described> {
  const path = join(folder, FILE)
  const source = await readFile(path, 'utf8').catch(() => {
    throw new Failure(
      `There is no ${FILE} in ${folder}. Run this in the widget's folder or pass it with --dir.`,
      2,
    )
  })
  const config = await load(folder)
  const wrong: { path: string; message: string }[] = []
  const add = (at: string, issues: readonly z.core.$ZodIssue[]) =>
    wrong.push(
      ...issues.map((issue) => ({
        path: [at, ...issue.path].filter((part) => part !== '').join('.'),
        message: issue.message,
      })),
    )

  if (typeof config.entry !== 'string') {
    wrong.push({ path: 'entry', message: "Must name the file of the component, such as './widget.tsx'." })
  }
  const schema = isSchema(config.config) ? config.config : undefined
  if (!schema) wrong.push({ path: 'config', message: 'Must be a z.object({ … }) of zod 4.' })
  if (schema) {
    const bare = schema.safeParse({})
    for (const { path } of bare.error?.issues ?? []) {
      wrong.push({
        path: ['config', ...path].join('.'),
        message: 'Needs a default: a widget starts without settings.',
      })
    }
    config.presets?.forEach(({ configuration }, index) =>
      add(`presets.${index}.configuration`, schema.safeParse(configuration).error?.issues ?? []),
    )
  }
  const { network = [], images = [], popups = false } = config.permissions ?? {}
  const checked = described.safeParse({
    name: config.name,
    title: config.title,
    description: config.description,
    version: config.version,
    height: config.height,
    ...(config.heights && { heights: config.heights }),
    config: schema ? toJsonSchema(schema, wrong) : {},
    presets: config.presets ?? [],
    permissions: { network, images, popups },
    events: (config.events ?? []).map(({ name, title = name }) => ({ name, title })),
    ...(config.launcher && {
      launcher: { label: config.title, icon: BUBBLE, side: 'end', ...config.launcher },
    }),
  })
  add('', checked.error?.issues ?? [])
  if (wrong.length > 0 || !checked.success) {
    const file = relative('', path)
    throw new Failure(
      wrong.map(({ path, message }) => `${file}:${lineOf(source, path)}: ${path}: ${message}`).join('\n'),
    )
  }
  return { entry: config.entry, described: checked.data }
}

/** Compiles the file beside the project's packages, so that it finds them, and runs it. */
async function load(folder: string): Promise<WidgetConfig> {
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [FILE],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  }).catch(explainBuild)
  const compiled = join(folder, 'dist', `.config-${process.pid}.mjs`)
  await mkdir(join(folder, 'dist'), { recursive: true })
  await writeFile(compiled, result.outputFiles[0]!.text)
  try {
    const loaded: { default?: WidgetConfig } = await import(`${pathToFileURL(compiled).href}?${Date.now()}`)
    if (typeof loaded.default === 'object') return loaded.default
    throw new Failure(`${FILE}:1: Must export the widget's description: export default defineConfig({ … }).`)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      `${FILE} failed while it ran: ${error instanceof Error ? error.message : String(error)}`,
    )
  } finally {
    await rm(compiled)
  }
}

const isSchema = (value: unknown): value is z.ZodObject =>
  typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value && 'shape' in value

/** What owners fill in. Transforms never run, because zod stays at home, so that they are refused. */
function toJsonSchema(schema: z.ZodObject, wrong: { path: string; message: string }[]) {
  try {
    z.toJSONSchema(schema, { io: 'output' })
    return z.toJSONSchema(schema, { io: 'input' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    wrong.push({ path: 'config', message: `Must be plain data that JSON Schema can say. ${reason}.` })
    return {}
  }
}

/** The line of a path's last key that the source spells out, each looked for after the one before. */
function lineOf(source: string, path: string): number {
  const lines = source.split('\n')
  let line = 0
  for (const key of path.split('.')) {
    const spelled = new RegExp(`(^|[\\s{,'"])${key.replace(/\W/g, '\\$&')}['"]?\\s*:`)
    const found = lines.findIndex((text, index) => index >= line && spelled.test(text))
    if (found >= 0) line = found
  }
  return line + 1
}
