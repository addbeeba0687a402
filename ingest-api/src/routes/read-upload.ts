import type { HonoRequest } from 'hono'
import { manifest as manifestCheck } from '../../../schema/checks/manifest'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { isObject } from '../../../schema/wire/json'
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES, MAX_SOURCE_MAP_BYTES } from '../../../schema/wire/manifest'
import type { Upload } from '../projects/publish-version'
import { checkInput, parseJson, readBytes } from './read-request'

/** Room for a bundle that is a little too large, so that the answer can say by how much. */
export const MAX_UPLOAD_BYTES = 2 * (MAX_BUNDLE_BYTES + MAX_MANIFEST_BYTES) + MAX_SOURCE_MAP_BYTES

/**
 * Reads a version: a multipart form with the file `bundle`, or `bundleUrl` where it is hosted, and the JSON `manifest`,
 * as a field or a file, and with the bundle's `sourceMap`, if there is one.
 * @throws OrielError MALFORMED_REQUEST, PAYLOAD_TOO_LARGE, VALIDATION_ERROR naming the manifest's wrong fields
 */
export async function readUpload(request: HonoRequest): Promise<Upload> {
  const type = request.header('content-type') ?? ''
  if (!type.startsWith('multipart/form-data'))
    throw new OrielError(
      'MALFORMED_REQUEST',
      'A version is uploaded as multipart/form-data with bundle and manifest.',
    )
  const body = await readBytes(request, MAX_UPLOAD_BYTES)
  const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => {
    throw new OrielError('MALFORMED_REQUEST', 'The multipart form cannot be read.')
  })
  const bundle = await bytesOf(form, 'bundle')
  const manifest = await bytesOf(form, 'manifest')
  const bundleUrl = await bytesOf(form, 'bundleUrl')
  const source = bundleUrl ? { bundleUrl: new TextDecoder().decode(bundleUrl) } : bundle && { bundle }
  if (!source || !manifest || (bundle && bundleUrl))
    throw invalidFields([
      ...(source ? [] : [{ path: 'bundle', message: 'Is required, or else bundleUrl.' }]),
      ...(bundle && bundleUrl ? [{ path: 'bundleUrl', message: 'Stands in place of bundle.' }] : []),
      ...(manifest ? [] : [{ path: 'manifest', message: 'Is required.' }]),
    ])
  if (bundle) refuseOversize('bundle', bundle, MAX_BUNDLE_BYTES)
  refuseOversize('manifest', manifest, MAX_MANIFEST_BYTES)
  const sourceMap = await bytesOf(form, 'sourceMap')
  if (sourceMap) checkSourceMap(sourceMap)
  return {
    ...source,
    manifest: checkInput(manifestCheck, parseJson(manifest), 'manifest'),
    ...(sourceMap && { sourceMap }),
  }
}

/** Source map revision 3: https://tc39.es/ecma426/ */
function checkSourceMap(sourceMap: Uint8Array): void {
  refuseOversize('sourceMap', sourceMap, MAX_SOURCE_MAP_BYTES)
  const value = parseJson(sourceMap)
  const isName = (source: unknown) => source === null || typeof source === 'string'
  if (
    !isObject(value) ||
    value.version !== 3 ||
    typeof value.mappings !== 'string' ||
    !Array.isArray(value.sources) ||
    !value.sources.every(isName) ||
    !isName(value.sourceRoot ?? null)
  )
    throw invalidFields([{ path: 'sourceMap', message: 'Must be a source map of revision 3.' }])
}

async function bytesOf(form: FormData, name: string): Promise<Uint8Array | undefined> {
  const part = form.get(name)
  if (part === null) return undefined
  return typeof part === 'string' ? new TextEncoder().encode(part) : new Uint8Array(await part.arrayBuffer())
}

function refuseOversize(name: string, { length }: Uint8Array, maxBytes: number): void {
  if (length > maxBytes)
    throw new OrielError(
      'PAYLOAD_TOO_LARGE',
      `The ${name} has ${length} bytes; at most ${maxBytes} are allowed.`,
    )
}
