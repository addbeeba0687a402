import type { HonoRequest } from 'hono'
import { manifest as manifestCheck } from '../../../schema/checks/manifest'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES, type Manifest } from '../../../schema/wire/manifest'
import { checkInput, parseJson, readBytes } from './read-request'

/** Room for a bundle that is a little too large, so that the answer can say by how much. */
export const MAX_UPLOAD_BYTES = 2 * (MAX_BUNDLE_BYTES + MAX_MANIFEST_BYTES)

/**
 * Reads a version: a multipart form with the file `bundle` and the JSON `manifest`, as a field or a file.
 * @throws OrielError MALFORMED_REQUEST, PAYLOAD_TOO_LARGE, VALIDATION_ERROR naming the manifest's wrong fields
 */
export async function readUpload(request: HonoRequest): Promise<{ bundle: Uint8Array; manifest: Manifest }> {
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
  if (!bundle || !manifest)
    throw invalidFields(
      [...(bundle ? [] : ['bundle']), ...(manifest ? [] : ['manifest'])].map((path) => ({
        path,
        message: 'Is required.',
      })),
    )
  refuseOversize('bundle', bundle, MAX_BUNDLE_BYTES)
  refuseOversize('manifest', manifest, MAX_MANIFEST_BYTES)
  return { bundle, manifest: checkInput(manifestCheck, parseJson(manifest), 'manifest') }
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
