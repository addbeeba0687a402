#!/usr/bin/env node
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build'
import { readAccess } from './environment'
import { Failure } from './failure'
import { publish, release } from './publish'

declare const __VERSION__: string

const HELP = `oriel ${__VERSION__}

  oriel build                 make dist/bundle.js and dist/manifest.json of the widget in this folder
  oriel publish               upload what was built as a new version
  oriel release [version]     let a channel serve a published version (default: the one built here)

  --dir <folder>       the widget's folder (default: this one)
  --project <id>       a project other than the one of the widget's name
  --channel <name>     the channel to release to (default: stable)
  --server <url>       Oriel's address, or ORIEL_SERVER
  --token <token>      a builder's access token, or ORIEL_TOKEN
  --json               print one JSON object
  --help, --version

Exit code 0: done, 1: failed, 2: called wrongly.`

const options = {
  dir: { type: 'string', default: '.' },
  project: { type: 'string' },
  channel: { type: 'string', default: 'stable' },
  server: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const

type Outcome = { data: unknown; text: string }

async function run(args: string[]): Promise<Outcome> {
  const { values, positionals } = parse(args)
  const [command, ...rest] = positionals
  const folder = resolve(values.dir)
  if (values.version) return { data: { version: __VERSION__ }, text: __VERSION__ }
  if (values.help) return { data: { help: HELP }, text: HELP }
  if (rest.length > (command === 'release' ? 1 : 0))
    throw new Failure(`"${rest.at(-1)}" is not expected here.`, 2)
  const inProject = values.project ? { projectId: values.project } : {}
  switch (command) {
    case 'build': {
      const { manifest, ...built } = await build(folder)
      return {
        data: { ...built, manifest },
        text: `Built ${manifest.name} ${manifest.version}: ${built.size} bytes, ${built.compressed} compressed.`,
      }
    }
    case 'publish': {
      const { projectId, version } = await publish(readAccess(values), folder, values.project)
      return {
        data: { projectId, version },
        text: `Published ${version.manifest.name} ${version.version} in ${projectId}.`,
      }
    }
    case 'release': {
      const [version] = rest
      const released = await release(readAccess(values), folder, {
        ...inProject,
        ...(version && { version }),
        channel: values.channel,
      })
      return { data: released, text: `${released.channel} now serves ${released.version}.` }
    }
    default:
      throw new Failure(command ? `There is no command "${command}".\n\n${HELP}` : HELP, 2)
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\nSee oriel --help.`, 2)
  }
}

const args = process.argv.slice(2)
const isJson = args.includes('--json')
try {
  const { data, text } = await run(args)
  console.log(isJson ? JSON.stringify({ success: true, data }) : text)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  if (isJson) console.log(JSON.stringify({ success: false, error: { message: error.message } }))
  else console.error(error.message)
  process.exitCode = error.exitCode
}
