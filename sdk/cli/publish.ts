import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project, Release, Version } from '../../schema/wire/api'
import type { Manifest } from '../../schema/wire/manifest'
import type { Access } from './environment'
import { Failure } from './failure'
import { request } from './request'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * Reads what `oriel build` made.
 * @throws Failure when nothing was built
 */
export async function readBuilt(
  folder: string,
): Promise<{ manifest: Manifest; bundle: Bytes; sourceMap: Bytes }> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(folder, 'dist/manifest.json'), 'utf8'))
    const bytesOf = async (name: string) => new Uint8Array(await readFile(join(folder, 'dist', name)))
    return { manifest, bundle: await bytesOf('bundle.js'), sourceMap: await bytesOf('bundle.js.map') }
  } catch {
    throw new Failure(`There is nothing built in ${folder}/dist. Run oriel build first.`)
  }
}

export async function findProject(access: Access, slug: string): Promise<Project | undefined> {
  const [project] = await request<Project[]>(access, 'GET', `/api/projects?slug=${encodeURIComponent(slug)}`)
  return project
}

/** Uploads the built version; the project is the one named, or the one of the manifest's name, made if need be. */
export async function publish(
  access: Access,
  folder: string,
  projectId?: string,
): Promise<{ projectId: string; version: Version }> {
  const { manifest, bundle, sourceMap } = await readBuilt(folder)
  const { name, title, description } = manifest
  const id =
    projectId ??
    (await findProject(access, name))?.id ??
    (await request<Project>(access, 'POST', '/api/projects', { name: title, slug: name, description })).id
  const form = new FormData()
  form.set('bundle', new Blob([bundle], { type: 'text/javascript' }), 'bundle.js')
  form.set('manifest', JSON.stringify(manifest))
  form.set('sourceMap', new Blob([sourceMap], { type: 'application/json' }), 'bundle.js.map')
  return {
    projectId: id,
    version: await request<Version>(access, 'POST', `/api/projects/${id}/versions`, form),
  }
}

/** Moves a channel to a published version, by default the one that was built here. */
export async function release(
  access: Access,
  folder: string,
  { projectId, channel, version }: { projectId?: string; channel: string; version?: string },
): Promise<Release> {
  const { manifest } = projectId && version ? { manifest: undefined } : await readBuilt(folder)
  const id = projectId ?? (await findProject(access, manifest!.name))?.id
  if (!id)
    throw new Failure(
      `You have no project "${manifest!.name}". Run oriel publish first, or name one with --project.`,
    )
  return request<Release>(
    access,
    'POST',
    `/api/projects/${id}/channels/${encodeURIComponent(channel)}/release`,
    {
      version: version ?? manifest!.version,
    },
  )
}
